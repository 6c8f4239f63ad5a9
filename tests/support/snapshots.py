"""Pictures of screens, compared with those kept beside the tests; a failure leaves a page with both pictures."""

from __future__ import annotations

import difflib
import html
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex
from textual.app import App
from textual.errors import NoWidget

from tests.support.driver import Deck
from tui.widgets.status_line import HintLine

REPORTS = Path("build") / "snapshot_report"
WIDE, HIGH, BASE = 12, 24, 18  # units of the picture: a cell, and where its letters stand
NEAR = 12  # blank cells that are written out between two pieces of text in one ink
Picture = Callable[..., None]


class SvgExtension(SingleFileSnapshotExtension):
    """One ``.svg`` file for each picture, which any browser shows."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        """Name of the test, parameters, name of the picture, without brackets and spaces, a nuisance in a shell."""
        parts = re.split(r"[\[\]]+", super().get_snapshot_name(test_location=test_location, index=index))
        return "--".join(re.sub(r"[^\w.]+", "-", part) for part in parts if part)

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        """Whether a file is one of this test's, so that one that no test keeps any more is known."""
        kept, own = Path(snapshot_location), cls.get_snapshot_name(test_location=test_location)
        if kept.parent.name != test_location.basename or not (kept.stem == own or kept.stem.startswith(f"{own}--")):
            return False
        return test_location.matches_snapshot_site(snapshot_location)


@pytest.fixture
def picture(snapshot: SnapshotAssertion, request: pytest.FixtureRequest) -> Picture:
    """``picture(deck)`` compares the screen with the picture kept for this test; ``--snapshot-update`` keeps it anew.

    ``picture(deck, name="…")`` tells several pictures of one test apart.
    """

    def compare(deck: Deck[Any] | App[Any], name: str | None = None) -> None:
        drawn = drawing(deck.app if isinstance(deck, Deck) else deck)
        svg = snapshot.with_defaults(extension_class=SvgExtension)
        if svg(name=name) == drawn if name else svg == drawn:
            return
        kept = svg.executions[svg.num_executions - 1].recalled_data
        kept = kept if isinstance(kept, str) else ""
        page = _report(request.node.nodeid + (f" {name}" if name else ""), kept, drawn, request.config.rootpath)
        if not kept:
            pytest.fail(f"no picture is kept yet; --snapshot-update keeps this one: {page}", pytrace=False)
        lines = difflib.unified_diff(screen_text(kept), screen_text(drawn), "kept", "now", lineterm="", n=1)
        said = "\n".join(lines) or "the words are the same; colours or weights differ"
        pytest.fail(f"the screen has changed; both pictures: {page}\n{said}", pytrace=False)

    return compare


@dataclass(frozen=True)
class Ink:
    """How a character is drawn."""

    colour: str
    ground: str
    marks: tuple[str, ...] = ()  # attributes of SVG: bold, italic, lines


@dataclass(frozen=True)
class Cell:
    """One cell of the screen; the second of a wide character has no text."""

    text: str
    ink: Ink


def drawing(app: App[Any]) -> str:
    """What the screen looks like as an SVG of few bytes, a row a line, without what changes from key to key.

    The line of hints and the time at the top are left blank: a new key, or another clock, is no other screen. Both
    have tests of their text.
    """
    rows = _cells(app)
    high, wide = len(rows), max(map(len, rows), default=0)
    ground = Counter(cell.ink.ground for row in rows for cell in row).most_common(1)[0][0]
    colour = Counter(cell.ink.colour for row in rows for cell in row if cell.text.strip()).most_common(1)[0][0]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide * WIDE} {high * HIGH}" fill="{colour}" '
            'font-family="Fira Code,monospace" font-size="20" shape-rendering="crispEdges" xml:space="preserve">',
            f'<path fill="{ground}" d="M0,0h{wide * WIDE}v{high * HIGH}H0z"/>',
            *_grounds(rows, ground),
            *(row for at, cells in enumerate(rows) if (row := _letters(cells, at * HIGH + BASE, colour))),
            "</svg>\n",
        ]
    )


def _cells(app: App[Any]) -> list[list[Cell]]:
    """The screen cell by cell, from the same update that the driver reads."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert update is not None
    console = Console(width=app.size.width, height=app.size.height, color_system="truecolor", legacy_windows=False)
    rows: list[list[Cell]] = []
    for line in Segment.split_lines(console.render(update)):
        row: list[Cell] = []
        for text, style, control in line:
            if control:
                continue
            ink = _ink(style or Style.null())
            for letter in text:
                cells = cell_len(letter)
                if not cells and row:
                    row[-1] = Cell(row[-1].text + letter, row[-1].ink)
                else:
                    row += [Cell(letter, ink), *[Cell("", ink)] * (cells - 1)]
        rows.append(row)
    return _without_what_changes(app, rows[: app.size.height])


def _without_what_changes(app: App[Any], rows: list[list[Cell]]) -> list[list[Cell]]:
    top = "".join(cell.text[:1] or "\0" for cell in rows[0])
    clock = re.search(r"(?<=live )\d\d:\d\d", top)
    changing = {(x, 0) for x in range(*clock.span())} if clock else set()
    for y in {line.region.y for screen in app.screen_stack for line in screen.query(HintLine)} & set(range(len(rows))):
        changing |= {(x, y) for x in range(len(rows[y])) if _is_of_hints(app, x, y)}
    for x, y in changing:
        rows[y][x] = Cell(" ", Ink(rows[y][x].ink.colour, rows[y][x].ink.ground))
    return rows


def _is_of_hints(app: App[Any], x: int, y: int) -> bool:
    """Whether the cell shows a hint line, which nothing on top of it covers."""
    for screen in reversed(app.screen_stack):
        try:
            widget, _ = screen.get_widget_at(x, y)
        except NoWidget:
            continue
        if isinstance(widget, HintLine):
            return True
        if widget is not screen or not screen.is_modal:
            return False
    return False


def _ink(style: Style) -> Ink:
    colours = [
        tuple(color.get_truecolor(SVG_EXPORT_THEME, is_foreground)) if color and not color.is_default else default
        for color, default, is_foreground in (
            (style.color, tuple(SVG_EXPORT_THEME.foreground_color), True),
            (style.bgcolor, tuple(SVG_EXPORT_THEME.background_color), False),
        )
    ]
    colour, ground = reversed(colours) if style.reverse else colours
    if style.dim:
        colour = tuple(round(0.4 * ink + 0.6 * paper) for ink, paper in zip(colour, ground, strict=True))
    marks = {
        'font-weight="bold"': style.bold,
        'font-style="italic"': style.italic,
        'text-decoration="underline"': style.underline,
        'text-decoration="line-through"': style.strike,
    }
    return Ink(_hex(colour), _hex(ground), tuple(mark for mark, is_on in marks.items() if is_on))


def _hex(colour: tuple[int, ...]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)


def _grounds(rows: list[list[Cell]], ground: str) -> list[str]:
    """A path for each colour that lies behind cells; what reaches over several rows is one piece of it."""
    pieces: dict[str, dict[tuple[int, int], list[list[int]]]] = {}  # colour → (from, to) → [first, last] rows
    for y, row in enumerate(rows):
        at = 0
        for colour, cells in itertools.groupby(row, key=lambda cell: cell.ink.ground):
            span = (at, at := at + len(list(cells)))
            if colour == ground:
                continue
            reaches = pieces.setdefault(colour, {}).setdefault(span, [])
            if reaches and reaches[-1][1] == y - 1:
                reaches[-1][1] = y
            else:
                reaches.append([y, y])
    return [
        f'<path fill="{colour}" d="'
        + "".join(
            f"M{left * WIDE},{top * HIGH}h{(right - left) * WIDE}v{(bottom + 1 - top) * HIGH}H{left * WIDE}z"
            for (left, right), reaches in spans.items()
            for top, bottom in reaches
        )
        + '"/>'
        for colour, spans in pieces.items()
    ]


def _letters(row: list[Cell], y: int, colour: str) -> str:
    """The pieces of text of one row; those in one ink are one, with the blanks between them."""
    pieces: list[tuple[int, int, str, Ink]] = []
    at = 0
    for (ink, is_wide), group in itertools.groupby(row, key=lambda cell: (cell.ink, cell_len(cell.text or "－") > 1)):
        cells = list(group)
        text = "".join(cell.text for cell in cells)
        start, at = at, at + len(cells)
        if not text.strip() and not any("text-decoration" in mark for mark in ink.marks):
            continue
        left, right = start + len(text) - len(text.lstrip()), at - (len(text) - len(text.rstrip()))
        text = text.strip()
        if pieces and not is_wide:
            first, last, before, its_ink = pieces[-1]
            gap = left - last
            is_lined = any("text-decoration" in mark for mark in ink.marks)
            is_one = its_ink.colour == ink.colour and its_ink.marks == ink.marks and (not gap or not is_lined)
            # A wide letter is not twice as wide in every font: what follows it has a place of its own.
            if is_one and gap <= NEAR and cell_len(before) == len(before):
                pieces[-1] = (first, right, before + " " * gap + text, ink)
                continue
        pieces.append((left, right, text, ink))
    drawn = []
    for left, right, text, ink in pieces:
        attributes = [f'x="{left * WIDE}" y="{y}"', *ink.marks]
        if ink.colour != colour:
            attributes.append(f'fill="{ink.colour}"')
        if not text.isascii() and right - left > 1:  # a letter of another font has another width
            attributes.append(f'textLength="{(right - left) * WIDE}"')
        drawn.append(f"<text {' '.join(attributes)}>{html.escape(text, quote=False)}</text>")
    return "".join(drawn)


def screen_text(svg: str) -> list[str]:
    """The lines of text in a picture, by their places."""
    lines = []
    for row in svg.splitlines():
        line = ""
        for left, text in re.findall(r'<text x="(\d+)"[^>]*>([^<]*)</text>', row):
            line += " " * (int(left) // WIDE - cell_len(line)) + html.unescape(text)
        if line:
            lines.append(line)
    return lines


def _report(test: str, kept: str, drawn: str, root: Path) -> Path:
    folder = root / REPORTS
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / (re.sub(r"[^\w.-]+", "-", test).strip("-") + ".html")
    page.write_text(
        "<!doctype html><meta charset=utf-8>"
        f"<title>{html.escape(test)}</title><style>body{{font:14px sans-serif;background:#ddd}}"
        ".pair{display:flex;gap:1em;flex-wrap:wrap}.pair>div{flex:1 1 600px}img{width:100%}</style>"
        f"<h1>{html.escape(test)}</h1><div class=pair>"
        f"<div><h2>kept</h2>{_image(kept)}</div><div><h2>now</h2>{_image(drawn)}</div></div>",
        encoding="utf-8",
    )
    return page


def _image(svg: str) -> str:
    if not svg:
        return "<p>none</p>"
    from base64 import b64encode

    # As an image of its own, so that the two pictures' styles do not meet.
    return f'<img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}">'
