"""Differences as rows of a table: what it is of, what either side has, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.domain import quantities
from tui.domain.diff.parsed import exact_number, near, parsed
from tui.domain.preview.values import TableBody, TableColumn
from tui.domain.quantities import count

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
