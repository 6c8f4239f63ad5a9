"""Going on after the line was cut: the place, the filter and the marks are kept when a signal ends the deck."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.problem import Problem
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.app.application import DeckApp
    from tui.config.launch import Launch


class Resuming:
    """What the last session left when it was cut off, and what this one leaves then."""

    def __init__(self, deck: DeckApp, file: Path, *, wanted: bool = False) -> None:
        self._deck = deck
        self._file = file
        self._wanted = wanted

    def keep(self) -> None:
        """Keep where one is; never a reason not to end."""
        page, session = self._deck.page, self._deck.session
        browse = self._deck.bottom
        kept: dict[str, Any] = {
            "context": session.name,
            "server": _server(session.launch),
            "top": self._deck.top_here,
            "run": getattr(page, "run_id", ""),
            "list": browse.kept_here() if browse is not None else {},
        }
        place = (browse or page).place_here() if (browse or page) is not None else None  # type: ignore[union-attr]
        if place is not None:
            kept["experiment"], kept["model"] = place.experiment, place.model
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._file.with_suffix(".part")
            with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
                json.dump(kept, stream)
            os.replace(part, self._file)
        except (OSError, ValueError):
            return

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        here = self._deck.session
        known = isinstance(kept, dict) and kept.get("context") == here.name
        return kept if known and kept.get("server") == _server(here.launch) else {}

    def begin(self) -> None:
        """Go on at once where that was asked for; else offer it."""
        if self._wanted:
            if not self.go():
                self._deck.say("There is nothing to go back to: no session of this context has been cut off")
            return
        kept = self._read()
        if kept:
            where = clean(str(kept.get("experiment") or kept.get("model") or "the last place"))
            self._deck.say(f"The last session was cut off at {where}: :resume goes back to it", stays=True)

    def go(self) -> bool:
        """Go back to where the last session was; False where none was cut off."""
        kept = self._read()
        if not kept:
            return False
        self._file.unlink(missing_ok=True)
        try:
            self._deck.go_on(kept)
        except Problem as problem:
            self._deck.say(str(problem))
        return True


def _server(launch: Launch) -> str:
    return uris.in_workspace(uris.masked(launch.tracking_uri), launch.apart)
