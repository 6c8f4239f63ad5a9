"""What came of a run: the models that it logged, and the registered versions made from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain import quantities
from tui.domain.artifacts import LoggedModel, ModelMetric
from tui.domain.glyphs import Glyphs
from tui.domain.natural import natural
from tui.domain.runs.tables import Facts, facts, name_width
from tui.domain.table import Column, RowsTable
from tui.domain.text import clean, named, width
from tui.domain.values import RegisteredAs

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
        found: list[Row] = [
            (_MODEL + model.model_id, "logged model", model_words(model)) for model in self.models or ()
        ]
        found += [(_MODEL + one, "logged model", one) for one in dict.fromkeys(model_ids) if one not in known]
        if self.models_note:
            found.append(("models", "logged models", self.models_note))
        for made in self.versions or ():
            aliases = "".join(f"  @{alias}" for alias in made.aliases)
            found.append(
                (f"{_VERSION}{made.version}:{made.model}", "registered as", f"{made.model} v{made.version}{aliases}")
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


def metrics(model: LoggedModel, query: str = "") -> Facts:
    """The metrics that belong to the model itself; a name stands there once for each step and dataset."""
    words = query.lower().split()
    shown = [m for m in _in_order(model) if all(word in f"{m.key} {m.dataset}".lower() for word in words)]
    names = [named(m.key) for m in shown]
    values = [quantities.number(m.value) for m in shown]
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
