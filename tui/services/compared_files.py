"""The files of two runs, listed side by side and read side by side; only the heads of files travel."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tui.domain.artifacts import HEAD_BYTES, ArtifactListing, ArtifactRoot
from tui.domain.diff.comparison import TOLERANCE
from tui.domain.diff.file_change import FileChange, change_of
from tui.domain.diff.files import FileAt, FilePair, pairs_of
from tui.domain.diff.packages import names_packages
from tui.domain.preview.values import AskBody, FileKind, Preview
from tui.domain.problem import Problem
from tui.domain.quantities import count
from tui.domain.quantities import size as size_words
from tui.gateway.ports import ArtifactsPort

MOST_FILES = 5_000
MOST_FOLDERS = 300
MOST_READ = 60
"""Files of equal size whose bytes are compared unasked, each no larger than a head."""
_AT_ONCE = 4

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Side:
    """Whose files, and by which port."""

    artifacts: ArtifactsPort
    run_id: str


@dataclass(frozen=True)
class ComparedFiles:
    """Every path of both runs; ``notes`` says what was left out."""

    pairs: tuple[FilePair, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadPair:
    """Both previews of a path, and whether their bytes are the same where so much was read that it is known."""

    first: Preview
    second: Preview
    same: bool | None
    notes: tuple[str, ...] = ()

    def change(self, *, everything: bool, tolerance: float = TOLERANCE, columns: int = 0) -> FileChange:
        """What differs, two texts beside each other in ``columns``; it may take a moment: to be called on a thread."""
        return change_of(self.first, self.second, everything=everything, tolerance=tolerance, columns=columns)


def listed(first: Side, second: Side) -> ComparedFiles:
    """The files of both runs, logged models' among them; raises Problem where a run's files cannot be listed."""
    here, there = _together([lambda: _roots(first), lambda: _roots(second)])
    doubled = here.doubled | there.doubled
    (one, notes), (other, more) = _together(
        [lambda: _files(first, here, doubled), lambda: _files(second, there, doubled)]
    )
    pairs = list(pairs_of(one, other))
    alike = [at for at, pair in enumerate(pairs) if pair.state == "same size" and _is_small(pair)]

    def same(at: int) -> bool | None:
        pair = pairs[at]
        assert pair.first is not None
        assert pair.second is not None
        try:
            heads = [
                side.artifacts.head(file.root, file.path) for side, file in ((first, pair.first), (second, pair.second))
            ]
        except Problem:
            return None  # it is told when the file is opened
        return heads[0].data == heads[1].data if all(head.is_whole for head in heads) else None

    seen = alike[:MOST_READ]
    for at, found in zip(seen, _together([lambda at=at: same(at) for at in seen]), strict=True):  # type: ignore[misc]
        pairs[at] = replace(pairs[at], same=found)
    return ComparedFiles(tuple(pairs), (*notes, *(note for note in more if note not in notes)))


def read_pair(first: Side, second: Side, pair: FilePair) -> ReadPair:
    """The heads of both files of a pair; raises Problem where one cannot be read."""
    assert pair.first is not None
    assert pair.second is not None
    files = ((first.artifacts, pair.first), (second.artifacts, pair.second))
    as_text = names_packages(pair.path)

    def preview(port: ArtifactsPort, file: FileAt) -> Preview:
        return port.preview(file.root, file.path, size=file.size, shown_as="text" if as_text else "auto")

    one, other = _together([lambda port=port, file=file: preview(port, file) for port, file in files])  # type: ignore[misc]
    notes = [
        f"Of the {name} the first {size_words(shown.read)} of {size_words(shown.size, absent='?')} were read."
        for name, shown in (("baseline", one), ("other", other))
        if not shown.is_whole and not isinstance(shown.body, AskBody)
    ]
    notes += [f"{name}: {note}" for name, shown in (("baseline", one), ("other", other)) for note in shown.notes]
    same: bool | None = None
    if None not in (one.size, other.size) and one.size != other.size:
        same = False
    elif one.digest and other.digest:
        if one.digest != other.digest:
            # Heads of two lengths are two digests whatever is in them, unless one of them is all there is.
            same = False if one.digested == other.digested else None
        elif all(shown.size is not None and shown.digested >= shown.size for shown in (one, other)):
            same = True
    if FileKind.BINARY in (one.kind, other.kind):
        for name, shown in (("baseline", one), ("other", other)):
            part = "" if shown.digested == shown.size else f" of the first {size_words(shown.digested)}"
            digest = f", sha256{part} {shown.digest[:16]}…" if shown.digest else ""
            notes.append(f"{name}: {size_words(shown.size, absent='size not known')}{digest}")
    if same is None and one.digest and one.digest == other.digest:
        notes.append(f"The first {size_words(HEAD_BYTES)} are the same; what comes after them was not read.")
    return ReadPair(one, other, same, tuple(notes))


def _is_small(pair: FilePair) -> bool:
    return pair.first is not None and pair.first.size is not None and pair.first.size <= HEAD_BYTES


@dataclass(frozen=True)
class _Roots:
    """Where a run's files lie: what stands at the top of its own, and the models that it logged, by name."""

    own: ArtifactListing
    models: tuple[tuple[str, ArtifactRoot], ...]

    @property
    def doubled(self) -> frozenset[str]:
        """Names of models that are also those of something among its own files."""
        return frozenset(name for name, _ in self.models) & frozenset(entry.name for entry in self.own.entries)


def _roots(side: Side) -> _Roots:
    models: dict[str, ArtifactRoot] = {}
    for model in side.artifacts.logged_models(side.run_id):
        name = called = model.name or model.model_id
        number = 2
        while called in models:
            called, number = f"{name} {number}", number + 1
        models[called] = model.root
    return _Roots(side.artifacts.list_folder(ArtifactRoot("run", side.run_id), ""), tuple(models.items()))


def _files(side: Side, roots: _Roots, doubled: frozenset[str]) -> tuple[dict[str, FileAt], tuple[str, ...]]:
    """Files by a path that means the same in both runs: those of a logged model stand under the model's name.

    Before MLflow 3 a model lay among its run's files under that name, so that the two are held against each other;
    where either run has both, what was logged as a model is called so.
    """
    found: dict[str, FileAt] = {}
    port, own = side.artifacts, ArtifactRoot("run", side.run_id)
    waiting: list[tuple[str, ArtifactRoot, str]] = [("", own, "")]
    for name, root in roots.models:
        waiting.append((f"{name} (logged model)" if name in doubled else name, root, ""))
    folders = 0
    while waiting:
        if len(found) >= MOST_FILES or folders >= MOST_FOLDERS:
            return found, (f"Only the first {count(len(found))} files of {count(folders)} folders are here.",)
        prefix, root, path = waiting.pop(0)
        folders += 1
        listing = roots.own if (root, path) == (own, "") else port.list_folder(root, path)
        for entry in listing.entries:
            if entry.is_folder:
                waiting.append((prefix, root, entry.path))
            else:
                found[f"{prefix}/{entry.path}" if prefix else entry.path] = FileAt(root, entry.path, entry.size)
    return found, ()


def _together(works: Sequence[Callable[[], T]]) -> list[T]:
    """Do several at once on threads that nobody waits for at the end; the first that fails is raised."""
    answers: queue.SimpleQueue[tuple[int, T | None, Exception | None]] = queue.SimpleQueue()
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for at in range(len(works)):
        todo.put(at)

    def run() -> None:
        while True:
            try:
                at = todo.get_nowait()
            except queue.Empty:
                return
            try:
                answers.put((at, works[at](), None))
            except Exception as error:  # it is raised where the answer is waited for
                if not isinstance(error, Problem):
                    log.exception("Reading the files of two runs failed")
                answers.put((at, None, error))

    for _ in range(min(_AT_ONCE, len(works))):
        threading.Thread(target=run, daemon=True).start()
    done: dict[int, T] = {}
    for _ in works:
        at, answer, error = answers.get()
        if error is not None:
            raise error
        done[at] = answer  # type: ignore[assignment]
    return [done[at] for at in range(len(works))]
