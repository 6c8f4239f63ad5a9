"""Named values of several things as matrices: a row for each name, a column for each thing compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from tui.domain.filter.names import Field
from tui.domain.runs.run_facts import SYSTEM
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.values import GOING_ON, RunDetail

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int32, np.float64, np.bool_)

SYSTEM_METRICS = "system metrics"
METRICS = ("metrics", SYSTEM_METRICS)
"""The groups whose rows are metrics."""
GROUPS = (
    "params", "metrics", "signature", "flavors", "requirements", "datasets", "source", "tags", SYSTEM_METRICS,
    "overview",
)  # fmt: skip
"""The groups of rows of runs and model versions, in the order in which they are shown."""

PLAIN_GROUPS = ("datasets", "source", "overview")
"""Groups of texts that are compared letter by letter."""


@dataclass(frozen=True)
class Subject:
    """One thing that is compared. ``id`` is unique among those compared, ``origin`` says where it is from."""

    id: str
    name: str
    origin: str = ""
    context: str = ""  # the context that it was read in; "" for the open one
    run_id: str = ""
    thing: str = "run"  # what it is: a run, a version, a logged model


@dataclass(frozen=True)
class TextBlock:
    """Texts: row i of thing j has ``pool[codes[i, j]]``, or nothing where the code is negative.

    ``plain`` texts are compared letter by letter: a digest that looks like a number is none.
    """

    group: str
    keys: tuple[str, ...]
    pool: tuple[str, ...]
    codes: Codes
    plain: bool = False

    def reordered(self, rows: Sequence[int]) -> TextBlock:
        return replace(self, keys=tuple(self.keys[row] for row in rows), codes=self.codes[list(rows)])


@dataclass(frozen=True)
class NumberBlock:
    """Numbers, and where they are; ``unit`` is "" for plain ones, "ms" for durations and "at" for times."""

    group: str
    keys: tuple[str, ...]
    values: Floats  # NaN where absent, and where NaN was recorded
    present: Bools
    unit: str = ""


Block = TextBlock | NumberBlock


@dataclass(frozen=True)
class Sheet:
    """What is compared, and its values in blocks; several blocks may belong to one group."""

    subjects: tuple[Subject, ...]
    blocks: tuple[Block, ...]

    def at(self, columns: Sequence[int]) -> Sheet:
        """The same rows for some of the things, in that order."""
        picked = list(columns)
        return Sheet(tuple(self.subjects[column] for column in picked), tuple(_columns(b, picked) for b in self.blocks))


def _columns(block: Block, columns: list[int]) -> Block:
    if isinstance(block, TextBlock):
        return replace(block, codes=block.codes[:, columns])
    return replace(block, values=block.values[:, columns], present=block.present[:, columns])


class _Keys(dict[str, int]):
    """Numbers by text; a text that is asked for gets the next one."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number

    def numbers(self, texts: Iterable[str]) -> Codes:
        return np.fromiter(map(self.__getitem__, texts), dtype=np.int32)


@dataclass
class _Collected(Generic[Number]):
    """Values as they came: of each thing the numbers of its rows, and the codes or numbers there."""

    keys: _Keys = field(default_factory=_Keys)
    parts: list[tuple[int, Codes, npt.NDArray[Number]]] = field(default_factory=list)

    def take(self, column: int, keys: Iterable[str], values: npt.NDArray[Number]) -> None:
        rows = self.keys.numbers(keys)
        if len(rows):
            self.parts.append((column, rows, values))

    def filled(self, into: npt.NDArray[Number]) -> npt.NDArray[Number]:
        for column, rows, values in self.parts:
            into[rows, column] = values
        return into


class SheetBuilder:
    """Takes values thing by thing, in any order; a value that comes later replaces an earlier one of the same name."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = tuple(subjects)
        self._texts: dict[str, tuple[_Collected[np.int32], _Keys]] = {}
        self._numbers: dict[tuple[str, str], _Collected[np.float64]] = {}

    def texts(self, group: str, column: int, values: Mapping[str, str]) -> None:
        """The texts of one thing."""
        collected, pool = self._texts.setdefault(group, (_Collected(), _Keys()))
        collected.take(column, values, pool.numbers(values.values()))

    def numbers(self, group: str, column: int, values: Mapping[str, float], unit: str = "") -> None:
        """The numbers of one thing."""
        collected = self._numbers.setdefault((group, unit), _Collected())
        collected.take(column, values, np.fromiter(values.values(), dtype=np.float64, count=len(values)))

    def sheet(self) -> Sheet:
        """What was taken in, groups in the order of ``GROUPS``, rows in the order of their coming."""
        width = len(self._subjects)
        blocks: list[Block] = []
        for group, (texts, pool) in self._texts.items():
            codes = texts.filled(np.full((len(texts.keys), width), -1, dtype=np.int32))
            blocks.append(TextBlock(group, tuple(texts.keys), tuple(pool), codes, group in PLAIN_GROUPS))
        for (group, unit), numbers in self._numbers.items():
            shape = (len(numbers.keys), width)
            values = numbers.filled(np.full(shape, np.nan))
            present = np.zeros(shape, dtype=np.bool_)
            for column, rows, _ in numbers.parts:
                present[rows, column] = True
            blocks.append(NumberBlock(group, tuple(numbers.keys), values, present, unit))
        return Sheet(self._subjects, ordered(blocks))


def ordered(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks that have rows, in the order in which their groups are shown; unknown groups come last.

    What MLflow measures of the machine is a group of its own beside the metrics.
    """
    rank = {group: place for place, group in enumerate(GROUPS)}
    parted = [part for block in blocks for part in _without_system(block) if part.keys]
    return tuple(sorted(parted, key=lambda block: rank.get(block.group, len(rank))))


def _without_system(block: Block) -> list[Block]:
    if not isinstance(block, NumberBlock) or block.group != "metrics":
        return [block]
    system = np.fromiter((key.startswith(SYSTEM) for key in block.keys), np.bool_, len(block.keys))
    if not system.any():
        return [block]
    return [
        NumberBlock(
            group,
            tuple(key for key, there in zip(block.keys, rows.tolist(), strict=True) if there),
            block.values[rows],
            block.present[rows],
        )
        for group, rows in (("metrics", ~system), (SYSTEM_METRICS, system))
    ]


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Several sheets side by side; rows of the same group and name are one row, whatever its place in each."""
    if len(sheets) == 1:
        return sheets[0]
    widths = [len(sheet.subjects) for sheet in sheets]
    kinds: dict[tuple[str, str | None], list[Block | None]] = {}
    for place, sheet in enumerate(sheets):
        for block in sheet.blocks:
            kind = (block.group, block.unit if isinstance(block, NumberBlock) else None)
            kinds.setdefault(kind, [None] * len(sheets))[place] = block
    blocks = [_join(group, unit, parts, widths) for (group, unit), parts in kinds.items()]
    return Sheet(tuple(subject for sheet in sheets for subject in sheet.subjects), ordered(blocks))


def _join(group: str, unit: str | None, parts: Sequence[Block | None], widths: Sequence[int]) -> Block:
    keys: dict[str, int] = {}
    for block in parts:
        for key in block.keys if block is not None else ():
            keys.setdefault(key, len(keys))
    total = sum(widths)
    if unit is not None:
        numbers = [block if isinstance(block, NumberBlock) else None for block in parts]
        values = _stacked(np.full((len(keys), total), np.nan), keys, numbers, widths, lambda block: block.values)
        there = np.zeros((len(keys), total), dtype=np.bool_)
        return NumberBlock(
            group, tuple(keys), values, _stacked(there, keys, numbers, widths, lambda b: b.present), unit
        )
    texts = [block if isinstance(block, TextBlock) else None for block in parts]
    pool: list[str] = []
    moved: list[TextBlock | None] = []
    for block in texts:
        if block is not None:
            codes = np.where(block.codes >= 0, block.codes + np.int32(len(pool)), np.int32(-1))
            pool.extend(block.pool)
            block = replace(block, codes=codes.astype(np.int32))
        moved.append(block)
    codes = np.full((len(keys), total), -1, dtype=np.int32)
    codes = _stacked(codes, keys, moved, widths, lambda block: block.codes)
    return TextBlock(group, tuple(keys), tuple(pool), codes, any(block.plain for block in texts if block is not None))


Part = TypeVar("Part", TextBlock, NumberBlock)


def _stacked(
    into: npt.NDArray[Number],
    keys: Mapping[str, int],
    parts: Sequence[Part | None],
    widths: Sequence[int],
    of: Callable[[Part], npt.NDArray[Number]],
) -> npt.NDArray[Number]:
    left = 0
    for block, width in zip(parts, widths, strict=True):
        if block is not None:
            into[[keys[key] for key in block.keys], left : left + width] = of(block)
        left += width
    return into


# Sheets of runs: from runs in full, and from what a table of runs has loaded, with the same rows for the same run.


SOURCE_TAGS: Mapping[str, str] = {
    "mlflow.source.name": "source",
    "mlflow.source.type": "source type",
    "mlflow.source.git.commit": "git commit",
    "mlflow.source.git.branch": "git branch",
    "mlflow.source.git.repoURL": "git repository",
    "mlflow.project.entryPoint": "entry point",
    "mlflow.project.backend": "project backend",
    "mlflow.docker.image.uri": "docker image",
    "mlflow.databricks.gitRepoCommit": "git folder commit",
    "mlflow.databricks.gitRepoUrl": "git folder",
    "mlflow.databricks.jobID": "job",
    "mlflow.databricks.jobRunID": "job run",
    "mlflow.databricks.notebookPath": "notebook",
    "mlflow.databricks.notebookRevisionID": "notebook revision",
}
"""MLflow's own tags that say what was run, and what they are called."""

COMMIT_ROW, PARENT_ROW = "git commit", "parent run"
FOLDER_COMMIT_ROW = "git folder commit"  # of a Databricks workspace, where the run has no other
_OVERVIEW_TAGS = {"mlflow.parentRunId": PARENT_ROW, "mlflow.note.content": "note"}
_ATTRIBUTES = {"status": "status", "experiment": "experiment", "user": "user", "lifecycle": "lifecycle"}


def _subject(run_id: str, name: str, origin: str, context: str) -> Subject:
    return Subject(f"{context}:{run_id}" if context else run_id, name or run_id[:8], origin, context, run_id)


def of_details(details: Sequence[RunDetail], *, context: str = "", now_ms: int | None = None) -> Sheet:
    """Runs in full, each once, in their order; ``context`` names the one they were read in, if not the open one.

    ``now_ms`` is when a run under way has taken so long; without it, that is not known.
    """
    runs = list({detail.run_id: detail for detail in details}.values())
    subjects = [_subject(run.run_id, run.name, run.experiment_name or run.experiment_id, context) for run in runs]
    builder = SheetBuilder(subjects)
    for column, run in enumerate(runs):
        builder.texts("params", column, run.params)
        builder.numbers("metrics", column, {metric.key: metric.value for metric in run.metrics})
        builder.texts("datasets", column, _datasets((d.name, d.digest) for d in run.datasets))
        source, tags, overview = _sorted_tags(run.tags)
        overview |= {
            "status": run.status,
            "experiment": run.experiment_name or run.experiment_id,
            "user": run.user,
            "lifecycle": run.lifecycle,
            "run id": run.run_id,
        }
        builder.texts("source", column, source)
        builder.texts("tags", column, tags)
        builder.texts("overview", column, {name: text for name, text in overview.items() if text})
        builder.numbers("overview", column, _moment("started", run.start_ms), "at")
        ended = now_ms if run.status in GOING_ON else run.end_ms
        took = ended - run.start_ms if ended is not None and run.start_ms is not None else None
        builder.numbers("overview", column, _moment("took", took), "ms")
        models = len(run.logged_model_ids)
        builder.numbers("overview", column, {"logged models": float(models)} if models else {})
    return builder.sheet()


def of_snapshot(
    snapshot: FrameSnapshot, run_ids: Iterable[str], *, context: str = "", now_ms: int | None = None
) -> Sheet:
    """Those of these runs that are loaded, each once, in that order; asks nobody. The rest as in ``of_details``."""
    rows = [(run_id, row) for run_id in dict.fromkeys(run_ids) if (row := snapshot.row_of(run_id)) is not None]
    places = [row for _, row in rows]
    names = snapshot.experiment_names()
    experiments = _attribute(snapshot, "experiment", places, lambda text: names.get(text, text))
    subjects = [
        _subject(run_id, snapshot.run_name(row), experiments[column] or "", context)
        for column, (run_id, row) in enumerate(rows)
    ]
    tags = _texts(snapshot, "tags", places)
    source, own, overview = _split_tags(tags)
    builder = SheetBuilder(subjects)
    for name, title in _ATTRIBUTES.items():
        found = experiments if name == "experiment" else _attribute(snapshot, name, places)
        for column, text in enumerate(found):
            builder.texts("overview", column, {title: text} if text else {})
    for column, text in enumerate(_attribute(snapshot, "dataset", places)):
        pairs = [part.rpartition("@") for part in (text or "").split(", ") if part]
        builder.texts(
            "datasets", column, _datasets((name or digest, digest if name else "") for name, _, digest in pairs)
        )
    for column, (run_id, _) in enumerate(rows):
        builder.texts("overview", column, {"run id": run_id})
        for name, text in overview[column].items():
            builder.texts("overview", column, {name: text} if text else {})
    for title, unit, values in _times(snapshot, places, now_ms):
        for column, value in enumerate(values):
            builder.numbers("overview", column, _moment(title, value), unit)
    metrics = _numbers(snapshot, places)
    blocks = [_texts(snapshot, "params", places), metrics, source, own, *builder.sheet().blocks]
    return Sheet(tuple(subjects), ordered(blocks))


def _moment(title: str, value: float | None) -> dict[str, float]:
    return {title: float(value)} if value is not None else {}


def _datasets(used: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Digests by name; a name that was used with several digests has them all, parted by commas."""
    found: dict[str, list[str]] = {}
    for name, digest in used:
        found.setdefault(name, []).append(digest)
    return {name: ", ".join(sorted(digests)) for name, digests in found.items()}


def _sorted_tags(tags: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """What was run, the other tags, and what belongs to the overview."""
    source = {title: tags[key] for key, title in SOURCE_TAGS.items() if tags.get(key)}
    overview = {title: tags[key] for key, title in _OVERVIEW_TAGS.items() if tags.get(key)}
    return source, {key: text for key, text in tags.items() if not _belongs_elsewhere(key)}, overview


def _belongs_elsewhere(key: str) -> bool:
    return key in SOURCE_TAGS or key in _OVERVIEW_TAGS


def _texts(snapshot: FrameSnapshot, section: str, rows: Sequence[int]) -> TextBlock:
    keys, columns, values = snapshot.entries(section, rows)
    view = snapshot.keys(section)
    numbers, at = np.unique(keys, return_inverse=True)
    names = list(view)
    pairs, code_at = np.unique(np.stack([keys.astype(np.int64), values.astype(np.int64)]), axis=1, return_inverse=True)
    pool = [view.pools[key].texts[code] for key, code in zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)]
    codes = np.full((len(numbers), len(rows)), -1, dtype=np.int32)
    codes[at, columns] = code_at
    return TextBlock(section, tuple(names[number] for number in numbers.tolist()), tuple(pool), codes)


def _numbers(snapshot: FrameSnapshot, rows: Sequence[int]) -> NumberBlock:
    keys, columns, values = snapshot.entries("metrics", rows)
    numbers, at = np.unique(keys, return_inverse=True)
    names = list(snapshot.keys("metrics"))
    filled = np.full((len(numbers), len(rows)), np.nan)
    present = np.zeros(filled.shape, dtype=np.bool_)
    filled[at, columns] = values
    present[at, columns] = True
    return NumberBlock("metrics", tuple(names[number] for number in numbers.tolist()), filled, present)


def _split_tags(tags: TextBlock) -> tuple[Block, Block, list[dict[str, str]]]:
    """What was run, the other tags, and for each run what belongs to the overview."""
    source_rows = [row for row, key in enumerate(tags.keys) if key in SOURCE_TAGS]
    own_rows = [row for row, key in enumerate(tags.keys) if not _belongs_elsewhere(key)]
    source = tags.reordered(source_rows)
    empty = np.array([not text for text in tags.pool], dtype=np.bool_)
    codes = source.codes.copy()
    if len(empty):
        codes[(codes >= 0) & empty[codes]] = -1  # a source that says nothing is none
    kept = np.flatnonzero((codes >= 0).any(axis=1)).tolist()
    titled = tuple(SOURCE_TAGS[source.keys[row]] for row in kept)
    overview: list[dict[str, str]] = [{} for _ in range(codes.shape[1])]
    for row, key in enumerate(tags.keys):
        if key in _OVERVIEW_TAGS:
            for column, code in enumerate(tags.codes[row].tolist()):
                if code >= 0:
                    overview[column][_OVERVIEW_TAGS[key]] = tags.pool[code]
    return TextBlock("source", titled, tags.pool, codes[kept], True), tags.reordered(own_rows), overview


def _attribute(
    snapshot: FrameSnapshot, name: str, rows: Sequence[int], shown: Callable[[str], str] = str
) -> list[str | None]:
    column = snapshot.texts(Field("attribute", name))
    texts = [column.at(row) for row in rows]
    return [shown(text) if text is not None else None for text in texts]


def _times(
    snapshot: FrameSnapshot, rows: Sequence[int], now_ms: int | None
) -> list[tuple[str, str, list[float | None]]]:
    at = np.array(rows, dtype=np.int64)
    read = {
        name: [array[at] for array in snapshot.numbers(Field("attribute", name))] for name in ("start", "end", "models")
    }
    (starts, begun), (ends, ended), (models, _) = read["start"], read["end"], read["models"]
    if now_ms is not None:
        going = np.array([status in GOING_ON for status in _attribute(snapshot, "status", rows)], dtype=bool)
        ends, ended = np.where(going, now_ms, ends), ended | going
    return [
        ("started", "at", [float(v) if p else None for v, p in zip(starts, begun, strict=True)]),
        (
            "took",
            "ms",
            [float(e - s) if p and q else None for s, p, e, q in zip(starts, begun, ends, ended, strict=True)],
        ),
        ("logged models", "", [float(v) if v > 0 else None for v in models]),
    ]
