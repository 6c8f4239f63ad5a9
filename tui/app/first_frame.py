"""The first frame: the lines and frames of the browse screen, drawn while the rest of the deck is being loaded.

It knows next to nothing, because every module that it needed would be loaded before a person sees anything.
"""

from __future__ import annotations

from datetime import timezone

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from tui.domain.glyphs import Glyphs
from tui.widgets.pane import Pane
from tui.widgets.status_line import HintLine, Status, StatusLine


class FirstFrame(Screen[None]):
    """Stands for the browse screen until that can be shown."""

    AUTO_FOCUS = ""
    # As in ``Page``, so that nothing moves when the browse screen comes.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-rich")]

    def __init__(self, status: Status, glyphs: Glyphs) -> None:
        super().__init__()
        self._status = status
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        experiments, runs, details = (Pane(id=name) for name in ("experiments", "runs", "details"))
        for pane, title in ((experiments, "Experiments"), (runs, "Runs"), (details, "Details")):
            pane.set_title(title)
        experiments.add_class("-current")
        yield StatusLine(self._status, self._glyphs, timezone.utc)
        with Horizontal(id="browse-body"):
            yield experiments
            with Vertical(id="runs-column"):
                yield runs
                with Vertical(id="details-place"):
                    yield details
        yield HintLine()

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.app.size.width < 100
        self.set_class(narrow, "-one-pane")
        self.set_class(narrow, "-at-experiments")
