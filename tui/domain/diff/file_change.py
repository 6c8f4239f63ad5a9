"""What differs between two files, by what they are: text by line, trees by path, tables by cell, packages by name."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tui.domain.diff.comparison import TOLERANCE
from tui.domain.diff.packages import names_packages, packages_of
from tui.domain.diff.parsed import near, parsed
from tui.domain.preview.delimited import LONGEST_CELL
from tui.domain.preview.text import LONGEST_LINE
from tui.domain.preview.values import (
    Body,
    FileKind,
    PictureBody,
    PictureLevel,
    Preview,
    Span,
    TableBody,
    TableColumn,
    TextBody,
    Tone,
    TreeBody,
)
from tui.domain.quantities import count

MOST_LINES = 3_000
"""Lines of either side that are held against each other; difflib's worst case grows with their square."""
MOST_CANDIDATES = 30_000
"""Pairs of equal lines among which difflib may choose; with more of them it would take too long."""
MOST_ROWS = 2_000
_Tag = Literal["replace", "delete", "insert", "equal"]
_SUMMED_UP = frozenset({FileKind.MLMODEL, FileKind.PICTURE, FileKind.BINARY, FileKind.MARKDOWN})
"""Kinds whose previews do not have all that is in the file."""
_AROUND = 3
_GAP = 2


@dataclass(frozen=True)
class FileChange:
    """A body that shows the differences, the rows or lines at which one begins, and sentences about them.

    ``whole`` says that all that is in either file was compared: only then does no difference mean that none is there.
    """

    body: Body | None
    starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    whole: bool = False

    @property
    def differs(self) -> bool:
        return bool(self.starts)


def change_of(first: Preview, second: Preview, *, everything: bool = False, tolerance: float = TOLERANCE) -> FileChange:
    """The differences of two previews of one path; ``everything`` shows what is the same as well."""
    change = _change(first, second, everything, tolerance)
    left = len(change.starts) >= MOST_ROWS or (isinstance(change.body, TableBody) and change.body.rows >= MOST_ROWS)
    many = any(isinstance(body, TextBody) and len(body.lines) > MOST_LINES for body in (first.body, second.body))
    return replace(change, whole=not left and not many and _is_uncut(first) and _is_uncut(second))


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


def _change(first: Preview, second: Preview, everything: bool, tolerance: float) -> FileChange:
    old, new = first.body, second.body
    if isinstance(old, TextBody) and isinstance(new, TextBody):
        if names_packages(first.path):
            packages = _packages(first.path, old, new, everything)
            if packages.differs or everything:
                return packages
        return _lines(old, new, everything)
    if isinstance(old, TreeBody) and isinstance(new, TreeBody):
        return _rows("path", _leaves(old), _leaves(new), everything, tolerance)
    if isinstance(old, TableBody) and isinstance(new, TableBody):
        return _table(old, new, everything, tolerance)
    if isinstance(old, PictureBody) and isinstance(new, PictureBody):
        return _pictures(old, new)
    return FileChange(None, (), ("These two are not of one kind that can be shown beside each other.",))


class _Matcher(difflib.SequenceMatcher[str]):
    """Matches lines within bounds of time: where it would take long, from the first difference to the last is one."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._held, self._counts = (before, after), Counter(after)
        # What difflib takes for junk, it does not try: the lines that are more than a hundredth of many.
        popular = len(after) // 100 + 1 if len(after) >= 200 else len(after)
        candidates = sum(self._counts[line] for line in before if self._counts[line] <= popular)
        self.is_coarse = candidates > MOST_CANDIDATES
        super().__init__(None, () if self.is_coarse else before, () if self.is_coarse else after)

    def get_opcodes(self) -> list[tuple[_Tag, int, int, int, int]]:
        if not self.is_coarse:
            return super().get_opcodes()
        before, after = self._held
        shorter = min(len(before), len(after))
        start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
        end = next((at for at in range(shorter - start) if before[-1 - at] != after[-1 - at]), shorter - start)
        a, b = len(before) - end, len(after) - end
        codes: list[tuple[_Tag, int, int, int, int]] = [
            ("equal", 0, start, 0, start),
            ("replace", start, a, start, b),
            ("equal", a, len(before), b, len(after)),
        ]
        return [code for code in codes if code[1] < code[2] or code[3] < code[4]]


def _lines(old: TextBody, new: TextBody, everything: bool) -> FileChange:
    """A unified diff that keeps the colours of the syntax."""
    before, after = old.lines[:MOST_LINES], new.lines[:MOST_LINES]
    matcher = _Matcher(before, after)
    lines: list[str] = []
    spans: list[tuple[Span, ...]] = []
    starts: list[int] = []

    def add(sign: str, body: TextBody, at: int, tone: Tone) -> None:
        lines.append(f"{sign} {body.lines[at]}")
        own = body.spans[at] if at < len(body.spans) else ()
        moved = tuple((start + 2, end + 2, held) for start, end, held in own)
        spans.append(((0, 1, tone), *(moved or ((2, len(lines[-1]), tone),))) if tone else moved)

    around = max(len(before), len(after)) if everything else _AROUND
    for group in matcher.get_grouped_opcodes(around):
        if not everything:
            head, last = group[0], group[-1]
            lines.append(f"@@ lines {head[1] + 1}–{last[2]} → {head[3] + 1}–{last[4]} @@")
            spans.append(((0, len(lines[-1]), "heading"),))
        for tag, a, b, c, d in group:
            if tag == "equal":
                for at in range(a, b):
                    add(" ", old, at, "")
                continue
            starts.append(len(lines))
            for at in range(a, b):
                add("-", old, at, "bad")
            for at in range(c, d):
                add("+", new, at, "good")
    notes = []
    if matcher.is_coarse:
        notes.append("Too many lines are alike to be matched: all between the first and the last difference are shown.")
    if len(old.lines) > MOST_LINES or len(new.lines) > MOST_LINES:
        notes.append(f"The first {count(MOST_LINES)} lines of either are compared.")
    return FileChange(TextBody(tuple(lines), tuple(spans), numbered=False) if lines else None, tuple(starts), (*notes,))


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


def _packages(path: str, old: TextBody, new: TextBody, everything: bool) -> FileChange:
    any_version = "any version"
    sides = [{name: held or any_version for name, held in packages_of(path, body.lines).items()} for body in (old, new)]
    return _rows("package", sides[0], sides[1], everything, 0)


def _rows(title: str, old: Mapping[str, str], new: Mapping[str, str], everything: bool, tolerance: float) -> FileChange:
    """A row a name: what either side has, and what became of it."""
    rows: list[tuple[str, str, str, str]] = []
    starts: list[int] = []
    left = 0
    for name in [*old, *(name for name in new if name not in old)]:
        one, other = old.get(name), new.get(name)
        if one is not None and other is not None and (one == other or near(parsed(one), parsed(other), tolerance)):
            word = "same"
        else:
            word = "added" if one is None else "removed" if other is None else "changed"
        if word == "same" and not everything:
            continue
        if len(rows) >= MOST_ROWS:
            left += 1
            continue
        if word != "same":
            starts.append(len(rows))
        rows.append((name, "–" if one is None else one, "–" if other is None else other, word))
    notes = (f"{count(left)} more rows are left out.",) if left else ()
    return FileChange(_body((title, "baseline", "other", ""), rows), tuple(starts), notes)


def _table(old: TableBody, new: TableBody, everything: bool, tolerance: float) -> FileChange:
    """Shape, columns by name, and then cell by cell where rows have the same number."""
    rows: list[tuple[str, str, str, str]] = []
    starts: list[int] = []

    def add(name: str, one: str, other: str, limit: float = 0) -> None:
        same = one == other or (one != "–" and other != "–" and near(parsed(one), parsed(other), limit))
        if (same and not everything) or len(rows) >= MOST_ROWS:
            return
        if not same:
            starts.append(len(rows))
        rows.append((name, one, other, "same" if same else "changed"))

    def extent(body: TableBody) -> str:
        known = body.total_rows is not None
        return count(body.total_rows or 0) if known else f"{count(body.rows)} read"

    add("rows", extent(old), extent(new))
    add("columns", count(old.total_columns or len(old.columns)), count(new.total_columns or len(new.columns)))
    names = [{column.name: at for at, column in reversed(list(enumerate(b.columns)))} for b in (old, new)]
    for name in [*names[0], *(name for name in names[1] if name not in names[0])]:
        kinds = [
            (body.columns[at[name]].type or "here") if name in at else "–"
            for body, at in zip((old, new), names, strict=True)
        ]
        add(f"column {name}", kinds[0], kinds[1])
    shared = [name for name in names[0] if name in names[1]]
    for row in range(min(old.rows, new.rows)):
        for name in shared:
            one, other = old.cells[names[0][name]][row], new.cells[names[1][name]][row]
            if one != other or everything:
                add(f"row {row + 1} · {name}", one, other, tolerance)
        if len(rows) >= MOST_ROWS:
            break
    notes = [f"Cells are compared row by row, {count(min(old.rows, new.rows))} rows of either."]
    if len(rows) >= MOST_ROWS:
        notes.append(f"The first {count(MOST_ROWS)} rows of differences are shown.")
    return FileChange(_body(("where", "baseline", "other", ""), rows), tuple(starts), tuple(notes))


def _body(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> TableBody | None:
    if not rows:
        return None
    cells = tuple(tuple(row[at] for row in rows) for at in range(len(titles)))
    return TableBody(tuple(TableColumn(title) for title in titles), cells, len(rows), len(rows))


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
