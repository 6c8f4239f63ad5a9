"""A line to type in whose cursor stands still: an idle screen sends nothing, a slow line least of all."""

from __future__ import annotations

from typing import Any

from textual.widgets import Input


class CalmInput(Input):
    """Textual's line without its blinking, which would send a few cells twice a second."""

    def __init__(self, value: str | None = None, **rest: Any) -> None:
        super().__init__(value, **rest)
        self.set_reactive(Input.cursor_blink, False)
