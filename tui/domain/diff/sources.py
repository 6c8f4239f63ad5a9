"""Sheets of runs: from runs in full, and from what a table of runs has loaded, with the same rows for the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from tui.domain.diff.sheet import Block, NumberBlock, Sheet, SheetBuilder, Subject, TextBlock, ordered
from tui.domain.filter.names import Field
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.values import GOING_ON, RunDetail

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
