"""How the board loads registered models: page after page, more at the end, all of them, and one as it is now."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from tui.domain.models.values import ModelsPage, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.truth import Truth
from tui.services.pool import PREFETCH
from tui.services.registry_desk import RegistryDesk
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.widgets.grid import Grid, messages
from tui.widgets.pane import Notice

FIRST_PAGE, PAGE = 200, 1000  # models; MLflow gives no more than a thousand at a time
LOADED_UNASKED = 3000  # models up to which pages follow each other by themselves


class ModelsLoading(Asking):
    """The part of the board that reads the list of models."""

    _session: Session
    _desk: RegistryDesk
    grid: Grid
    notice: Notice
    truth: Truth
    models: dict[str, RegisteredModel]
    counts: dict[str, int]
    complete: bool
    prompts: bool
    server_filter: str
    _seen: set[str]  # by the reading that is under way, or was the last
    _token: str | None
    _everything: bool

    def fill(self) -> None:
        """Lay the table out anew."""

    def truth_changed(self, problem: Problem | None) -> None:
        """How true the list is has changed."""

    def read_again(self) -> None:
        """Read every model that is loaded anew; what is shown stays until then."""
        if self.truth.as_of_ms is None:
            self.truth = self.truth.loading()
        self._seen = set()
        self.truth_changed(None)
        self._ask_page(None)

    def _ask_page(self, token: str | None) -> None:
        registry, prompts, wanted = self._session.registry, self.prompts, self.server_filter
        size = FIRST_PAGE if token is None else PAGE
        self.ask(
            self._session.pool,
            "models",
            lambda: registry.search_models(filter_string=wanted, max_results=size, token=token, prompts=prompts),
            self._got,
            self._refused,
        )

    def _got(self, page: ModelsPage) -> None:
        fresh = {model.name: model for model in page.models}
        for name, model in fresh.items():
            before = self.models.get(name)
            if before is not None and before != model:
                self._desk.health.forget(name)
        self.models.update(fresh)
        self._seen |= fresh.keys()
        self._token, self.complete = page.next_token, page.next_token is None
        if self.complete:
            self.models = {name: model for name, model in self.models.items() if name in self._seen}
        if not self.prompts and not self.server_filter:
            self._desk.news.remember(page.models, complete=self.complete)
        self.truth = self.truth.live(self._session.clock.now_ms())
        self.notice.clear()
        self.grid.set_class(False, "stale")
        self._count(list(fresh))
        self.fill()
        self.truth_changed(None)
        if not self.complete and (self._everything or len(self._seen) < max(LOADED_UNASKED, len(self.models))):
            self._ask_page(self._token)

    def _count(self, names: Sequence[str]) -> None:
        registry = self._session.registry
        if names:
            self.ask(
                self._session.pool,
                f"counts from {names[0]}",
                lambda: registry.count_versions(names),
                self._got_counts,
                lambda _problem: None,  # a count is a courtesy: without it the column says the most there can be
                urgency=PREFETCH,
            )

    def _got_counts(self, counts: dict[str, int]) -> None:
        if counts:
            self.counts.update(counts)
            self.fill()

    def _refused(self, problem: Problem) -> None:
        self.truth = self.truth.failed(problem)
        self.grid.set_class(bool(self.models), "stale")
        if not self.models:
            self.grid.placeholder = "No registered models could be read."
        self.notice.problem(problem)
        self.fill()
        self.truth_changed(problem)

    def take(self, model: RegisteredModel) -> None:
        """Show a model as it has just been read; the evidence about it is asked for anew."""
        self._desk.health.forget(model.name)
        self.models[model.name] = model
        self._seen.add(model.name)
        self._count([model.name])
        self.fill()

    def drop(self, name: str) -> None:
        """A model is no longer there."""
        self.models.pop(name, None)
        self.grid.marks = [marked for marked in self.grid.marks if marked != name]
        self.fill()

    @on(Grid.NearEnd)
    def _near_end(self, event: messages.NearEnd) -> None:
        event.stop()
        if not self.complete and self._token is not None and not self.is_asking("models"):
            self._ask_page(self._token)

    @on(Grid.EndWanted)
    def _end_wanted(self, event: messages.GridMessage) -> None:
        event.stop()
        self.action_load_all()

    def action_load_all(self) -> None:
        self._everything = True
        if not self.complete and not self.is_asking("models"):
            self._ask_page(self._token)
