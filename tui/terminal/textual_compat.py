"""The only place that touches what Textual calls private: each use with the reason, and a test beside it.

Tested by tests/ui/test_textual_compat.py.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from traceback import walk_tb
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, cast

from rich.cells import cell_len, get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._context import active_message_pump
from textual._path import CSSPathType
from textual.app import App
from textual.css.model import RuleSet
from textual.css.query import NoMatches
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.signal import Signal
from textual.strip import Strip
from textual.widget import MountError

# What the terminal shows, cell by cell, so that only what looks otherwise is sent to it.
#
# A change of focus repaints two panes whole and a dialogue the whole screen, of which a few cells differ. Over a slow
# line that is seconds, so each update is held against what was sent before it.


BRIDGE = 4  # cells: unchanged ones between two changed are sent again where that is shorter than to jump over them

Piece = tuple[int, int, Sequence[Segment]]  # line, column, and what stands there from that column on


class TerminalMemory:
    """The cells of a terminal as they were last sent; it answers an update with the shortest text that brings it about.

    A cell is the character in it (empty in the right half of a wide one) and a number for its look. A cell is unknown
    until it has been sent, and after ``forget``.
    """

    def __init__(self) -> None:
        self._glyphs: list[list[str | None]] = []
        self._looks: list[list[int]] = []
        self._pens = _Pens(ColorSystem.TRUECOLOR)
        self._size = (0, 0)

    def forget(self) -> None:
        """Know nothing of the terminal any more: the next updates are sent whole."""
        self._size = (0, 0)

    def update(self, pieces: Iterable[Piece], size: tuple[int, int], colors: ColorSystem) -> str:
        """The escape sequences and text that turn what is shown into ``pieces``; ``size`` is in columns and lines."""
        self._fit(size, colors)
        out = _Output(self._pens, size[0])
        for y, x, segments in pieces:
            if 0 <= y < size[1]:
                self._piece(out, y, x, segments)
        return out.finished()

    def _fit(self, size: tuple[int, int], colors: ColorSystem) -> None:
        if colors is not self._pens.colors:
            self._pens = _Pens(colors)
            self.forget()
        if size != self._size:
            self._size = size
            self._glyphs = [[None] * size[0] for _ in range(size[1])]
            self._looks = [[-1] * size[0] for _ in range(size[1])]

    def _piece(self, out: _Output, y: int, x: int, segments: Sequence[Segment]) -> None:
        glyphs: list[str] = []
        looks: list[int] = []
        odd = False
        for text, style, control in segments:
            cells, plain = _cells(text)
            if control or (text and not cells):
                self._unmeasured(out, y, x, segments)
                return
            odd = odd or not plain
            glyphs.extend(cells)
            looks.extend([self._pens.number(style)] * len(cells))
        end = min(x + len(glyphs), self._size[0])
        room = end - x
        del glyphs[room:], looks[room:]
        shown, shown_looks = self._glyphs[y], self._looks[y]
        before, before_looks = shown[x:end], shown_looks[x:end]
        if before == glyphs and before_looks == looks:
            return
        shown[x:end], shown_looks[x:end] = glyphs, looks
        # Terminals disagree about how wide clusters are, so nothing on such a line is taken to be where it should be.
        if odd or any(glyph is not None and len(glyph) > 1 for glyph in before):
            out.run(y, x, glyphs, looks, sure=False)
            return
        for first, last in _runs(before, before_looks, glyphs, looks):
            out.run(y, x + first, glyphs[first:last], looks[first:last])

    def _unmeasured(self, out: _Output, y: int, x: int, segments: Sequence[Segment]) -> None:
        """Send as it is what holds control sequences, and know nothing of the rest of that line."""
        out.raw(y, x, segments)
        self._glyphs[y][x:] = [None] * (self._size[0] - x)


def _runs(
    before: Sequence[str | None], before_looks: Sequence[int], glyphs: Sequence[str], looks: Sequence[int]
) -> list[tuple[int, int]]:
    """The ranges of cells to be sent: what differs, bridged where that is shorter, wide characters whole."""
    runs: list[tuple[int, int]] = []
    for at, (old, old_look, new, look) in enumerate(zip(before, before_looks, glyphs, looks, strict=True)):
        if old == new and old_look == look:
            continue
        first = at - 1 if not new and at else at
        last = at + 1
        while last < len(glyphs) and not glyphs[last]:
            last += 1
        if runs and first - runs[-1][1] <= BRIDGE:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


@lru_cache(maxsize=8192)
def _cells(text: str) -> tuple[tuple[str, ...], bool]:
    """The text cell by cell, and whether each of its characters takes one or two cells for sure."""
    if text.isascii():
        return tuple(text), True
    widths = [get_character_cell_size(character) for character in text]
    whole = cell_len(text)
    if 0 in widths or sum(widths) != whole:
        # A cluster of several characters: one cell has all of it, so that it is sent whole or not at all.
        return (text, *[""] * (whole - 1))[:whole], False
    cells: list[str] = []
    for character, width in zip(text, widths, strict=True):
        cells += (character,) if width == 1 else (character, "")
    return tuple(cells), True


class _Look(NamedTuple):
    """What a cell looks like, as parameters of the terminal's SGR sequence, and where it links to."""

    ink: str = "39"
    paper: str = "49"
    attributes: str = ""
    link: str = ""


_PLAIN = _Look()


class _Pens:
    """Numbers for looks, and how to change from one to another."""

    def __init__(self, colors: ColorSystem) -> None:
        self.colors = colors
        self._numbers: dict[Style | None, int] = {}
        self._by_look: dict[_Look, int] = {}
        self._looks: list[_Look] = []
        self.plain = self._numbered(_PLAIN)
        self._changes: dict[tuple[int, int], str] = {}

    def number(self, style: Style | None) -> int:
        """The number of a style's look; styles that look alike have one."""
        number = self._numbers.get(style)
        if number is None:
            number = self._numbers[style] = self._numbered(self._look(style) if style else _PLAIN)
        return number

    def change(self, before: int, after: int) -> str:
        """What turns one look into another, no longer than need be."""
        if before == after:
            return ""
        change = self._changes.get((before, after))
        if change is None:
            change = self._changes[before, after] = self._change(self._looks[before], self._looks[after])
        return change

    def _numbered(self, look: _Look) -> int:
        number = self._by_look.setdefault(look, len(self._looks))
        if number == len(self._looks):
            self._looks.append(look)
        return number

    def _look(self, style: Style) -> _Look:
        ink = style.color.downgrade(self.colors).get_ansi_codes() if style.color else ()
        paper = style.bgcolor.downgrade(self.colors).get_ansi_codes(foreground=False) if style.bgcolor else ()
        return _Look(
            ";".join(ink) or _PLAIN.ink,
            ";".join(paper) or _PLAIN.paper,
            Strip.render_ansi(style.without_color, self.colors),
            style.link or "",
        )

    def _change(self, before: _Look, after: _Look) -> str:
        parameters: list[str] = []
        if before.attributes != after.attributes:
            if before.attributes:
                parameters.append("0")
                before = before._replace(ink=_PLAIN.ink, paper=_PLAIN.paper)
            if after.attributes:
                parameters.append(after.attributes)
        if before.ink != after.ink:
            parameters.append(after.ink)
        if before.paper != after.paper:
            parameters.append(after.paper)
        change = f"\x1b[{';'.join(parameters)}m" if parameters else ""
        return change + (f"\x1b]8;;{after.link}\x1b\\" if before.link != after.link else "")


class _Output:
    """What is to be sent: it knows where the terminal's cursor is and what it writes with."""

    def __init__(self, pens: _Pens, columns: int) -> None:
        self._pens = pens
        self._columns = columns
        self._parts: list[str] = []
        self._pen = pens.plain
        self._at = (-1, -1)  # line and column of the cursor, where that is known

    def run(self, y: int, x: int, glyphs: Sequence[str], looks: Sequence[int], *, sure: bool = True) -> None:
        """Write cells from a place on; ``sure`` says that the terminal takes them to be as wide as held here."""
        self._go(y, x)
        start, end = 0, len(glyphs)
        while start < end:
            look = looks[start]
            stop = start + 1
            while stop < end and looks[stop] == look:
                stop += 1
            self._parts.append(self._pens.change(self._pen, look) + "".join(glyphs[start:stop]))
            self._pen = look
            start = stop
        self._at = (y, x + end) if sure and x + end < self._columns else (-1, -1)

    def raw(self, y: int, x: int, segments: Iterable[Segment]) -> None:
        """Write segments as they are."""
        self._go(y, x)
        self._parts += (self._pens.change(self._pen, self._pens.plain), "".join(map(self._raw, segments)))
        self._pen = self._pens.plain
        self._at = (-1, -1)

    def _raw(self, segment: Segment) -> str:
        text, style, control = segment
        return Strip.render_style(style, text, self._pens.colors) if style and not control else text

    def finished(self) -> str:
        """All of it, the pen laid down."""
        self._parts.append(self._pens.change(self._pen, self._pens.plain))
        return "".join(self._parts)

    def _go(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        line, column = self._at
        self._parts.append(f"\x1b[{x - column}C" if line == y and column < x else f"\x1b[{y + 1};{x + 1}H")


log = logging.getLogger(__name__)
Result = TypeVar("Result")

LOST_AFTER = 1.0  # seconds after which a key is taken for lost: the widget that had it was removed


class KeyDone(Message):
    """Follows a key along its way and so comes back when the key has had all its effect."""

    def __init__(self) -> None:
        super().__init__()
        # A message stops bubbling short of the one who sent it, and it is the app that this is to come back to.
        self._sender = None


class ExactStyle(Style):
    """A style that stays as it is where a dialogue shades what is behind it.

    The shade is mixed into each colour (``BackgroundScreen``): one that is a picture's number would name another.
    """

    def __add__(self, style: Style | None) -> Style:
        return self

    def clear_meta_and_links(self) -> Style:  # type: ignore[override]  # Rich's own remembers its answers
        return self


class Differences(CompositorUpdate):
    """An update of the screen that is sent as what the terminal does not show yet."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate, memory: TerminalMemory, size: Size) -> None:
        self._update = update
        self._memory = memory
        self._size = size

    def render_segments(self, console: Console) -> str:
        pieces = _chopped(self._update) if isinstance(self._update, ChopsUpdate) else _laid_out(self._update)
        return self._memory.update(pieces, self._size, console._color_system or ColorSystem.TRUECOLOR)


def _laid_out(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield y, x, strip._segments
            x += strip.cell_length


def _chopped(update: ChopsUpdate) -> Iterator[Piece]:
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > last or end <= first:
                continue
            if end > last:
                strip = strip.crop(0, last - x)
            yield y, x, strip._segments


class ParsedOnce(Stylesheet):
    """A style sheet of which no source is parsed twice by a process, as long as its variables are the same.

    Textual parses all sources again whenever a screen of a class comes that was not there before, each time into a new
    sheet that remembers nothing (``App._load_screen_css``, ``Stylesheet.reparse``).
    """

    _parsed: ClassVar[dict[frozenset[tuple[str, str]], dict[tuple[object, ...], list[RuleSet]]]] = {}

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._known = self._parsed.setdefault(frozenset(self._variables.items()), {})

    def copy(self) -> Stylesheet:
        sheet = ParsedOnce(variables=self._variables.copy())
        sheet.source = self.source.copy()
        return sheet

    def set_variables(self, variables: dict[str, str]) -> None:
        super().set_variables(variables)
        self._known = self._parsed.setdefault(frozenset(variables.items()), {})

    def reparse(self) -> None:
        self.parse()  # which leaves the rules as they are if that fails

    def _parse_rules(
        self, css: str, read_from: CSSLocation, is_default_rules: bool = False, tie_breaker: int = 0, scope: str = ""
    ) -> list[RuleSet]:
        key = css, read_from, is_default_rules, tie_breaker, scope
        rules = self._known.get(key)
        if rules is None:
            rules = self._known[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return rules


class CalmApp(App[Result], Generic[Result]):
    """An app that gives keys one at a time, and that ends calmly on an error that nobody foresaw.

    Textual forwards a key to the focused widget as soon as it arrives, and looks its bindings up only when it has
    bubbled back (``App.on_event``, ``App._on_key``). Over a slow line several keys come in one packet: those typed
    after a ``/`` or ``:`` would reach the list, where each means something else, before the line to type in has the
    focus (https://github.com/Textualize/textual/issues/2473 is about the same order of things). So a key waits here
    until the one before has been handled and what it opened has been mounted.

    An unhandled error would be rendered with local variables, which may hold a tracking URI with its password
    (https://github.com/Textualize/textual/discussions/1812). ``fault`` is the error, for whoever ran the app.

    The compositor sends whole regions, also where most cells look as before
    (https://github.com/Textualize/textual/discussions/1807): what is sent goes through a memory of the terminal.

    A mode's new screen counts as styled before the last change of theme, though there has been none since it was made,
    so every style sheet would be parsed twice again before its first frame (``App._init_mode``, ``App.switch_mode``;
    ``App.push_screen`` does not). And updates would be held back for 50 ms, however soon it is there, the frame that it
    lays out meanwhile thrown away (``App.delay_update``).
    """

    fault: BaseException | None = None
    keys_wait = False  # whether keys are kept until ``give_held_keys``: what they are for is not there yet

    @property
    def draws_pictures(self) -> bool:
        """Whether the terminal takes pictures."""
        return False

    def __init__(self, *, css_path: CSSPathType | None = None) -> None:
        super().__init__(css_path=css_path)
        self.stylesheet = ParsedOnce(variables=self.get_css_variables())
        self._key_since: float | None = None
        self._keys_held: deque[events.Key] = deque()
        self._terminal = TerminalMemory()
        self._drawn_once = False
        self._delays = 0  # batches of updates that wait for a screen to be composed
        self.terminal_lost: Signal[None] = Signal(self, "terminal-lost")  # it may have lost what it was given

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        self._keys_held.append(event)
        if self.keys_wait:
            return
        if self._key_since is None or time.monotonic() - self._key_since > LOST_AFTER:
            await self._give_next_key()

    async def give_held_keys(self) -> None:
        """Give the keys that have been kept."""
        if self._key_since is None:
            await self._give_next_key()

    async def _give_next_key(self) -> None:
        if not self._keys_held:
            self._key_since = None
            return
        self._key_since = time.monotonic()
        self.before_key()
        target = self.focused or self.screen
        await super().on_event(self._keys_held.popleft())
        # Queues keep their order: this arrives at each stop of the key's way after the key.
        if not target.post_message(KeyDone()):
            await self._give_next_key()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate | LayoutUpdate) and not (self._driver and self._driver.is_inline):
            # What Textual sends to the terminal need not be something that Rich can render.
            renderable = cast(RenderableType, Differences(renderable, self._terminal, screen.outer_size))
        super()._display(screen, renderable)
        if not self._drawn_once and renderable is not None:
            self._drawn_once = True
            # After what the screen has still to do by itself, such as to fit its classes to its size.
            screen.call_later(self.call_later, self.first_drawn)

    async def first_drawn(self) -> None:
        """Called once, when the first screen has been drawn."""

    def draw_anew(self) -> None:
        """Send the whole screen again, whatever the terminal shows."""
        self._terminal.forget()
        self.terminal_lost.publish(None)
        self.refresh(layout=True)

    def send(self, sequence: str) -> None:
        """Send the terminal a sequence that moves nothing on the screen, ahead of what is drawn after it."""
        if self._driver is not None:
            self._driver.write(sequence)

    def ends_as_it_was(self, settings: list[Any] | None) -> None:
        """Give the terminal back with these settings (``termios``): it may have been made silent for the deck."""
        if settings is not None and getattr(self._driver, "attrs_before", None) is not None:
            setattr(self._driver, "attrs_before", settings)  # noqa: B010  of the drivers for terminals alone

    def on_resize(self) -> None:
        # Terminals rearrange what they show when their size changes.
        self._terminal.forget()

    @contextmanager
    def suspend(self) -> Iterator[None]:
        with super().suspend():
            yield
        self._terminal.forget()
        self.terminal_lost.publish(None)

    @on(Driver.SignalResume)
    def resumed(self) -> None:
        """Draw anew when the program is in the foreground again."""
        self.draw_anew()

    def before_key(self) -> None:
        """Called before each key has its effect."""

    def after_key(self) -> None:
        """Called when a key has had its effect, or had none."""

    def _load_screen_css(self, screen: Screen[object]) -> None:
        super()._load_screen_css(screen)
        # The screen is new: what is styled from here on is styled by the sheets as they are.
        if not screen.is_mounted:
            screen._css_update_count = self._css_update_count
            self.fit(screen)
            screen.call_later(self._draw_composed)

    def fit(self, screen: Screen[Any]) -> None:
        """Give a new screen the classes of its breakpoints, so that it is not laid out once without them."""
        for extent, breakpoints in zip(
            self.size, (screen.HORIZONTAL_BREAKPOINTS, screen.VERTICAL_BREAKPOINTS), strict=True
        ):
            screen.add_class(*screen._get_breakpoint_classes(extent, breakpoints or []))

    def delay_update(self, delay: float = 0.05) -> None:
        """Draw nothing until the screen that comes has been composed, rather than for a given time."""
        self._delays += 1
        self._begin_batch()
        self.call_next(self._draw_composed)

    def _draw_composed(self) -> None:
        if not self._delays or not self.screen.is_mounted:
            return
        while self._delays:
            self._delays -= 1
            self._end_batch()
        self.screen.refresh()

    async def on_key_done(self, message: KeyDone) -> None:
        message.stop()
        self.after_key()
        # A screen that the key has pushed mounts, and places its focus, before it comes to this.
        if not self.screen.call_later(self._give_next_key):
            await self._give_next_key()

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:
        driver = super()._build_driver(headless, inline, mouse, size)
        # Textual's driver goes to the background within the handler of the signal, which Python runs between any two
        # steps: in the middle of a frame as well, where it would wait for ever for the queue that the frame is put in.
        stop, loop = getattr(driver, "_sigtstp_application", None), asyncio.get_running_loop()
        if stop is not None:

            def to_background(number: int, frame: object) -> None:
                if driver._auto_restart:
                    loop.call_soon_threadsafe(stop, number, frame)
                else:  # an editor has the terminal, and the loop stands still until that ends
                    stop(number, frame)

            signal.signal(signal.SIGTSTP, to_background)
        return driver

    def _is_left(self, part: MessagePump | None) -> bool:
        """Whether the app is to end, or a part of it is being taken away."""
        while part is not None and not self._exit:
            if part._closing or part._closed or getattr(part, "_pruning", False):
                return True
            part = part._parent
        return self._exit

    def _handle_exception(self, error: Exception) -> None:
        # What is left loses its parts first and takes none in, which fails the timer or the key that came after; it
        # has nothing to show any more. What is done after a frame is done in the name of whoever asked for it, so it is
        # looked at every part that the error came through.
        came_through = (frame.f_locals.get("self") for frame, _line in walk_tb(error.__traceback__))
        parts = [active_message_pump.get(None), *(part for part in came_through if isinstance(part, MessagePump))]
        if isinstance(error, MountError | NoMatches) and any(map(self._is_left, parts)):
            log.info("Not shown, because it was left: %s", error)
            return
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self.fault = self._exception
        log.error("The app ended by an error that nobody handled", exc_info=self._exception)
        self._close_messages_no_wait()
