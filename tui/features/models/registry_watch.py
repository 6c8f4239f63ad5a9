"""Watching registered models: read again by itself, and what has changed since the session began is told once."""

from __future__ import annotations

from collections.abc import Iterable

from tui.domain.models.values import RegisteredModel
from tui.domain.text import clean
from tui.features.models.registry_acts import RegistryActs
from tui.ui.watch import Watch


class RegistryWatch(RegistryActs):
    """A page about models that can refresh by itself. What is compared with outlives a pause: it is the session's."""

    _watch: Watch | None = None

    def watch_tick(self) -> None:
        """Read again what is shown, unless that is under way."""
        raise NotImplementedError  # pragma: no cover  every page says it

    @property
    def watching(self) -> bool:
        return self._watch is not None and self._watch.is_on

    def watch_toggle(self) -> bool:
        if self._watch is None:
            self._watch = Watch(self, self.session.launch.settings.watch_seconds, self._tick)
        return self._watch.toggle()

    def _tick(self) -> None:
        if self.is_current:
            self.watch_tick()

    def tell_news(self, models: Iterable[RegisteredModel]) -> None:
        """Tell what has changed of models and was not told before, with the bell where that is wanted."""
        if not self.watching:
            return
        desk = self.session.desk
        news = []
        for model in models:
            clauses = desk.news.changes(model)
            if clauses != self._told.get(model.name, []):
                fresh = [clause for clause in clauses if clause not in self._told.get(model.name, [])]
                self._told[model.name] = clauses
                if fresh:
                    news.append(f"{clean(model.name)}: {', '.join(map(clean, fresh))}")
        if news:
            self.deck.say(news[0] + (f" and {len(news) - 1} more" if len(news) > 1 else ""))
            if desk.settings.bell:
                self.app.bell()

    @property
    def _told(self) -> dict[str, list[str]]:
        return self.session.desk.told
