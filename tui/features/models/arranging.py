"""The keys by which the board of models is arranged: sort, columns, the metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import on

from tui.domain.glyphs import Glyphs
from tui.domain.models.board import ALIAS, TITLES, default_columns, every_column, is_served
from tui.domain.models.values import RegisteredModel
from tui.domain.quantities import count
from tui.services.registry_desk import RegistryDesk
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.widgets.grid import Grid, messages

_HIGH_FIRST = ("latest", "versions", "changed", "created", "ready", "metric")


class ModelsArranging(Asking):
    """The part of the board that turns keys into another arrangement, and keeps it for the next time."""

    _session: Session
    _desk: RegistryDesk
    _glyphs: Glyphs
    grid: Grid
    models: dict[str, RegisteredModel]
    sort: tuple[str, bool]
    columns: tuple[str, ...]

    @property
    def memory_name(self) -> str:
        """What the arrangement is kept under."""
        return f"{self._session.memory_key}:models"

    def fill(self) -> None:
        """Lay the table out anew."""

    def metric_chosen(self) -> None:
        """Models are shown and judged by another metric."""

    def action_sort(self) -> None:
        if self.grid.cursor_column is not None:
            self._turn_sort(self.grid.cursor_column)

    @on(Grid.HeadingPressed)
    def _heading_pressed(self, event: messages.HeadingPressed) -> None:
        event.stop()
        self._turn_sort(event.key)

    def _turn_sort(self, key: str) -> None:
        first = key in _HIGH_FIRST or key.startswith(ALIAS)
        self.sort = (key, not self.sort[1] if self.sort[0] == key else first)
        self.fill()

    def action_columns(self) -> None:
        from tui.ui.dialogs.pick_columns import Pickable, PickColumnsModal, Picked

        models, first = list(self.models.values()), self._desk.settings.alias_columns
        serving = is_served(models, self._desk.health)
        pickable = [
            Pickable(
                key,
                key[len(ALIAS) :] if key.startswith(ALIAS) else TITLES.get(key, key),
                "alias" if key.startswith(ALIAS) else "model",
                _detail(key, models),
            )
            for key in every_column(models, first, serving=serving, has_aliases=self._desk.has_aliases)
        ]

        def picked(answer: Picked | None) -> None:
            if answer is not None:
                self.columns = answer.keys
                self._remember()
                self.fill()

        chosen = self.columns or default_columns(models, first, serving=serving, has_aliases=self._desk.has_aliases)
        self.app.push_screen(PickColumnsModal(pickable, chosen, self._glyphs), picked)

    @on(Grid.ColumnMoved)
    def _column_moved(self, event: messages.ColumnMoved) -> None:
        event.stop()
        models, first = list(self.models.values()), self._desk.settings.alias_columns
        serving = is_served(models, self._desk.health)
        order = list(
            self.columns or default_columns(models, first, serving=serving, has_aliases=self._desk.has_aliases)
        )
        if event.key in order:
            at = order.index(event.key)
            target = max(0, min(len(order) - 1, at + event.by))
            order.insert(target, order.pop(at))
            self.columns = tuple(order)
            self._remember()
            self.fill()

    def action_metric(self) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        health = self._desk.health
        words = {"higher": "higher is better", "lower": "lower is better"}
        choices = [Choice("", "automatic", "the one that most champions have")]
        choices += [Choice(key, key, words.get(health.better(key), "")) for key in health.metrics_known()]

        def chosen(choice: Choice | None) -> None:
            if choice is not None:
                health.choose_metric(choice.id)
                self._remember(choice.id)
                self.fill()
                self.metric_chosen()

        self.app.push_screen(ChoiceModal("Metric", choices, self._glyphs, hint="enter choose   esc leave"), chosen)

    def _remember(self, metric: str | None = None) -> None:
        views, key = self._session.views, self.memory_name
        kept = views.get(key)
        value: dict[str, Any] = {**kept, "columns": list(self.columns)}
        if metric is not None:
            value["metric"] = metric
        self.ask(self._session.pool, "remember", lambda: views.put(key, value), lambda _k: None, lambda _p: None)


def _detail(key: str, models: Sequence[RegisteredModel]) -> str:
    if not key.startswith(ALIAS):
        return ""
    alias = key[len(ALIAS) :]
    return f"{count(sum(1 for model in models if alias in model.aliases))} of {count(len(models))} models"
