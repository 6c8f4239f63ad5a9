"""What is typed into the filter bar of the runs: understood here at each key, sent to the server when asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from tui.domain.problem import Problem
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.domain.filter import FilterError, Query
    from tui.domain.filter.names import Names


@dataclass(frozen=True)
class FilterHint:
    """What the bar says under the line."""

    text: str
    tone: str = ""  # "", "warn" or "bad"


@dataclass(frozen=True)
class ServerRequest:
    """What is sent to the server, what stays to be filtered here, and what is said about that."""

    filter_string: str
    local_text: str
    word: FilterHint


class RunsFilter:
    """The local filter: its text, and the last query of it that was understood (None for none).

    The language is loaded with the first text: most sessions begin without a filter.
    """

    def __init__(self) -> None:
        self.text = ""
        self.query: Query | None = None
        self.error: FilterError | None = None

    @property
    def said(self) -> str:
        """The text without blanks around it; empty where nothing is filtered."""
        return self.text.strip()

    def fails(self, *, typing: bool) -> bool:
        """Whether an earlier text is in force; one that may only be unfinished does not count while it is typed."""
        return self.error is not None and not (typing and self.error.incomplete)

    def refuse(self, query: Query | None, error: FilterError) -> None:
        """What was understood turned out not to suit the runs; no matter if the text has changed since."""
        if query is self.query:
            self.error = error

    def edit(self, text: str, names: Names | None = None) -> FilterHint:
        """Take in the text as it is now; while it is not understood, the last query that was stays in force.

        ``names`` are the keys of the loaded runs, of which an error names the one that needs quotes.
        """
        self.text = text
        self.error = None
        if not text.strip():
            self.query = None
            return FilterHint("")
        from tui.domain.filter import FilterError, parse

        try:
            self.query = parse(text, names)
        except FilterError as error:
            self.error = error
            return word_of(error)
        return FilterHint("")

    def clear(self) -> bool:
        """Take the filter away; False if there was none."""
        had = bool(self.text.strip())
        self.edit("")
        return had

    def for_server(self, text: str, names: Names | None, now_ms: int, zone: tzinfo) -> ServerRequest | FilterHint:
        """How to ask the server for what a text means; a text that is not ours goes as it stands, as MLflow's own.

        ``names`` are the keys of the loaded runs, by which bare words are understood.
        """
        if not text.strip():
            return ServerRequest("", "", FilterHint("The server's filter is taken away"))
        from tui.domain.filter import FilterError, parse
        from tui.domain.filter.pushdown import pushdown

        try:
            query = parse(text)
        except FilterError as error:
            if error.incomplete:
                return word_of(error)
            return ServerRequest(text.strip(), "", FilterHint(f"server: {text.strip()}"))
        pushed = pushdown(query, names, now_ms=now_ms, zone=zone)
        if not pushed.filter_string:
            return FilterHint(f"MLflow's filters cannot say this: {'; '.join(pushed.left_out)}", "warn")
        if pushed.exact:
            return ServerRequest(pushed.filter_string, "", FilterHint(f"server: {pushed.filter_string}"))
        said = f"server: {pushed.filter_string}   filtered here: {'; '.join(pushed.left_out)}"
        return ServerRequest(pushed.filter_string, text, FilterHint(said))


def word_of(error: FilterError) -> FilterHint:
    """An error as the bar says it: calm while it may only be unfinished."""
    return FilterHint(clean(str(error)), "" if error.incomplete else "warn" if error.server_only else "bad")


def refusal(problem: Problem) -> FilterHint:
    """The server's refusal of a filter, in the server's own words."""
    return FilterHint(f"The server refused it: {clean(problem.message)} {clean(problem.hint)}".strip(), "bad")
