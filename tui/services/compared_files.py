"""The files of two runs, listed side by side and read side by side; only the heads of files travel."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tui.domain.artifacts import ASK_BYTES, HEAD_BYTES, ArtifactListing, ArtifactRoot
from tui.domain.diff.comparison import TOLERANCE
from tui.domain.diff.files import ALL_MODELS, FileAt, FileChange, FilePair, change_of, names_packages, pairs_of
from tui.domain.preview.values import AskBody, FileKind, Preview, TextBody
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.quantities import size as size_words
from tui.gateway.ports import ArtifactsPort

MOST_FILES = 5_000
MOST_FOLDERS = 300
MOST_READ = 60
"""Files of equal size whose bytes are compared unasked, each no larger than a head."""
ANY_SIZE = 1 << 62
FIRST, SECOND = "baseline", "other run"
_AT_ONCE = 4
_MOST_FAILED = 5
_OF_ONE_FOLDER = frozenset(
    {
        Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.SERVER, Kind.BAD_REQUEST, Kind.UNSUPPORTED, Kind.INTERNAL,
        Kind.STORE_UNREADABLE,
    }
)  # fmt: skip
"""Trouble that another folder of the same run need not have."""
_OF_MODELS_ONLY = _OF_ONE_FOLDER - {Kind.NOT_FOUND, Kind.STORE_UNREADABLE}
_UNFINISHED = {
    "PENDING": "is still being uploaded: more of it may come.",
    "FAILED": "failed while it was uploaded: some of it may be missing.",
}

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
        first, second = _empty_as_text(self.first, self.second), _empty_as_text(self.second, self.first)
        return change_of(first, second, everything=everything, tolerance=tolerance, columns=columns)

    @property
    def is_asked(self) -> bool:
        """Whether a person is asked before so much travels as the comparison needs."""
        return any(isinstance(shown.body, AskBody) for shown in (self.first, self.second))

    @property
    def asked_bytes(self) -> int | None:
        """How much that is, both together; None where a size is not known."""
        sizes = (self.first.size, self.second.size)
        return None if None in sizes else sum(size or 0 for size in sizes)


def listed(first: Side, second: Side) -> ComparedFiles:
    """The files of both runs, logged models' among them; raises Problem where a run's files cannot be listed."""
    here, there = _together([lambda: _roots(first, FIRST), lambda: _roots(second, SECOND)])
    doubled = here.doubled | there.doubled
    one, other = _together(
        [lambda: _files(first, FIRST, here, doubled), lambda: _files(second, SECOND, there, doubled)]
    )
    pairs = list(pairs_of(one.files, other.files, (one.unlisted, other.unlisted)))
    alike = [at for at, pair in enumerate(pairs) if pair.state == "same size" and _is_small(pair)]

    lost: list[Problem] = []

    def same(at: int) -> bool | None:
        pair = pairs[at]
        assert pair.first is not None
        assert pair.second is not None
        if lost:
            return None  # a server that is gone is not waited for once for each file
        try:
            heads = [
                side.artifacts.head(file.root, file.path) for side, file in ((first, pair.first), (second, pair.second))
            ]
        except Problem as problem:
            if problem.is_connection:
                lost.append(problem)
            return None  # what is wrong with one file is told when it is opened
        return heads[0].data == heads[1].data if all(head.is_whole for head in heads) else None

    seen = alike[:MOST_READ]
    for at, found in zip(seen, _together([lambda at=at: same(at) for at in seen]), strict=True):  # type: ignore[misc]
        pairs[at] = replace(pairs[at], same=found)
    notes = [*one.all_notes(other), *other.all_notes(one)]
    if lost:
        notes.append(f"Not all files of equal size could be read: {lost[0].message}")
    return ComparedFiles(tuple(pairs), tuple(notes))


def read_pair(first: Side, second: Side, pair: FilePair, *, however_large: bool = False) -> ReadPair:
    """The heads of both files of a pair; raises Problem where one cannot be read.

    Where only whole files show anything, both travel if they are smaller than ASK_BYTES together, or ``however_large``.
    """
    assert pair.first is not None
    assert pair.second is not None
    rooms = (ANY_SIZE, ANY_SIZE) if however_large else _rooms(pair.first.size, pair.second.size)
    files = ((first.artifacts, pair.first, rooms[0], FIRST), (second.artifacts, pair.second, rooms[1], SECOND))
    as_text = names_packages(pair.path)

    def preview(port: ArtifactsPort, file: FileAt, room: int, word: str) -> Preview:
        with _told_of(word):
            return port.preview(
                file.root, file.path, size=file.size, whole_most=room, shown_as="text" if as_text else "auto"
            )

    one, other = _together([lambda file=file: preview(*file) for file in files])  # type: ignore[misc]
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


def _empty_as_text(shown: Preview, beside: Preview) -> Preview:
    """An empty file beside a text is one without lines."""
    if shown.kind is FileKind.EMPTY and isinstance(beside.body, TextBody):
        return replace(shown, body=TextBody(()))
    return shown


def _rooms(first: int | None, second: int | None) -> tuple[int, int]:
    """How many bytes of either file may travel unasked; both together are no more than may of one."""
    if first is None or second is None:
        return ASK_BYTES // 2, ASK_BYTES // 2
    spare = ASK_BYTES - first - second
    # A file may have grown since it was listed. Without any room those still show that need not travel as a whole.
    return (first + spare // 2, second + spare // 2) if spare > 0 else (0, 0)


@dataclass(frozen=True)
class _Roots:
    """Where a run's files lie: what stands at the top of its own, and the models that it logged, by name."""

    own: ArtifactListing
    models: tuple[tuple[str, ArtifactRoot], ...]
    knows_models: bool
    notes: tuple[str, ...]

    @property
    def doubled(self) -> frozenset[str]:
        """Names of models that are also those of something among its own files."""
        return frozenset(name for name, _ in self.models) & frozenset(entry.name for entry in self.own.entries)


def _roots(side: Side, word: str) -> _Roots:
    """Raises Problem where the run's own files cannot be listed; without its models, the rest is still there."""
    models: dict[str, ArtifactRoot] = {}
    notes: list[str] = []
    knows_models = True
    try:
        with _told_of(word):
            for model in side.artifacts.logged_models(side.run_id):
                name = called = model.name or model.model_id
                number = 2
                while called in models:
                    called, number = f"{name} {number}", number + 1
                models[called] = model.root
                if model.status in _UNFINISHED:
                    notes.append(f"The logged model {called} of the {word} {_UNFINISHED[model.status]}")
    except Problem as problem:
        if problem.kind not in _OF_MODELS_ONLY:
            raise
        knows_models = False
        notes.append(f"The logged models of the {word} could not be read: {problem.message}")
    with _told_of(word):
        own = side.artifacts.list_folder(ArtifactRoot("run", side.run_id), "")
    return _Roots(own, tuple(models.items()), knows_models, tuple(notes))


@dataclass
class _Listing:
    """The files of one run by a path that means the same in both, and the folders of which nobody knows them."""

    files: dict[str, FileAt] = field(default_factory=dict)
    unlisted: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    nothing_own: str = ""  # what is said of the run's own folder where nothing is in it

    def all_notes(self, beside: _Listing) -> list[str]:
        """Of a run that only logged models, an empty folder of its own is nothing to be told of."""
        own = any(file.root.kind == "run" for file in beside.files.values())
        told = self.nothing_own and (own or not self.files)
        return [*self.notes, self.nothing_own] if told else self.notes


def _files(side: Side, word: str, roots: _Roots, doubled: frozenset[str]) -> _Listing:
    """Files by a path that means the same in both runs: those of a logged model stand under the model's name.

    Before MLflow 3 a model lay among its run's files under that name, so that the two are held against each other;
    where either run has both, what was logged as a model is called so. A folder that cannot be listed is left out,
    and that is said.
    """
    made = _Listing(notes=list(roots.notes), unlisted=[] if roots.knows_models else [ALL_MODELS])
    port, own = side.artifacts, ArtifactRoot("run", side.run_id)
    waiting: list[tuple[str, ArtifactRoot, str]] = [("", own, "")]
    for name, root in roots.models:
        waiting.append((f"{name} (logged model)" if name in doubled else name, root, ""))
    folders = failed = 0
    while waiting:
        if len(made.files) >= MOST_FILES or folders >= MOST_FOLDERS or failed >= _MOST_FAILED:
            only = f"Only the first {count(len(made.files))} files of the {word} are here"
            made.notes.append(f"{only}, out of {count(folders)} folders.")
            made.unlisted += [_named(prefix, path) for prefix, _, path in waiting]
            break
        prefix, root, path = waiting.pop(0)
        folders += 1
        try:
            with _told_of(word):
                listing = roots.own if (root, path) == (own, "") else port.list_folder(root, path)
        except Problem as problem:
            if problem.kind not in _OF_ONE_FOLDER:
                raise
            failed += 1
            made.unlisted.append(_named(prefix, path))
            made.notes.append(f"{_named(prefix, path)} of the {word} could not be listed: {problem.message}")
            continue
        if listing.note:
            said = f"{_capital(word)}{f', {prefix}' if prefix else ''}: {listing.note}"
            if _named(prefix, path) or listing.entries:
                made.notes.append(said)
            else:
                made.nothing_own = said
        for entry in listing.entries:
            if entry.is_folder:
                waiting.append((prefix, root, entry.path))
            else:
                made.files[_named(prefix, entry.path)] = FileAt(root, entry.path, entry.size)
    return made


def _named(prefix: str, path: str) -> str:
    return "/".join(part for part in (prefix, path) if part)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


@contextlib.contextmanager
def _told_of(word: str) -> Iterator[None]:
    """Say of a problem which of the two runs it is of."""
    try:
        yield
    except Problem as problem:
        title = f"{problem.title} of the {word}"
        raise Problem(problem.kind, title, problem.message, problem.hint, code=problem.code) from problem


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
