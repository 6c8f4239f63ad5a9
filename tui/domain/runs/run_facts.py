"""One run in full, as tables of name and value: what the details pane and the run's page show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from tui.domain import quantities
from tui.domain.artifacts import LoggedModel, ModelMetric
from tui.domain.experiments import path_tree
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.quantities import count, extent, sparkline
from tui.domain.series.history import MetricHistory
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, natural, width
from tui.domain.values import COMMIT_TAG, MetricValue, RegisteredAs, RunDetail, RunReference, origin

NAME_CELLS = (12, 44)  # narrowest and widest a column of names gets by itself
CHILDREN_READ = 200  # child runs that are read of a run; beyond that the table of runs is the place
VALUE_CELLS = 400  # what a line shows of a value; the whole of it opens on enter


@dataclass(frozen=True)
class Facts:
    """A table, and the whole values behind its rows (row key → text as the server gave it)."""

    table: RowsTable
    values: dict[str, str]

    def __len__(self) -> int:
        return self.table.row_count


def name_width(names: Sequence[str]) -> int:
    longest = max((width(name) for name in names[:2000]), default=0)
    return max(NAME_CELLS[0], min(NAME_CELLS[1], longest))


def _matching(pairs: Sequence[tuple[str, str]], query: str) -> list[tuple[str, str]]:
    words = query.lower().split()
    if not words:
        return list(pairs)
    return [(name, value) for name, value in pairs if all(word in f"{name} {value}".lower() for word in words)]


def facts(pairs: Sequence[tuple[str, str]], query: str = "", *, heading: tuple[str, str] = ("name", "value")) -> Facts:
    """Names and values, those that hold every word of ``query``; order kept."""
    shown = _matching(pairs, query)
    names = [named(name) for name, _ in shown]
    values = [clean(value[:VALUE_CELLS]) for _, value in shown]
    cells = max((width(value) for value in values[:2000]), default=0)
    columns = (
        Column("name", heading[0], name_width(names), frozen=True),
        Column("value", heading[1], max(20, min(VALUE_CELLS, cells))),
    )
    keys = [name for name, _ in shown]
    whole = {"name": [name for name, _ in shown], "value": [value for _, value in shown]}
    return Facts(RowsTable(columns, keys, {"name": names, "value": values}, values=whole), dict(shown))


def params(detail: RunDetail, query: str = "") -> Facts:
    return facts(sorted(detail.params.items(), key=lambda pair: natural(pair[0])), query, heading=("param", "value"))


def tags(detail: RunDetail, query: str = "") -> Facts:
    """Tags; MLflow's own come last, as they are seldom what is looked for."""
    ordered = sorted(detail.tags.items(), key=lambda pair: (pair[0].startswith("mlflow."), natural(pair[0])))
    return facts([pair for pair in ordered if pair[0] != "mlflow.note.content"], query, heading=("tag", "value"))


def metrics(detail: RunDetail, now_ms: int, query: str = "") -> Facts:
    """Metrics with their last value, its step and its age."""
    words = query.lower().split()
    matching = (m for m in detail.metrics if all(word in m.key.lower() for word in words))
    shown = sorted(matching, key=lambda m: natural(m.key))
    names = [named(m.key) for m in shown]
    last = [quantities.whole(m.value) for m in shown]
    steps = [quantities.count(m.step) for m in shown]
    ages = [quantities.ago(m.timestamp_ms, now_ms) for m in shown]
    columns = (
        Column("name", "metric", name_width(names), frozen=True),
        Column("value", "last", max([10, *(width(text) for text in last[:2000])]), "right"),
        Column("step", "step", max([8, *(width(text) for text in steps[:2000])]), "right"),
        Column("age", "recorded", 9, "right"),
    )
    odd: list[Tone] = ["warn" if m.value != m.value else "" for m in shown]
    ages_muted: list[Tone] = ["muted"] * len(shown)
    cells = {"name": names, "value": last, "step": steps, "age": ages}
    values: dict[str, Sequence[Any]] = {
        "value": [m.value for m in shown],
        "step": [m.step for m in shown],
        "age": [m.timestamp_ms for m in shown],
    }
    table = RowsTable(columns, [m.key for m in shown], cells, {"value": odd, "age": ages_muted}, values=values)
    return Facts(table, {m.key: repr(m.value) for m in shown})


def datasets(detail: RunDetail, query: str = "") -> Facts:
    """Datasets that the run used, with digest and what each was used for."""
    words = query.lower().split()
    shown = [
        (str(number), d)
        for number, d in enumerate(detail.datasets)
        if all(word in f"{d.name} {d.digest} {d.context} {d.source}".lower() for word in words)
    ]
    names = [named(d.name) for _, d in shown]
    cells = {
        "name": names,
        "digest": [clean(d.digest) for _, d in shown],
        "context": [clean(d.context) for _, d in shown],
        "type": [clean(d.source_type) for _, d in shown],
        "source": [clean(d.source[:VALUE_CELLS]) for _, d in shown],
    }
    columns = (
        Column("name", "dataset", name_width(names), frozen=True),
        Column("digest", "digest", 12),
        Column("context", "used for", 12),
        Column("type", "source type", 12),
        Column("source", "source", 60),
    )
    whole = {
        key: "\n".join(
            part
            for part in (
                f"{d.name}  {d.digest}",
                f"used for: {d.context or 'not said'}",
                f"source type: {d.source_type}",
                f"source: {d.source}",
                f"schema: {d.schema}" if d.schema else "",
                f"profile: {d.profile}" if d.profile else "",
            )
            if part
        )
        for key, d in shown
    }
    return Facts(RowsTable(columns, [key for key, _ in shown], cells), whole)


STATUS_WORDS = {
    "RUNNING": "running",
    "SCHEDULED": "scheduled",
    "FINISHED": "done",
    "FAILED": "failed",
    "KILLED": "killed",
}


def status_text(status: str, lifecycle: str, glyphs: Glyphs) -> str:
    """A run's status by sign and word: ``✓ done``."""
    sign = {
        "RUNNING": glyphs.running,
        "SCHEDULED": glyphs.scheduled,
        "FINISHED": glyphs.done,
        "FAILED": glyphs.failed,
        "KILLED": glyphs.killed,
    }.get(status, "?")
    word = STATUS_WORDS.get(status, clean(status).lower())
    return f"{sign} {word}" + (", deleted" if lifecycle == "deleted" else "")


def overview(
    detail: RunDetail,
    now_ms: int,
    zone: tzinfo,
    glyphs: Glyphs,
    children: Sequence[RunReference] | None = None,
    made: Sequence[tuple[str, str, str]] = (),
) -> Facts:
    """What a run is: ids, status, times, user, source and commit, parent and children, datasets, what came of it.

    ``children`` is None while they are not known; ``made`` are rows of key, name and value.
    """
    source = detail.tags.get("mlflow.source.name", "")
    started = took = ""
    ended = quantities.stamp(detail.end_ms, zone) if detail.end_ms is not None else ""
    if detail.start_ms is not None:
        started = f"{quantities.stamp(detail.start_ms, zone)}  ({quantities.ago(detail.start_ms, now_ms)})"
        took = quantities.duration((detail.end_ms if detail.end_ms is not None else now_ms) - detail.start_ms)
        if detail.end_ms is None:
            took, ended = f"{took} so far", "not yet"
    pairs = [
        ("name", detail.name),
        ("status", status_text(detail.status, detail.lifecycle, glyphs)),
        ("started", started),
        ("ended", ended),
        ("took", took),
        ("user", detail.user),
        ("experiment", f"{detail.experiment_name}  (id {detail.experiment_id})"),
        ("run id", detail.run_id),
        ("source", " ".join(part for part in (source, f"({_source_type(detail)})" if source else "") if part)),
        ("git commit", detail.tags.get(COMMIT_TAG, "")),
        ("git branch", detail.tags.get("mlflow.source.git.branch", "")),
        ("git repository", detail.tags.get("mlflow.source.git.repoURL", "")),
        *origin(detail.tags),
        ("parent", detail.parent_id or ""),
    ]
    if children is not None:
        first = ", ".join(child.name or child.run_id for child in children[:5])
        least = " or more" if len(children) >= CHILDREN_READ else ""
        more = " and others" if least else f" and {len(children) - 5} more" if len(children) > 5 else ""
        pairs.append(("children", f"{len(children)}{least}: {first}{more}" if children else ""))
    pairs += [(f"dataset {d.context}".strip(), f"{d.name}@{d.digest}") for d in detail.datasets]
    rows = [("", *pair) for pair in pairs]
    rows += made
    pairs = [
        ("params", str(len(detail.params))),
        ("metrics", str(len(detail.metrics))),
        ("tags", str(len(detail.tags))),
        ("artifacts at", detail.artifact_uri),
    ]
    rows += [("", *pair) for pair in pairs]
    shown = [(name, value) for _, name, value in rows if value]
    names = [name for name, _ in shown]
    values = [clean(value[:VALUE_CELLS]) for _, value in shown]
    keys = [key or f"{number}" for number, key in enumerate(key for key, _, value in rows if value)]
    bad: Tone = "bad" if detail.status in ("FAILED", "KILLED") or detail.lifecycle == "deleted" else ""
    tones: list[Tone] = [bad if name == "status" else "" for name in names]
    columns = (
        Column("name", "overview", max(14, name_width(names)), frozen=True),
        Column("value", "", max([20, *(width(value) for value in values)])),
    )
    name_tones: list[Tone] = ["muted"] * len(names)
    table = RowsTable(columns, keys, {"name": names, "value": values}, {"value": tones, "name": name_tones})
    return Facts(table, {key: value for key, (_, value) in zip(keys, shown, strict=True)})


def _source_type(detail: RunDetail) -> str:
    return detail.tags.get("mlflow.source.type", "").lower() or "source"


# What came of a run: the models that it logged, and the registered versions made from it.


_MODEL, _VERSION = "model:", "version:"
Row = tuple[str, str, str]  # row key, name, value


@dataclass(frozen=True)
class RunMade:
    """None while something is not known; a note says in words why there is nothing to know."""

    models: tuple[LoggedModel, ...] | None = None
    models_note: str = ""
    versions: tuple[RegisteredAs, ...] | None = None
    versions_note: str = ""

    def rows(self, model_ids: Sequence[str]) -> list[Row]:
        """Rows for the overview of a run that names these models as its outputs."""
        known = {model.model_id for model in self.models or ()}
        # A model that is named is read one by one where the search leaves it out: what is not here by then is no more.
        gone = "  deleted" if self.models is not None and not self.models_note else ""
        found: list[Row] = [
            (_MODEL + model.model_id, "logged model", model_words(model)) for model in self.models or ()
        ]
        found += [(_MODEL + one, "logged model", one + gone) for one in dict.fromkeys(model_ids) if one not in known]
        if self.models_note:
            found.append(("models", "logged models", self.models_note))
        for made in self.versions or ():
            aliases = "".join(f"  @{alias}" for alias in made.aliases)
            found.append(
                (
                    f"{_VERSION}{made.version}:{made.model}",
                    "registered as",
                    f"{named(made.model)} v{made.version}{aliases}",
                )
            )
        if self.versions_note:
            found.append(("versions", "registered as", self.versions_note))
        return found


def model_words(model: LoggedModel) -> str:
    """A logged model in one line."""
    parts = [
        model.name or model.model_id,
        "" if model.status in ("READY", "") else model.status.lower(),
        model.model_type,
        _many(len(model.params), "param"),
        _many(len(model.metrics), "metric"),
        model.model_id if model.name else "",
    ]
    return "  ".join(part for part in parts if part)


def _many(number: int, word: str) -> str:
    return f"{quantities.count(number)} {word}{'s' if number != 1 else ''}" if number else ""


def model_of(row_key: str) -> str | None:
    """The id of the logged model that a row stands for."""
    return row_key[len(_MODEL) :] if row_key.startswith(_MODEL) else None


def version_of(row_key: str) -> tuple[str, str] | None:
    """The registered model and the version that a row stands for."""
    if not row_key.startswith(_VERSION):
        return None
    version, _, name = row_key[len(_VERSION) :].partition(":")
    return name, version


def about(model: LoggedModel, created: str, glyphs: Glyphs) -> Facts:
    """What a logged model is; ``created`` is the time as it reads."""
    sign = {"READY": glyphs.done, "FAILED": glyphs.failed, "PENDING": glyphs.running}.get(model.status, "")
    pairs = [
        ("name", model.name),
        ("model id", model.model_id),
        ("status", f"{sign} {model.status.lower()}".strip()),
        ("type", model.model_type),
        ("created", created),
        ("source run", model.source_run_id),
        ("params", str(len(model.params))),
        ("metrics", str(len(model.metrics))),
        ("load it", f'mlflow.pyfunc.load_model("models:/{model.model_id}")'),
        ("files at", model.place),
    ]
    return facts([pair for pair in pairs if pair[1]], heading=("logged model", ""))


def model_metrics(model: LoggedModel, query: str = "") -> Facts:
    """The metrics that belong to the model itself; a name stands there once for each step and dataset."""
    words = query.lower().split()
    shown = [m for m in _in_order(model) if all(word in f"{m.key} {m.dataset}".lower() for word in words)]
    names = [named(m.key) for m in shown]
    values = [quantities.whole(m.value) for m in shown]
    steps = [quantities.count(m.step) for m in shown]
    datasets = [dataset_words(m) for m in shown]
    columns = [
        Column("name", "metric", name_width(names), frozen=True),
        Column("value", "value", max([10, *map(width, values)]), "right"),
        Column("step", "step", max([8, *map(width, steps)]), "right"),
    ]
    if any(datasets):
        columns.append(Column("dataset", "measured on", max([12, *map(width, datasets)])))
    keys = [str(number) for number in range(len(shown))]
    cells = {"name": names, "value": values, "step": steps, "dataset": datasets}
    table = RowsTable(columns, keys, cells, {"dataset": ["muted"] * len(shown)})
    return Facts(table, {key: repr(m.value) for key, m in zip(keys, shown, strict=True)})


def told_apart(model: LoggedModel) -> list[tuple[str, float]]:
    """Names and values; a name that stands there several times says on what and at which step it was measured."""
    times = Counter(metric.key for metric in model.metrics)
    return [
        (m.key if times[m.key] == 1 else f"{m.key} ({dataset_words(m) or 'no dataset'}, step {m.step})", m.value)
        for m in _in_order(model)
    ]


def dataset_words(metric: ModelMetric) -> str:
    """The dataset that a metric was measured on, with its digest; "" where MLflow knows none."""
    return f"{clean(metric.dataset)}@{clean(metric.digest)}" if metric.digest else clean(metric.dataset)


def _in_order(model: LoggedModel) -> list[ModelMetric]:
    return sorted(model.metrics, key=lambda m: (natural(m.key), m.dataset, m.digest, m.step))


# Params of a run as a tree by the ``.`` and ``/`` in their names, with folders that fold.


SEPARATORS = "./"
_FOLDER = "folder\0"  # how the row keys of folders begin; a param's is its name, which holds no NUL
_MOST_INDENTED = 12


@dataclass(frozen=True)
class ParamTree:
    """The rows with the params' values, the paths of all folders, and which folder each row is in or stands for."""

    facts: Facts
    folders: tuple[str, ...]
    folder_of: Mapping[str, str]

    def row_of_folder(self, path: str) -> str | None:
        """The key of the row that stands for a folder, which may be a param of that name too."""
        table = self.facts.table
        return next((key for key in (f"{_FOLDER}{path}", path) if table.row_of(key) is not None), None)


def param_tree(params: Mapping[str, str], query: str, folded: frozenset[str], glyphs: Glyphs) -> ParamTree:
    """Params that hold every word of ``query`` in name or value, under their folders; ``folded`` are closed ones.

    While there is a query every folder is open, so that no match is hidden.
    """
    ordered = sorted(params.items(), key=lambda pair: natural(pair[0]))
    words = query.lower().split()

    def matches(place: int) -> bool:
        name, value = ordered[place]
        return all(word in f"{name} {value}".lower() for word in words)

    lines = path_tree(
        [name for name, _ in ordered],
        folded=folded,
        matches=matches if words else None,
        by_name=True,
        separators=SEPARATORS,
    )
    keys: list[str] = []
    names: list[str] = []
    values: list[str] = []
    tones: list[Tone] = []
    whole: dict[str, str] = {}
    folders: list[str] = []
    folder_of: dict[str, str] = {}
    above: list[str] = []  # paths of the open folders that a line is in
    for line in lines:
        del above[line.depth :]
        if line.is_folder:
            folders.append(line.path)
        sign = (glyphs.folded if line.folded else glyphs.unfolded) if line.is_folder else " "
        names.append(f"{'  ' * min(line.depth, _MOST_INDENTED)}{sign} {named(line.label)}")
        below = f"{count(line.below)} param{'s' if line.below != 1 else ''}" if line.folded else ""
        if line.item is None or line.context:  # a param that does not match is there as a folder only
            key, shown = f"{_FOLDER}{line.path}", below
        else:
            key, value = ordered[line.item]
            whole[key] = value
            shown = clean(value[:VALUE_CELLS]) + (f"  ({below})" if below else "")
        keys.append(key)
        values.append(shown)
        tones.append("" if key in whole else "muted")
        if line.is_folder or above:
            folder_of[key] = line.path if line.is_folder else above[-1]
        above.append(line.path)
    cells = max((width(value) for value in values[:2000]), default=0)
    columns = (
        Column("name", "param", name_width(names), frozen=True),
        Column("value", "value", max(20, min(VALUE_CELLS, cells))),
    )
    behind: dict[str, Sequence[Any]] = {
        "name": [key.removeprefix(_FOLDER) for key in keys],
        "value": [whole.get(key) for key in keys],
    }
    table = RowsTable(
        columns,
        keys,
        {"name": names, "value": values},
        {"value": tones, "name": tones},
        values=behind,
        levels=[line.depth for line in lines],
    )
    return ParamTree(Facts(table, whole), tuple(folders), folder_of)


class ParamsFolding:
    """What is open and closed stays from run to run, so that the same params are looked at in each."""

    def __init__(self, glyphs: Glyphs) -> None:
        self.as_tree = False
        self.folded: frozenset[str] = frozenset()
        self._glyphs = glyphs
        self._tree: ParamTree | None = None

    def facts(self, detail: RunDetail, query: str) -> Facts:
        """The tree of these params."""
        self._tree = param_tree(detail.params, query, self.folded, self._glyphs)
        return self._tree.facts

    def is_folder(self, row_key: str) -> bool:
        """Whether a row is a folder and nothing else."""
        return self._tree is not None and row_key in self._tree.folder_of and row_key not in self._tree.facts.values

    def fold(self, row_key: str | None) -> str | None:
        """Fold or unfold the folder of a row; the folder's path, None where there is none."""
        path = self._tree.folder_of.get(row_key) if self._tree is not None and row_key is not None else None
        if path is not None:
            self.folded ^= {path}
        return path

    def fold_all(self) -> None:
        """Close every folder; where some are closed, open them all."""
        if self._tree is not None:
            self.folded = frozenset() if self.folded else frozenset(self._tree.folders)

    def row_for(self, row_key: str | None) -> str | None:
        """Where the cursor belongs that was on a row: there, or on the nearest folder above it that is shown."""
        if self._tree is None or row_key is None or self._tree.facts.table.row_of(row_key) is not None:
            return row_key
        path = row_key.rpartition("\0")[2]
        above = [at for at, letter in enumerate(path) if letter in "./"]
        found = (self._tree.row_of_folder(path[:at]) for at in [len(path), *reversed(above)])
        return next((key for key in found if key is not None), None)


# The metrics of one run as a table: last value, shape, extremes, step, age; the shapes come later, row by row.


SYSTEM = "system/"  # what MLflow's own monitor records begins so
SHAPE_CELLS = 14
_NAME_CELLS = (12, 40)


@dataclass(frozen=True)
class Shape:
    """What a row shows of a history: a sparkline, the extremes (None without a finite value), what is not finite.

    ``exact`` is False where the extremes are those of a sample that may have lost some.
    """

    spark: str
    low: float | None
    high: float | None
    exact: bool
    points: int | None
    odd: int


def shape_of(history: MetricHistory, glyphs: Glyphs) -> Shape:
    """The shape of a history."""
    found = extent(history.values)
    return Shape(
        sparkline(history.values, SHAPE_CELLS, ascii_only=glyphs == ASCII),
        found[0] if found else None,
        found[1] if found else None,
        history.keeps_extremes,
        history.total,
        history.nans + history.highs + history.lows,
    )


def of_tab(metrics: Sequence[MetricValue], *, system: bool) -> list[MetricValue]:
    """The metrics of the tab of system metrics, or of the other one, by name."""
    return sorted((m for m in metrics if m.key.startswith(SYSTEM) is system), key=lambda m: natural(m.key))


def matching(metrics: Sequence[MetricValue], query: str) -> list[MetricValue]:
    """Those whose names hold every word of ``query``."""
    words = query.lower().split()
    return [m for m in metrics if all(word in m.key.lower() for word in words)]


def metric_table(metrics: Sequence[MetricValue], shapes: Mapping[str, Shape], now_ms: int, glyphs: Glyphs) -> RowsTable:
    """A row for each metric; shapes that have not come are dots."""
    waiting = glyphs.ellipsis
    found = [shapes.get(m.key) for m in metrics]
    names = [named(m.key) for m in metrics]
    last = [quantities.whole(m.value) for m in metrics]
    steps = [quantities.count(m.step) for m in metrics]

    def extremes(values: Sequence[float | None]) -> list[str]:
        texts = []
        for shape, value in zip(found, values, strict=True):
            if shape is None:
                texts.append(waiting)
            elif value is None:
                texts.append(glyphs.absent)
            else:
                texts.append(("" if shape.exact else "~") + quantities.whole(value))
        return texts

    cells = {
        "name": names,
        "value": last,
        "shape": [waiting if shape is None else shape.spark for shape in found],
        "min": extremes([shape.low if shape else None for shape in found]),
        "max": extremes([shape.high if shape else None for shape in found]),
        "step": steps,
        "age": [quantities.ago(m.timestamp_ms, now_ms) for m in metrics],
    }

    def wide(key: str, least: int) -> int:
        return max([least, *(width(text) for text in cells[key][:2000])])

    columns = (
        Column("name", "metric", max(_NAME_CELLS[0], min(_NAME_CELLS[1], wide("name", 0))), frozen=True),
        Column("value", "last", wide("value", 9), "right"),
        Column("shape", "shape", SHAPE_CELLS),
        Column("min", "min", wide("min", 9), "right"),
        Column("max", "max", wide("max", 9), "right"),
        Column("step", "step", wide("step", 6), "right"),
        Column("age", "recorded", 9, "right"),
    )
    odd: list[Tone] = ["warn" if m.value != m.value else "" for m in metrics]
    shaded: list[Tone] = ["muted" if shape is None else "warn" if shape.odd else "accent" for shape in found]
    muted: list[Tone] = ["muted" if shape is None else "" for shape in found]
    ages: list[Tone] = ["muted"] * len(names)
    tones = {"value": odd, "shape": shaded, "min": muted, "max": muted, "age": ages}
    values: dict[str, Sequence[Any]] = {
        "value": [m.value for m in metrics],
        "min": [shape.low if shape else None for shape in found],
        "max": [shape.high if shape else None for shape in found],
        "step": [m.step for m in metrics],
        "age": [m.timestamp_ms for m in metrics],
    }
    return RowsTable(columns, [m.key for m in metrics], cells, tones, values=values)
