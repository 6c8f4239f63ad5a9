"""The files of two runs held against each other by path: only in one, the same, or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui.domain.artifacts.values import ArtifactRoot
from tui.domain.natural import natural
from tui.domain.quantities import size as size_words
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, fit, named, width

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
