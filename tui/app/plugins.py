"""The commands of a person's own: by which keys and in which places, what they are given, and how they go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tui.app.actions import PLACES, Action, show_key
from tui.config.model import PluginSettings
from tui.domain import uris
from tui.domain.problem import Problem
from tui.domain.quantities import duration
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.services.plugins import PluginRun, Values

OWN = "plugin."  # how the ids of such actions begin


class Plugins:
    """What the configuration adds to the keys; one run of each at a time."""

    def __init__(self, deck: DeckApp, settings: Mapping[str, PluginSettings]) -> None:
        self._deck = deck
        self._settings = settings
        self._runs: dict[str, PluginRun] = {}
        self._began: dict[str, int] = {}
        self._told: set[str] = set()  # whose end has been told

    @property
    def keys(self) -> list[str]:
        """Every key that means one of them somewhere."""
        return list(dict.fromkeys(key for one in self._settings.values() if (key := _key(one))))

    def at(self, places: Collection[str]) -> list[Action]:
        """Those of these places; what is dangerous is absent where nothing may be written."""
        read_only = self._deck.session.read_only
        return [
            self._action(name, one, place)
            for name, one in self._settings.items()
            if not (one.dangerous and read_only)
            and (place := next((place for place in one.at if place in places), "")) != ""
        ]

    def _action(self, name: str, one: PluginSettings, place: str) -> Action:
        import shlex

        return Action(
            id=OWN + name,
            verb="plugin",
            where=place,
            keys=_key(one),
            title=name,
            help=clean(one.does or f"Run {shlex.join(one.run)}"),
            hint=0,
            writes=one.dangerous,
            takes="",
            command=name,
            was="",
            verb_was="",
        )

    def pressed(self, key: str, places: Collection[str]) -> None:
        """Run what a key means here, or say why it means nothing."""
        meant = [(name, one) for name, one in self._settings.items() if _key(one) == key]
        name, one = next(((n, o) for n, o in meant if set(o.at) & set(places)), meant[0])
        if not set(one.at) & set(places):
            where = ", ".join(PLACES[place] for place in one.at)
            self._deck.say(f"{show_key(key)} ({name}) works elsewhere: {where}")
        else:
            self.run(name)

    def run(self, name: str) -> None:
        """Run one with what is here, after it has been confirmed where that is asked for."""
        deck, one = self._deck, self._settings[name]
        if one.dangerous and deck.session.read_only:
            deck.say(f"{name} refused: {deck.session.name} is read-only, and {name} is dangerous")
            return
        running = self._runs.get(name)
        if running is not None and running.running:
            self._show(name)
            return
        from tui.services import plugins

        values = self._values()
        launch = deck.session.launch
        try:
            command = plugins.arguments(name, one, values)
        except Problem as problem:
            deck.say(str(problem))
            return
        uris_of = launch.tracking_uri, launch.registry_uri, launch.workspace
        environ = plugins.environment(deck.environment, values, *uris_of)
        run = plugins.PluginRun(name, command, environ, deck.folder, lambda: deck.post_message(deck.PluginMoved(name)))
        if one.confirm:
            self._confirm(name, one, run)
        else:
            self._begin(name, one, run)

    def _values(self) -> Values:
        page, launch = self._deck.page, self._deck.session.launch
        here = page.names_here() if page is not None else {}
        return {
            **here,
            "CONTEXT": launch.context_name,
            # Arguments can be read by everybody on the machine: what is secret in a URI is in the environment alone.
            "TRACKING_URI": uris.masked(launch.tracking_uri),
            "REGISTRY_URI": uris.masked(launch.registry_uri),
            "PROFILE": launch.profile or "",
        }

    def _confirm(self, name: str, one: PluginSettings, run: PluginRun) -> None:
        import shlex

        from tui.ui.dialogs.choices import Choice, ChoiceModal

        shown = " ".join(one.run) if one.shell else shlex.join(run.command)
        choices = [Choice("leave", "do not run it", ""), Choice("run", "run it", shown)]

        def picked(choice: Choice | None) -> None:
            if choice is not None and choice.id == "run":
                self._begin(name, one, run)

        self._deck.push_screen(ChoiceModal(f"Run {name}?", choices, self._deck.glyphs), picked)

    def _begin(self, name: str, one: PluginSettings, run: PluginRun) -> None:
        deck = self._deck
        try:
            run.start()
        except Problem as problem:
            deck.say(str(problem))
            return
        self._runs[name], self._began[name] = run, deck.session.clock.now_ms()
        self._told.discard(name)
        if one.background:
            deck.say(f"{name} runs in the background; :{name} shows what it prints")
        else:
            self._show(name)

    def _show(self, name: str) -> None:
        from tui.ui.dialogs.whole_text import OutputModal

        self._deck.push_screen(OutputModal(self._runs[name], self._began[name]))

    def moved(self, name: str) -> None:
        """One has printed something or has ended: tell of its end where its pane is not open."""
        from tui.ui.dialogs.whole_text import OutputModal

        run = self._runs[name]
        screen = self._deck.screen
        if isinstance(screen, OutputModal) and screen.run is run:
            screen.show()
        elif not run.running and name not in self._told:
            passed = duration(self._deck.session.clock.now_ms() - self._began[name])
            last = f": {clean(run.last_line)}" if run.last_line else ""
            how = "ended" if run.status == 0 else f"failed (status {run.status})"
            self._deck.say(f"{name} {how} after {passed}{last}", stays=True)
            self._deck.notice("plugins", name, f"{how} after {passed}")
        if not run.running:
            self._told.add(name)
        self._deck.show_progress()

    def progress(self) -> str:
        """What of them goes on in the background, and how far it has come, in a few words."""
        now = self._deck.session.clock.now_ms()
        parts = []
        for name, run in self._runs.items():
            if run.running:
                last = f" {clean(run.last_line[-40:])}" if run.last_line else ""
                parts.append(f"{name} {duration(now - self._began[name])}{last}")
        return " · ".join(parts)

    def close(self) -> None:
        """End what still runs: it was run for the one who leaves now."""
        for run in self._runs.values():
            run.stop()


def _key(one: PluginSettings) -> str:
    if not one.key:
        return ""
    from tui.config.keymap import textual_key  # of no use where there are no commands of one's own

    return textual_key(one.key) or ""
