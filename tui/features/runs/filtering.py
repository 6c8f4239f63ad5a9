"""The filter of the runs table at the keys: what is typed narrows the loaded runs, or is sent to the server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.features.runs.filter import RunsFilter, ServerRequest, Word
from tui.services.runs_query import Query
from tui.services.session import Session
from tui.ui.filterable import FilterablePane

if TYPE_CHECKING:
    from tui.domain.runs.table import RunsTable
    from tui.widgets.filter_bar import Complete


class RunsFiltering(FilterablePane):
    """The part of the runs pane that has its filter bar."""

    filter_hint = "words, val_auc > 0.9, lr < 0.01 and not failed, has:note; ctrl+s asks the server"

    _session: Session
    asked: Query
    filter: RunsFilter
    view: RunsTable | None

    def want_view(self) -> None:
        """Lay the table out anew."""

    def show_words(self) -> None:
        """Write the title and the footnotes anew."""

    def change_query(self, query: Query, local_text: str | None = None) -> None:
        """Ask the server for something else."""

    async def action_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.filter.text or self.asked.filter_string

    def filter_completion(self) -> Complete | None:
        return self._complete

    def _complete(self, text: str, cursor: int) -> tuple[str, int] | None:
        from tui.domain.filter.completions import completions

        if self.view is None:
            return None
        offers = completions(text, cursor, self.view.snapshot.names())
        self.say_in_bar("   ".join(offer.shown for offer in offers[:8]) if len(offers) > 1 else "")
        if not offers:
            return None
        return offers[0].apply(text), offers[0].start + len(offers[0].text)

    def say_word(self, word: Word) -> None:
        self.say_in_bar(word.text, word.tone)

    def filter_edited(self, text: str) -> None:
        if text == self.filter.text:
            return
        names = self.view.snapshot.names() if self.view is not None else None
        self.say_word(self.filter.edit(text, names))
        if self.filter.error is None:
            self.want_view()
        else:
            self.show_words()

    def filter_dropped(self) -> bool:
        had = self.filter.clear()
        if had:
            self.want_view()
        return had

    def filter_closed(self) -> None:
        self.show_words()

    def filter_asked(self, text: str) -> None:
        names = self.view.snapshot.names() if self.view is not None else None
        clock = self._session.clock
        answer = self.filter.for_server(text, names, clock.now_ms(), clock.zone)
        if isinstance(answer, ServerRequest):
            self.say_word(answer.word)
            self.change_query(replace(self.asked, filter_string=answer.filter_string), answer.local_text)
        else:
            self.say_word(answer)
