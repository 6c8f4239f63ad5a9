"""What screens may ask of the application, so that they need not import it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tui.config.launch import Launch
from tui.domain.glyphs import Glyphs
from tui.services.session import Session
from tui.widgets.status_line import Top

if TYPE_CHECKING:
    from tui.app.actions import Action
    from tui.domain.places import Place
    from tui.services.copies import CopiedSummary
    from tui.services.write_flow import Touched, WriteResult
    from tui.ui.routes import Route


class Notices(Protocol):
    """What ends while one looks elsewhere."""

    def saw_run(self, run_id: str, name: str, status: str) -> None:
        """A run has been read; one that was seen running and has ended is told of."""
        ...

    @property
    def runs_going(self) -> tuple[str, ...]:
        """The runs that were seen running the last time."""
        ...


class Deck(Protocol):
    """The application, as screens see it."""

    glyphs: Glyphs
    keymap: Mapping[str, str]
    absolute_times: bool
    environment: Mapping[str, str]
    folder: Path
    draws_pictures: bool  # whether the terminal takes pictures
    done_last: CopiedSummary | None  # what was written last, as it can be told to others
    message_seconds: float  # after which the hints take the place of what was said; 0 waits for the next key

    @property
    def tops(self) -> tuple[Top, ...]:
        """The places at the top of the open context."""
        ...

    @property
    def top_here(self) -> str:
        """The name of the one under all pages."""
        ...

    def say(self, message: str, kept: str = "") -> None:
        """One line at the bottom, for a few seconds or until the next action; ``kept``, its end, is never cut off."""
        ...

    def copy_text(self, called: str, text: str) -> str:
        """Copy to the terminal's clipboard; answers what it said."""
        ...

    def written(self, touched: Touched) -> None:
        """These may have been changed: every page that shows them, open beneath or on another top, reads them again."""
        ...

    def look_again(self, told: WriteResult) -> None:
        """Look a little later whether somebody else has changed what was just written, and tell of it."""
        ...

    def register(self, *, run_id: str = "", uri: str = "") -> None:
        """Register a model of a run, or the one at an address, as a version: which, and as what, is asked."""
        ...

    def go(self, route: Route) -> None:
        """Open a screen over this one."""
        ...

    def go_home(self, top: str = "browse") -> None:
        """Go to one of the screens at the top of a context ("browse"), closing what lies over it."""
        ...

    def go_to_place(self, place: Place) -> None:
        """Go to a place, closing what lies over the top that shows it."""
        ...

    def open_context(self, launch: Launch, at: Place | None = None) -> None:
        """Leave the open context and open another in its place, at an experiment or a model that is there too."""
        ...

    def open_beside(self, launch: Launch) -> Session:
        """A session on another context beside the open one; whoever asked closes it."""
        ...

    @property
    def notices(self) -> Notices:
        """What tells of runs that were seen running and have ended."""
        ...

    def notice(self, kind: str, title: str, text: str) -> None:
        """Have the terminal tell the desktop of something of a kind (``NOTICE_KINDS``)."""
        ...

    def own_commands(self, places: Collection[str]) -> list[Action]:
        """The commands of the person's own that hold in these places."""
        ...

    def run_own_command(self, action_id: str) -> None:
        """Run one of them, by the id of its action."""
        ...

    def now_ms(self) -> int:
        """The time by the deck's clock."""
        ...

    def leave(self) -> None:
        """Quit."""
        ...
