"""How the panel through which aliases are moved is laid out and drawn: heads, a table, sentences, lines to type in."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.domain.models.rows import Reading
from tui.domain.models.values import RegisteredModel
from tui.domain.table import Table
from tui.domain.text import clean
from tui.features.models.plan_faces import HINTS, Face
from tui.resources import style_sheets
from tui.services.alias_moves import MoveReport
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.deck import Deck
from tui.widgets.grid import Grid, messages
from tui.widgets.plain_grid import PlainGrid

_FEWEST_ROWS = 4  # of the table, its title included


class Field(Input):
    """A line of the panel; enter is the panel's."""


class PlanLayout(ModalScreen[MoveReport | None], Asking):
    """The panel as it is drawn; what it means and does, ``PlanPanel`` says."""

    CSS_PATH = style_sheets("dialogues.tcss", "models.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", show=False),
        Binding("escape", "leave", show=False),
        Binding("ctrl+y", "copy", show=False),
        Binding("f", "finish", show=False),
        Binding("b", "put_back", show=False),
        Binding("w", "unrecorded", show=False),
        Binding("r", "look_again", show=False),
    ]

    def __init__(self, session: Session, model: RegisteredModel, *, title: str = "") -> None:
        super().__init__(classes="plan-modal")
        self.session = session
        self.model = model
        self.state: dict[str, str] = dict(model.aliases)
        self.face = Face.PLAN
        self.grid = PlainGrid(glyphs=self.deck.glyphs)
        self.why = Field(placeholder=self._why_hint(), compact=True, id="why")
        self.typed = Field(placeholder="type the model's name", compact=True, id="typed")
        self._words = Static(classes="words")
        self._consequences = Static(classes="words", id="consequences")
        self._state = Static(classes="state")
        self._frame = Vertical(classes="dialogue")
        self._title_text = title

    def _why_hint(self) -> str:
        return "a reason, for the ledger" + ("" if self.session.desk.settings.reason_required else " (may be left out)")

    @property
    def deck(self) -> Deck:
        return cast(Deck, self.app)

    # what subclasses say

    def heads(self) -> ComposeResult:
        """Lines above the table."""
        yield from ()

    def shown_table(self) -> Table:
        """What the plan means, or what became of it, line by line."""
        raise NotImplementedError  # pragma: no cover  PlanPanel says it

    def consequences(self) -> list[str]:
        """What else the plan means: sentences under the table."""
        return []

    def needs_name(self) -> bool:
        """Whether the model's name has to be typed."""
        return False

    def refusal(self) -> str:
        """Why the panel cannot go on as it stands."""
        return ""

    def hints(self) -> str:
        """The keys that the face offers."""
        return HINTS[self.face]

    def title_text(self) -> str:
        return self._title_text or f"Move aliases of {clean(self.model.name)}"

    def first_field(self) -> Widget:
        return self.why

    def action_go_on(self) -> None:
        """Enter was pressed."""

    def edited(self, field: Field) -> None:
        """A line was edited."""

    # drawing

    def compose(self) -> ComposeResult:
        with self._frame:
            yield from self.heads()
            yield self.grid
            yield self._words
            yield self._consequences
            with Horizontal(classes="field", id="why-field"):
                yield Static(Content("why"), classes="label")
                yield self.why
            with Horizontal(classes="field", id="name-field"):
                yield Static(Content("protected"), classes="label")
                yield self.typed
            yield self._state

    def on_mount(self) -> None:
        self._words.display = False
        self.show()
        self.first_field().focus()

    def reading(self) -> Reading:
        return Reading(self.session.clock.now_ms(), None, self.deck.glyphs)

    def show(self) -> None:
        """Draw the panel as it stands."""
        self._frame.border_title = Content(f" {self.title_text()} ")
        self._frame.border_subtitle = Content(f" {self.hints()} ")
        self.grid.table = self.shown_table()
        asked = self.face.asks
        lines = self.consequences() if asked else []
        self._consequences.update(Content("\n".join(map(clean, lines))))
        self._consequences.display = bool(lines)
        for field in self.query(Field):
            field.disabled = not asked
        self.query_one("#why-field").display = asked or self.face is Face.DOING
        self.query_one("#name-field").display = asked and self.needs_name()
        if self.face is Face.PLAN:
            refused = self.refusal()
            self.say(refused, "warn" if refused else "")
        if not asked:
            self.set_focus(self.grid)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Leave the table as many rows as the rest of the panel does not need, so that nothing is cut off."""
        if not self.is_attached:
            return
        others = [child for child in self._frame.children if child is not self.grid and child.display]
        margins = sum(child.styles.margin.height for child in (*others, self.grid))
        needed = sum(child.outer_size.height for child in others) + margins + self._frame.gutter.height
        rows = max(_FEWEST_ROWS, self.size.height - needed)
        if (given := self.grid.styles.max_height) is None or given.value != rows:
            self.grid.styles.max_height = rows

    @on(Resize)
    def _resized(self) -> None:
        self.call_after_refresh(self._fit)

    def say(self, text: str, tone: str = "") -> None:
        """A line at the bottom of the panel."""
        self._state.update(Content(clean(text)))
        for name in ("warn", "bad", "armed"):
            self._state.set_class(tone == name, f"-{name}")
        self.call_after_refresh(self._fit)

    def tell(self, text: str) -> None:
        """Sentences between the table and the lines."""
        self._words.update(Content(clean(text)))
        self._words.display = bool(text)
        self.call_after_refresh(self._fit)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.edited(cast(Field, event.input))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go_on()

    @on(Grid.Opened)
    def _opened(self, event: messages.Opened) -> None:
        event.stop()
        self.action_go_on()
