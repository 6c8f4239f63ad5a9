"""What a preview consists of: its kind, facts and notes, and one body. Its texts are clean: they may be shown."""

from __future__ import annotations

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
