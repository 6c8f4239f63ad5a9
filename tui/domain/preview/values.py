"""What a preview consists of: its kind, facts and notes, and one body. Its texts are clean: they may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

Tone = Literal[
    "", "muted", "strong", "accent", "good", "warn", "bad",
    "keyword", "string", "number", "comment", "name", "heading",
]  # fmt: skip
"""How a piece of text is meant; each is a component class of the widget that shows text."""

Span = tuple[int, int, Tone]
"""From this character to before that one, in one line."""

As = Literal["auto", "text", "hex"]
"""How a person wants a file shown: by what it is, as text whatever it is, or as bytes."""


class FileKind(str, Enum):
    """What a file is."""

    TEXT = "text"
    MARKDOWN = "Markdown"
    JSON = "JSON"
    JSON_LINES = "JSON lines"
    YAML = "YAML"
    DELIMITED = "table"
    PARQUET = "Parquet"
    PICTURE = "picture"
    MLMODEL = "MLmodel"
    HTML = "HTML"
    LOG = "log"
    BINARY = "binary"
    EMPTY = "empty"


@dataclass(frozen=True)
class TextBody:
    """Lines, and the spans of each that are special (an empty tuple of spans: none is)."""

    lines: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...] = ()
    numbered: bool = True


@dataclass(frozen=True)
class MarkdownBody:
    """Markdown to be laid out."""

    text: str


@dataclass(frozen=True)
class TreeNode:
    """One line of a tree in which every node stands before what is in it."""

    depth: int
    name: str
    value: str
    tone: Tone = ""
    below: int = 0  # nodes after this one that are in it


@dataclass(frozen=True)
class TreeBody:
    """A tree, flat; ``open_depth`` is how deep it is unfolded at first."""

    nodes: tuple[TreeNode, ...]
    open_depth: int = 2


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: its name, its type where the file says one, and whether it is numbers."""

    name: str
    type: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class TableBody:
    """The first rows of a table, by column."""

    columns: tuple[TableColumn, ...]
    cells: tuple[tuple[str, ...], ...]
    rows: int  # that are here
    total_rows: int | None = None  # of the whole file, where it says so
    total_columns: int | None = None


@dataclass(frozen=True)
class PictureLevel:
    """A picture at one size; ``pixels`` is RGB, three bytes a pixel, from the upper left."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True)
class FinePicture:
    """A picture for a terminal that draws pictures itself; the sizes are those of the file, in pixels."""

    width: int
    height: int
    png: bytes


@dataclass(frozen=True)
class PictureBody:
    """A picture at several sizes, largest first."""

    levels: tuple[PictureLevel, ...]
    fine: FinePicture | None = None  # where it was asked for


@dataclass(frozen=True)
class AskBody:
    """Nothing yet: so much would have to travel that a person is asked first."""

    size: int | None
    why: str


Body = TextBody | MarkdownBody | TreeBody | TableBody | PictureBody | AskBody


@dataclass(frozen=True)
class Preview:
    """One file as far as it has been read."""

    path: str
    kind: FileKind
    size: int | None  # of the whole file
    read: int  # bytes of it that this was made from
    travelled: int  # bytes that came from the store
    body: Body | None
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()  # sentences: what is missing, broken or limited
    shown_as: As = "auto"
    digest: str = ""  # SHA-256 of the file's first ``digested`` bytes; empty where none were read
    digested: int = 0

    @property
    def is_whole(self) -> bool:
        return self.size is not None and self.read >= self.size


# At which sizes a picture is kept, so that a widget of any size finds one that fits it and scales nothing itself.


MOST_PIXELS = 50_000_000
"""Larger pictures are not decoded: their facts are all that is shown."""
_WIDTHS = (240, 208, 184, 164, 148, 134, 122, 112, 103, 95, 88, 81, 75, 69, 63, 57, 51, 45, 39, 33, 27, 21, 15)
_HIGHEST = 160
CELL_PIXELS = (10, 20)
"""What a cell is taken to be, where the terminal draws pictures itself."""


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """Widths and heights in pixels, largest first; never larger than the picture itself, never without a pixel."""
    sizes: list[tuple[int, int]] = []
    for wide in _WIDTHS:
        scale = min(wide / width, _HIGHEST / height, 1.0)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        if not sizes or (size[0] * size[1] < sizes[-1][0] * sizes[-1][1]):
            sizes.append(size)
    # A tall picture meets the limit of height at every width: it needs steps by height as well.
    while sizes[-1][1] > 16:
        wide, high = sizes[-1]
        sizes.append((max(1, round(wide * 0.9)), max(1, round(high * 0.9))))
    return sizes


def cells_of(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """How many columns and rows a picture of so many pixels fills; never more than its own pixels want."""
    wide, high = CELL_PIXELS
    scale = min(columns * wide / width, rows * high / height, 1.0)
    return min(columns, max(1, round(width * scale / wide))), min(rows, max(1, round(height * scale / high)))


def best_level(levels: Sequence[PictureLevel], columns: int, rows: int) -> PictureLevel:
    """The largest level that fits into so many cells; a cell is one pixel wide and two high."""
    return next((one for one in levels if one.width <= columns and one.height <= 2 * rows), levels[-1])


# Whether the terminal is told to draw pictures itself, by what a person says and what the environment tells.


_INSIDE_ANOTHER = ("TMUX", "STY", "ZELLIJ")  # these keep what they draw themselves and pass no pictures on
_OTHERS = ("TERM_PROGRAM", "VTE_VERSION", "KONSOLE_VERSION", "XTERM_VERSION", "ALACRITTY_WINDOW_ID", "WEZTERM_PANE")
_FAR_AWAY = ("SSH_CONNECTION", "SSH_TTY")


def draws_pictures(said: str, environ: Mapping[str, str]) -> bool:
    """Whether pictures are sent by the Kitty protocol with placeholders; ``said`` is the setting ``images``.

    Nothing is asked of the terminal: an answer that comes late would be taken for keys. Other terminals that know the
    protocol (WezTerm, Konsole) do not know its placeholders, so they get half blocks.
    """
    if said != "auto":
        return said == "kitty"
    term = environ.get("TERM", "")
    if any(environ.get(name) for name in (*_INSIDE_ANOTHER, *_FAR_AWAY)) or term.startswith(("tmux", "screen")):
        return False
    # Another terminal that was started from Kitty inherits this, but most tell their own name as well.
    of_kitty = bool(environ.get("KITTY_WINDOW_ID")) and not any(environ.get(name) for name in _OTHERS)
    return term in ("xterm-kitty", "xterm-ghostty") or environ.get("TERM_PROGRAM") == "ghostty" or of_kitty
