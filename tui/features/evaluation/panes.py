"""The lists of evaluation: runs with what their judges said, datasets, scorers, and the records of a dataset."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from tui.app.actions import bindings
from tui.domain import quantities
from tui.domain.columns import ColumnSpec, SortOrder
from tui.domain.glyphs import Glyphs
from tui.domain.ranking import direction_of_judge
from tui.domain.table import Tone
from tui.domain.text import clean, named
from tui.domain.traces import table
from tui.domain.traces.values import EvaluationRun, EvaluationSet, Scorer, SetRecord, TraceScope, value_text
from tui.services.session import Session
from tui.services.trace_desk import JudgedRun
from tui.ui.list_pane import HeldPane
from tui.ui.routes import EvaluationSetRoute, TraceRoute, TracesRoute

_MEAN = "/mean"


class EvaluationsPane(HeldPane[EvaluationRun]):
    """Evaluation runs; each judge is a column, with its mean and how often it spoke."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("evaluations")]
    filter_hint = "words in names, datasets and agents"
    nothing_to_ask = "Every evaluation run that was read is here"
    things = ("evaluation run", "evaluation runs")
    first_sort: SortOrder = (("started", True),)

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="evaluations")
        self.judged: dict[str, JudgedRun] = {}
        self.of = ""  # the dataset whose runs these are
        self.said = ""

    def key_of(self, row: EvaluationRun) -> str:
        return row.id

    def searched(self, row: EvaluationRun) -> str:
        return f"{row.name} {row.dataset} {row.agent} {row.id}"

    def specs(self) -> Sequence[ColumnSpec[EvaluationRun]]:
        glyphs, now, zone = self.glyphs, self.session.clock.now_ms(), self.zone

        def started(row: EvaluationRun) -> tuple[str, Tone]:
            return quantities.when(row.started_ms, now, zone), "muted"

        def number(which: str) -> Callable[[EvaluationRun], int | None]:
            return lambda row: getattr(self.judged[row.id], which) if row.id in self.judged else None

        def counted(which: str, tone: Tone = "") -> Callable[[EvaluationRun], tuple[str, Tone]]:
            def cell(row: EvaluationRun) -> tuple[str, Tone]:
                found = number(which)(row)
                return (glyphs.absent, "muted") if found is None else (quantities.count(found), tone if found else "")

            return cell

        names = sorted({
            *(key.removesuffix(_MEAN) for run in self.held.values() for key in run.means if key.endswith(_MEAN)),
            *(name for one in self.judged.values() for name in one.judges),
        })  # fmt: skip
        others = sorted({key for run in self.held.values() for key in run.means if not key.endswith(_MEAN)})
        return (
            ColumnSpec("name", "run", lambda row: named(row.name), frozen=True, least=12, widest=32),
            ColumnSpec("started", "started" if zone is not None else "age", started, lambda row: row.started_ms,
                       better="higher", align="right", means="time"),
            ColumnSpec("dataset", "dataset", lambda row: clean(row.dataset), widest=24),
            ColumnSpec("inputs", "inputs", counted("traces"), number("traces"), better="higher", align="right",
                       means="number", detail="traces of the run"),
            ColumnSpec("failed", "failed", counted("failed", "bad"), number("failed"), better="higher", align="right",
                       means="number", detail="traces that ended in an error"),
            *(self._judge(name) for name in names),
            ColumnSpec("took", "took", lambda row: table.took(row.took_ms), lambda row: row.took_ms, default=False,
                       better="higher", align="right"),
            ColumnSpec("agent", "agent", lambda row: clean(row.agent), default=False, widest=34,
                       detail="the logged model, function or address that was evaluated"),
            *(self._metric(name) for name in others),
            ColumnSpec("status", "status", lambda row: clean(row.status.lower()), default=False),
            ColumnSpec("id", "run id", lambda row: clean(row.id), default=False, widest=34),
        )  # fmt: skip

    def mean(self, row: EvaluationRun, name: str) -> float | None:
        """A judge's mean in a run: as the run has it, else as its traces give it."""
        told = row.means.get(name + _MEAN)
        tally = self.judged[row.id].judges.get(name) if row.id in self.judged else None
        return told if told is not None else tally.mean if tally is not None else None

    def _judge(self, name: str) -> ColumnSpec[EvaluationRun]:
        def cell(row: EvaluationRun) -> tuple[str, Tone]:
            mean = self.mean(row, name)
            tally = self.judged[row.id].judges.get(name) if row.id in self.judged else None
            said = quantities.number(float(f"{mean:.3g}")) if mean is not None else self.glyphs.absent
            if tally is None:
                return said, ""
            wrong = f" {self.glyphs.warning}{tally.errors}" if tally.errors else ""
            return f"{said} ({tally.count}){wrong}", "warn" if wrong else ""

        known = direction_of_judge(name, self.session.launch.settings.metric_directions, numbers=False)
        return ColumnSpec(f"judge.{name}", named(name), cell, lambda row: self.mean(row, name),
                          better=(known.better if known is not None else "") or "higher",
                          align="right", widest=20, group="judge", means="number",
                          detail="mean, of how many, and how often the judge itself failed")  # fmt: skip

    def _metric(self, name: str) -> ColumnSpec[EvaluationRun]:
        def cell(row: EvaluationRun) -> str:
            return quantities.number(row.means[name]) if name in row.means else ""

        return ColumnSpec(f"metric.{name}", named(name), cell, lambda row: row.means.get(name), default=False,
                          better="higher", align="right", group="metric", means="number")  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        return ("Evaluation runs", f"over {named(self.of)}" if self.of else "")

    def notes(self) -> Sequence[str]:
        return (self.said,)

    def empty_words(self) -> str:
        return "No run here is of mlflow.genai.evaluate.\nr reads again"

    def open_row(self, key: str) -> None:
        self.deck.go(TracesRoute(TraceScope.of_runs([self.held[key]])))


class SetsPane(HeldPane[EvaluationSet]):
    """Evaluation datasets."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("evaluation_sets")]
    filter_hint = "words in names and tags"
    nothing_to_ask = "Every dataset is here"
    things = ("dataset", "datasets")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="evaluation-sets", marks=False)
        self.lacking = ""

    def key_of(self, row: EvaluationSet) -> str:
        return row.id

    def searched(self, row: EvaluationSet) -> str:
        return f"{row.name} {tags_of(row.tags)}"

    def specs(self) -> Sequence[ColumnSpec[EvaluationSet]]:
        now, zone = self.session.clock.now_ms(), self.zone
        return (
            ColumnSpec("name", "dataset", lambda row: named(row.name), frozen=True, least=10, widest=32),
            ColumnSpec("records", "records",
                       lambda row: self.glyphs.absent if row.records is None else quantities.count(row.records),
                       lambda row: row.records, better="higher", align="right", means="number"),
            ColumnSpec("updated", "updated", lambda row: (when(row.updated_ms, now, zone), "muted"),
                       lambda row: row.updated_ms, better="higher", align="right", means="time"),
            ColumnSpec("by", "by", lambda row: clean(row.created_by), widest=16),
            ColumnSpec("tags", "tags", lambda row: tags_of(row.tags), widest=40),
            ColumnSpec("digest", "digest", lambda row: clean(row.digest), default=False),
            ColumnSpec("id", "dataset id", lambda row: clean(row.id), default=False, widest=36),
        )  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        return ("Datasets",)

    def empty_words(self) -> str:
        return self.lacking or "No evaluation dataset is used here."

    def open_row(self, key: str) -> None:
        self.deck.go(EvaluationSetRoute(key, self.held[key].name))


class ScorersPane(HeldPane[Scorer]):
    """The scorers that are registered, with what they ask; enter opens all that they consist of."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("scorers")]
    filter_hint = "words in names and instructions"
    nothing_to_ask = "Every scorer is here"
    things = ("scorer", "scorers")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="scorers", marks=False)
        self.lacking = ""

    def key_of(self, row: Scorer) -> str:
        return f"{row.experiment_id}/{row.name}"

    def searched(self, row: Scorer) -> str:
        return f"{row.name} {row.kind} {row.says}"

    def specs(self) -> Sequence[ColumnSpec[Scorer]]:
        now, zone = self.session.clock.now_ms(), self.zone
        return (
            ColumnSpec("name", "scorer", lambda row: named(row.name), frozen=True, least=10, widest=28),
            ColumnSpec("version", "v", lambda row: str(row.version), lambda row: row.version, align="right"),
            ColumnSpec("kind", "kind", lambda row: clean(row.kind), widest=22),
            ColumnSpec("says", "asks", lambda row: clean(row.says[:300]), widest=80),
            ColumnSpec("model", "model", lambda row: clean(row.model), widest=20),
            ColumnSpec("created", "made", lambda row: (when(row.created_ms, now, zone), "muted"),
                       lambda row: row.created_ms, better="higher", align="right", means="time"),
        )  # fmt: skip

    def title_parts(self) -> Sequence[str]:
        return ("Scorers",)

    def empty_words(self) -> str:
        return self.lacking or "No scorer is registered here."

    def open_row(self, key: str) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        one = self.held[key]
        self.app.push_screen(WholeTextModal(f"{one.name} v{one.version}", one.definition))


class RecordsPane(HeldPane[SetRecord]):
    """The records of one dataset; enter opens the trace that a record was made of, or shows the record whole."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("records")]
    filter_hint = "words in inputs, expectations, outputs and tags"
    nothing_to_ask = "Every record that was read is here: {evaluation_set.load_all} reads all"
    things = ("record", "records")

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="records", marks=False)
        self.next_token: str | None = None

    @property
    def is_large(self) -> bool:
        return len(self.held) > 2000

    def key_of(self, row: SetRecord) -> str:
        return row.id

    def searched(self, row: SetRecord) -> str:
        parts = (value_text(part) for part in (row.inputs, row.expectations, row.outputs))
        return " ".join([*parts, tags_of(row.tags), row.id])

    def specs(self) -> Sequence[ColumnSpec[SetRecord]]:
        now, zone = self.session.clock.now_ms(), self.zone

        def line(value: object) -> str:
            return "" if value is None else table.line_of(value_text(value))

        return (
            ColumnSpec("inputs", "inputs", lambda row: line(row.inputs), frozen=True, least=16, widest=56),
            ColumnSpec("expectations", "expectations",
                       lambda row: "" if row.expectations is None else clean(value_text(row.expectations)[:300]),
                       widest=48),
            ColumnSpec("outputs", "outputs", lambda row: line(row.outputs), widest=48),
            ColumnSpec("source", "source", lambda row: clean(row.source.lower()), widest=10),
            ColumnSpec("trace", "trace", lambda row: clean(row.trace_id), widest=14),
            ColumnSpec("updated", "updated", lambda row: (when(row.updated_ms, now, zone), "muted"),
                       lambda row: row.updated_ms, better="higher", align="right", means="time"),
            ColumnSpec("by", "by", lambda row: clean(row.updated_by), default=False, widest=16),
            ColumnSpec("tags", "tags", lambda row: tags_of(row.tags), widest=32),
            ColumnSpec("id", "record id", lambda row: clean(row.id), default=False, widest=36),
        )  # fmt: skip

    def count_words(self) -> str:
        return f"{super().count_words()} of ? loaded" if self.next_token else super().count_words()

    def empty_words(self) -> str:
        return "The dataset has no record yet: A on a trace adds one."

    def open_row(self, key: str) -> None:
        from tui.ui.dialogs.whole_text import WholeTextModal

        record = self.held[key]
        if record.trace_id:
            self.deck.go(TraceRoute(record.trace_id))
        else:
            self.app.push_screen(WholeTextModal("Record", whole_record(record)))


def whole_record(record: SetRecord) -> str:
    """A record as lines of JSON."""
    parts = {
        "inputs": record.inputs,
        "expectations": record.expectations,
        "outputs": record.outputs,
        "tags": dict(record.tags),
    }
    return json.dumps({key: value for key, value in parts.items() if value}, indent=2, ensure_ascii=False, default=str)


def when(ms: int, now_ms: int, zone: Any) -> str:
    return quantities.when(ms, now_ms, zone) if ms else ""


def tags_of(tags: Mapping[str, str]) -> str:
    """A person's own tags in a line."""
    return clean(", ".join(f"{key}={value}" for key, value in sorted(tags.items()) if not key.startswith("mlflow.")))
