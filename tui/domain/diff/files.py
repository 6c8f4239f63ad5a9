"""The files of two runs held against each other by path: only in one, the same, or not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tui.domain import quantities
from tui.domain.artifacts import ArtifactRoot
from tui.domain.diff.comparison import TOLERANCE, exact_number, near, parsed
from tui.domain.diff.text_change import MOST_LINES, text_change
from tui.domain.preview.text import LONGEST_CELL, LONGEST_LINE
from tui.domain.preview.values import (
    AskBody,
    Body,
    FileKind,
    PictureBody,
    PictureLevel,
    Preview,
    TableBody,
    TableColumn,
    TextBody,
    TreeBody,
)
from tui.domain.quantities import count
from tui.domain.quantities import size as size_words
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, fit, named, natural, width

FileState = Literal[
    "only first", "only second", "unlisted first", "unlisted second", "differs", "same", "same size", "not known"
]
ALL_MODELS = ""
"""Stands for the folders of all logged models of a run, where nobody knows which there are."""


@dataclass(frozen=True)
class FileAt:
    """Where a file lies: under which root, by which path there, and how many bytes it has where that is known."""

    root: ArtifactRoot
    path: str
    size: int | None


@dataclass(frozen=True)
class FilePair:
    """A path with the file of either run; ``same`` is whether their bytes are equal, None where nobody looked.

    ``unlisted``: that of the side without a file its folder could not be listed, so that it may be there.
    """

    path: str
    first: FileAt | None
    second: FileAt | None
    same: bool | None = None
    unlisted: bool = False

    @property
    def state(self) -> FileState:
        if self.second is None:
            return "unlisted second" if self.unlisted else "only first"
        if self.first is None:
            return "unlisted first" if self.unlisted else "only second"
        if self.same is not None:
            return "same" if self.same else "differs"
        if self.first.size is None or self.second.size is None:
            return "not known"
        return "same size" if self.first.size == self.second.size else "differs"

    @property
    def is_difference(self) -> bool:
        """Whether it is known to differ."""
        return self.state in ("only first", "only second", "differs")


def pairs_of(
    first: Mapping[str, FileAt],
    second: Mapping[str, FileAt],
    unlisted: tuple[Collection[str], Collection[str]] = ((), ()),
) -> tuple[FilePair, ...]:
    """Every path of either side, as people sort names; ``unlisted`` are folders of either that nobody could look into.

    Among them may be ALL_MODELS.
    """
    paths = sorted(first.keys() | second.keys(), key=lambda path: [natural(part) for part in path.split("/")])
    pairs = []
    for path in paths:
        one, other = first.get(path), second.get(path)
        hidden = (one is None and other is not None and _is_below(path, other, unlisted[0])) or (
            other is None and one is not None and _is_below(path, one, unlisted[1])
        )
        pairs.append(FilePair(path, one, other, unlisted=hidden))
    return tuple(pairs)


def _is_below(path: str, file: FileAt, folders: Collection[str]) -> bool:
    return any(
        file.root.kind == "model" if folder == ALL_MODELS else path.startswith(f"{folder}/") for folder in folders
    )


def files_table(pairs: Sequence[FilePair], names: tuple[str, str], room: int) -> RowsTable:
    """The pairs as rows: path, size in either run, and what is known of them."""
    said: Mapping[FileState, str] = {
        "only first": "only in the baseline",
        "only second": "only in the other",
        "unlisted first": "baseline not listed",
        "unlisted second": "other not listed",
        "differs": "differs",
        "same": "same bytes",
        "same size": "same size, not read",
        "not known": "size not known",
    }
    sides: tuple[list[str], list[str]] = ([], [])
    tones: list[Tone] = []
    for pair in pairs:
        for side, file in zip(sides, (pair.first, pair.second), strict=True):
            absent = "?" if pair.unlisted else "–"
            side.append(absent if file is None else size_words(file.size, absent="?"))
        tones.append("strong" if pair.state == "differs" else "" if pair.is_difference else "muted")
    paths = [clean(pair.path) for pair in pairs]
    longest = max(map(width, paths), default=4)
    titles = [named(name) for name in names]
    # What the paths leave over is the names': runs of one kind often begin alike.
    spare = max(0, room - max(12, longest) - 38) // 2
    sizes = [max(12, min(width(title), spare, 40)) for title in titles]
    columns = (
        Column("path", "path", max(12, min(longest, room - 26 - sum(sizes))), frozen=True),
        Column("state", "", 20),
        Column("first", fit(titles[0], sizes[0]).rstrip(), sizes[0], "right"),
        Column("second", fit(titles[1], sizes[1]).rstrip(), sizes[1], "right"),
    )
    states = [said[pair.state] for pair in pairs]
    cells = {"path": paths, "state": states, "first": sides[0], "second": sides[1]}
    values: dict[str, Sequence[Any]] = {
        "path": [pair.path for pair in pairs],
        "first": [pair.first.size if pair.first is not None else None for pair in pairs],
        "second": [pair.second.size if pair.second is not None else None for pair in pairs],
    }
    return RowsTable(columns, [pair.path for pair in pairs], cells, {"state": tones}, values=values)


# Differences as rows of a table: what it is of, what either side has, and what became of it.


MOST_ROWS = 2_000
ABSENT = "–"


@dataclass(frozen=True)
class RowsChange:
    """The table, the rows at which there is a difference, and sentences about them; ``left`` rows are not in it."""

    body: TableBody | None
    starts: tuple[int, ...]
    notes: tuple[str, ...]
    left: int = 0


class RowsOfChange:
    """Collects rows; those that say the same of both sides only where ``everything`` is wanted."""

    def __init__(self, title: str, *, everything: bool, tolerance: float) -> None:
        self._title = title
        self._everything = everything
        self._tolerance = tolerance
        self._rows: list[tuple[str, str, str, str]] = []
        self._starts: list[int] = []
        self._left = 0

    @property
    def is_full(self) -> bool:
        return len(self._rows) >= MOST_ROWS

    def add(self, name: str, one: str | None, other: str | None, *, exact: bool = False) -> None:
        """A row; None where a side has nothing of that name. ``exact`` compares texts, not what they mean."""
        # A version reads as a number, and is none.
        word = self._word(one, other, exact or name.lower().endswith("version"))
        if word == "same" and not self._everything:
            return
        if self.is_full:
            self._left += 1
            return
        if word != "same":
            self._starts.append(len(self._rows))
        self._rows.append((name, ABSENT if one is None else one, ABSENT if other is None else other, word))

    def _word(self, one: str | None, other: str | None, exact: bool) -> str:
        if one is None or other is None:
            return "added" if one is None else "removed"
        if one == other:
            return "same"
        if exact:
            return "changed"
        first, second = parsed(one), parsed(other)
        if near(first, second, self._tolerance):
            return "same"
        if first.number is None or second.number is None:
            return "changed"
        away = quantities.difference(exact_number(other), exact_number(one))
        share = quantities.share(second.number, first.number)
        return "changed" if away == "≠" else f"{away}  {share}".rstrip()

    def made(self, *notes: str) -> RowsChange:
        """All of it; the titles of the sides are those of ``file_change``."""
        if self._left:
            notes = (*notes, f"{count(self._left)} more rows are left out.")
        return RowsChange(self._body(), tuple(self._starts), notes, self._left)

    def _body(self) -> TableBody | None:
        if not self._rows:
            return None
        titles = (self._title, "baseline", "other", "change")
        cells = tuple(tuple(row[at] for row in self._rows) for at in range(len(titles)))
        return TableBody(tuple(TableColumn(title) for title in titles), cells, len(self._rows), len(self._rows))


def rows_change(
    title: str, old: Mapping[str, str], new: Mapping[str, str], *, everything: bool, tolerance: float
) -> RowsChange:
    """A row a name, in the order of the first side; what only the second has comes after."""
    rows = RowsOfChange(title, everything=everything, tolerance=tolerance)
    for name in [*old, *(name for name in new if name not in old)]:
        rows.add(name, old.get(name), new.get(name))
    return rows.made()


_FILES = frozenset({"requirements.txt", "conda.yaml", "conda.yml", "python_env.yaml"})
_PACKAGE = re.compile(r"\s*(?:- )?\s*[\"']?([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?\s*([=<>!~].*)?$")


def names_packages(path: str) -> bool:
    """Whether a file of this name lists packages."""
    return path.rpartition("/")[2].lower() in _FILES


def packages_of(path: str, lines: Iterable[str]) -> dict[str, str]:
    """What each package is held to ("" for any version); names as pip compares them."""
    is_yaml = not path.lower().endswith(".txt")
    found: dict[str, str] = {}
    inside = not is_yaml
    for raw in lines:
        line = raw.split(" #", 1)[0].rstrip()
        if is_yaml and line and not line.startswith((" ", "-")):
            inside = line.startswith(("dependencies:", "build_dependencies:"))
            continue
        match = _PACKAGE.match(line) if inside and (not is_yaml or line.lstrip().startswith("- ")) else None
        if match is not None:
            name = re.sub(r"[-_.]+", "-", match[1]).lower() + (match[2] or "")
            found[name] = (match[3] or "").strip().strip("\"'")
    return found


# What differs between two tables: shape, columns, and cells of rows that are matched by a key or by number.


_LEAST_SHARED = 0.5  # of the keys of the smaller table, for a column to match rows by
_TRIED = 100  # values of a column that are looked at
# The last is what pandas calls the index of a table that it has written.
_NUMBERED = re.compile(r"(?i)(?:^|[^a-z])(?:id|key|index|idx|nr|no|row|step|epoch)$|(?<=[a-z])Id$|^$|^Unnamed: 0$")


@dataclass(frozen=True)
class _Side:
    """A table with the places of its columns by name, the first where a name is there twice."""

    body: TableBody
    at: dict[str, int]

    def column(self, name: str) -> Sequence[str]:
        return self.body.cells[self.at[name]][: self.body.rows]


def table_change(old: TableBody, new: TableBody, *, everything: bool, tolerance: float) -> RowsChange:
    """Shape, columns by name, and then cell by cell. Rows are matched by a column whose values are a key in both."""
    one, other = (_Side(body, _names(body)) for body in (old, new))
    rows = RowsOfChange("where", everything=everything, tolerance=tolerance)
    rows.add("rows", _extent(old), _extent(new), exact=True)
    rows.add("columns", count(_width(old)), count(_width(new)), exact=True)
    shared = [name for name in one.at if name in other.at]
    for name in [*one.at, *(name for name in other.at if name not in one.at)]:
        kinds = [
            (side.body.columns[side.at[name]].type or "here") if name in side.at else None for side in (one, other)
        ]
        rows.add(f"column {name}", kinds[0], kinds[1], exact=True)
    if shared != [name for name in other.at if name in one.at]:
        order = [", ".join(name for name in side.at if name in shared) for side in (one, other)]
        rows.add("order of columns", order[0], order[1], exact=True)
    key = key_column(one.body, other.body)
    if key is None:
        said = f"Cells are compared row by row, {count(min(old.rows, new.rows))} rows of either."
        _by_number(rows, one, other, shared, everything, tolerance)
    else:
        said = f"Rows are matched by {key}, whose values are all different."
        _by_key(rows, one, other, key, shared, everything, tolerance)
    return rows.made(said)


def key_column(old: TableBody, new: TableBody) -> str | None:
    """The first column of both whose values tell all rows apart and are mostly the same in both; None if there is none.

    Numbers with a fraction are measured rather than given, and are never a key; whole ones may be counts, and are one
    only where their name says so.
    """
    one, other = _Side(old, _names(old)), _Side(new, _names(new))
    for name in one.at:
        if name not in other.at:
            continue
        first, second = one.column(name), other.column(name)
        held, met = set(first), set(second)
        if len(held) < len(first) or len(met) < len(second) or not held or not met or "" in held | met:
            continue
        if any(_is_number(text, name) for text in (*first[:_TRIED], *second[:_TRIED])):
            continue
        if len(held & met) >= _LEAST_SHARED * min(len(held), len(met)):
            return name
    return None


def _by_number(
    rows: RowsOfChange, one: _Side, other: _Side, shared: Sequence[str], everything: bool, tolerance: float
) -> None:
    pairs = ((f"row {row + 1}", row, row) for row in range(min(one.body.rows, other.body.rows)))
    _cells(rows, one, other, pairs, shared, everything, tolerance)


def _by_key(
    rows: RowsOfChange, one: _Side, other: _Side, key: str, shared: Sequence[str], everything: bool, tolerance: float
) -> None:
    first, second = one.column(key), other.column(key)
    place = {value: row for row, value in enumerate(second)}
    rest = [name for name in shared if name != key]
    pairs = ((f"{key} {value}", row, place[value]) for row, value in enumerate(first) if value in place)
    _cells(rows, one, other, pairs, rest, everything, tolerance)
    held = set(first)
    # A row that is beyond what was read of one side is not known to be gone.
    if _is_all(other.body):
        for value in first:
            if value not in place:
                rows.add(f"{key} {value}", "here", None)
    if _is_all(one.body):
        for value in second:
            if value not in held:
                rows.add(f"{key} {value}", None, "here")


def _cells(
    rows: RowsOfChange,
    one: _Side,
    other: _Side,
    pairs: Iterator[tuple[str, int, int]],
    names: Sequence[str],
    everything: bool,
    tolerance: float,
) -> None:
    columns = [(name, one.column(name), other.column(name)) for name in names]
    for called, here, there in pairs:
        if rows.is_full and everything:
            return
        for name, first, second in columns:
            if everything or (
                first[here] != second[there] and not near(parsed(first[here]), parsed(second[there]), tolerance)
            ):
                rows.add(f"{called} · {name}", first[here], second[there])


def _names(body: TableBody) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, column in enumerate(body.columns):
        found.setdefault(column.name, at)
    return found


def _kind(side: _Side, name: str) -> str | None:
    return (side.body.columns[side.at[name]].type or "here") if name in side.at else None


def _is_all(body: TableBody) -> bool:
    return body.total_rows is not None and body.rows >= body.total_rows


def _is_number(text: str, name: str) -> bool:
    """Whether a text is a number that is no key."""
    meant = parsed(text)
    return meant.number is not None and not (meant.whole and _NUMBERED.search(name))


def _extent(body: TableBody) -> str:
    return count(body.total_rows) if body.total_rows is not None else f"{count(body.rows)} read"


def _width(body: TableBody) -> int:
    return body.total_columns or len(body.columns)


# What differs between two files, by what they are: text by line, trees by path, tables by cell, packages by name.


_SUMMED_UP = frozenset({FileKind.MLMODEL, FileKind.PICTURE, FileKind.BINARY, FileKind.MARKDOWN})
"""Kinds whose previews do not have all that is in the file."""
_GAP = 2
_ORDERED = ("inputs", "outputs")  # parts of a signature whose order is of account


@dataclass(frozen=True)
class FileChange:
    """A body that shows the differences, the rows or lines at which one begins, and sentences about them.

    ``whole`` says that all that is in either file was compared: only then does no difference mean that none is there.
    """

    body: Body | None
    starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    whole: bool = False
    left_out: bool = False

    @property
    def differs(self) -> bool:
        return bool(self.starts)


def change_of(
    first: Preview, second: Preview, *, everything: bool = False, tolerance: float = TOLERANCE, columns: int = 0
) -> FileChange:
    """The differences of two previews of one path; ``everything`` shows what is the same as well.

    With ``columns`` two texts stand beside each other in so many columns.
    """
    change = _change(first, second, everything, tolerance, columns)
    many = any(isinstance(body, TextBody) and len(body.lines) > MOST_LINES for body in (first.body, second.body))
    whole = not change.left_out and not many and _is_uncut(first) and _is_uncut(second)
    return replace(change, whole=whole)


def _is_uncut(shown: Preview) -> bool:
    """Whether all of the file is in its preview; where a limit may have been met, the answer is no."""
    if not shown.is_whole or shown.notes or shown.kind in _SUMMED_UP:
        return False
    body = shown.body
    if isinstance(body, TextBody):
        return not any(len(line) > LONGEST_LINE for line in body.lines)
    if isinstance(body, TreeBody):
        return not any("…" in (node.name, node.value[-1:]) for node in body.nodes)
    if isinstance(body, TableBody):
        rows, columns = body.total_rows, body.total_columns
        if (rows is not None and rows > body.rows) or (columns is not None and columns > len(body.columns)):
            return False
        names = any(len(column.name) >= LONGEST_CELL for column in body.columns)
        return not names and not any("…" in cell for column in body.cells for cell in column)
    return False


def _change(first: Preview, second: Preview, everything: bool, tolerance: float, columns: int) -> FileChange:
    old, new = first.body, second.body
    if isinstance(old, TextBody) and isinstance(new, TextBody):
        if names_packages(first.path) and not columns:
            packages = _of_rows(_packages(first.path, old, new, everything))
            if packages.differs or everything:
                return packages
        text = text_change(old, new, everything=everything, columns=columns)
        return FileChange(text.body, text.starts, text.notes)
    if isinstance(old, TreeBody) and isinstance(new, TreeBody):
        return _of_rows(_trees(old, new, everything, tolerance))
    if isinstance(old, TableBody) and isinstance(new, TableBody):
        return _of_rows(table_change(old, new, everything=everything, tolerance=tolerance))
    if isinstance(old, PictureBody) and isinstance(new, PictureBody):
        return _pictures(old, new)
    if isinstance(old, AskBody) or isinstance(new, AskBody):
        return FileChange(None)
    if (first.kind is FileKind.EMPTY) != (second.kind is FileKind.EMPTY):
        return FileChange(None, (0,))
    return FileChange(None, (), ("These two are not of one kind that can be shown beside each other.",))


def _of_rows(rows: RowsChange) -> FileChange:
    return FileChange(rows.body, rows.starts, rows.notes, left_out=rows.left > 0)


def _trees(old: TreeBody, new: TreeBody, everything: bool, tolerance: float) -> RowsChange:
    """Values by path; of an MLmodel's signature also the order, which is that in which columns are given."""
    one, other = _leaves(old), _leaves(new)
    rows = RowsOfChange("path", everything=everything, tolerance=tolerance)
    for name in [*one, *(name for name in other if name not in one)]:
        rows.add(name, one.get(name), other.get(name))
    for part in _ORDERED:
        orders = [[path for path in side if path.startswith(f"{part}.")] for side in (one, other)]
        if orders[0] != orders[1] and set(orders[0]) == set(orders[1]):
            rows.add(f"order of {part}", *(", ".join(path[len(part) + 1 :] for path in order) for order in orders))
    return rows.made()


def _leaves(tree: TreeBody) -> dict[str, str]:
    found: dict[str, str] = {}
    trail: list[str] = []
    for node in tree.nodes:
        del trail[node.depth :]
        trail.append(node.name)
        if not node.below:
            path = ".".join(trail).replace(".[", "[")
            while path in found:
                path += " (again)"  # JSON allows a name twice
            found[path] = node.value
    return found


def _packages(path: str, old: TextBody, new: TextBody, everything: bool) -> RowsChange:
    any_version = "any version"
    sides = [{name: held or any_version for name, held in packages_of(path, body.lines).items()} for body in (old, new)]
    return rows_change("package", sides[0], sides[1], everything=everything, tolerance=0)


def _pictures(old: PictureBody, new: PictureBody) -> FileChange:
    """Both beside each other, at each of the sizes that both have."""
    levels = []
    for one, other in zip(old.levels, new.levels, strict=False):
        height = max(one.height, other.height)
        rows = []
        for y in range(height):
            for picture in (one, other):
                start = y * picture.width * 3
                within = y < picture.height
                rows.append(picture.pixels[start : start + picture.width * 3] if within else bytes(picture.width * 3))
                rows.append(bytes(_GAP * 3) if picture is one else b"")
        levels.append(PictureLevel(one.width + _GAP + other.width, height, b"".join(rows)))
    same = old.levels == new.levels
    words = "Left the baseline, right the other." + (" Their pixels are the same." if same else "")
    return FileChange(PictureBody(tuple(levels)), () if same else (0,), (words,))
