"""Traces, their spans and what was said of them, as the gateway answers and the screens show."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tui.domain.filter.nodes import quoted_value
from tui.domain.text import named

OK, ERROR, IN_PROGRESS = "OK", "ERROR", "IN_PROGRESS"
STATE_LABELS = {OK: "ok", ERROR: "error", IN_PROGRESS: "running", "STATE_UNSPECIFIED": "unknown"}
"""MLflow's states and the word that screens show for each."""

SESSION_KEY, USER_KEY = "mlflow.trace.session", "mlflow.trace.user"
RUN_KEY, MODEL_KEY = "mlflow.sourceRun", "mlflow.modelId"
"""Keys of a trace's metadata."""
NAME_TAG, PROMPTS_TAG, LOCATION_TAG = "mlflow.traceName", "mlflow.linkedPrompts", "mlflow.trace.spansLocation"
TRACKING_STORE, ARTIFACT_REPO, ARCHIVE_REPO = "TRACKING_STORE", "ARTIFACT_REPO", "ARCHIVE_REPO"
"""Where the spans of a trace lie, as the tag ``LOCATION_TAG`` says."""
FEEDBACK, EXPECTATION = "feedback", "expectation"
SAID_IN = "mlflow.assessment.sourceRunId"
"""Under what an assessment's metadata name the evaluation run that it was made in."""

INPUTS, OUTPUTS, TYPE, MODEL = "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.spanType", "mlflow.llm.model"
USAGE, COST = "mlflow.chat.tokenUsage", "mlflow.llm.cost"
"""Attributes of a span that the screens know by name."""
TOLD_APART = frozenset({INPUTS, OUTPUTS, TYPE, MODEL, USAGE, COST, "mlflow.traceRequestId"})


@dataclass(frozen=True)
class Assessment:
    """What a person, a judge or a program said of a trace or of one of its spans. ``value`` is JSON's own."""

    id: str
    name: str
    kind: str  # FEEDBACK, EXPECTATION, or "issue"
    value: object
    source_type: str = ""  # "HUMAN", "LLM_JUDGE", "CODE"
    source_id: str = ""
    rationale: str = ""
    error: str = ""  # why there is no value
    created_ms: int = 0
    span_id: str = ""
    valid: bool = True  # False where another one has taken its place
    overrides: str = ""  # the id of the one whose place it has taken
    run_id: str = ""  # the evaluation run that said it

    @property
    def text(self) -> str:
        """The value as it is read: texts as they are, all else as JSON, an error as its words."""
        if self.value is None and self.error:
            return self.error
        return value_text(self.value)


@dataclass(frozen=True)
class TraceInfo:
    """A trace without its spans. ``took_ms`` is None where nobody has told; tokens and cost likewise."""

    id: str
    experiment_id: str
    state: str
    started_ms: int
    took_ms: int | None
    name: str = ""
    request: str = ""
    response: str = ""
    session: str = ""
    user: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    tokens: int | None = None
    cost: float | None = None
    spans: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    assessments: tuple[Assessment, ...] = ()

    @property
    def run_id(self) -> str:
        return self.metadata.get(RUN_KEY, "")

    @property
    def model_id(self) -> str:
        return self.metadata.get(MODEL_KEY, "")

    @property
    def prompts(self) -> tuple[tuple[str, str], ...]:
        """Name and version of each prompt that it used."""
        try:
            linked = json.loads(self.tags.get(PROMPTS_TAG, "[]"))
        except ValueError:
            return ()
        pairs = linked if isinstance(linked, list) else []
        return tuple(
            (str(pair["name"]), str(pair.get("version", "")))
            for pair in pairs
            if isinstance(pair, dict) and "name" in pair
        )

    @property
    def spans_location(self) -> str:
        return self.tags.get(LOCATION_TAG, "")

    @property
    def is_counted(self) -> bool:
        """Whether its duration says how long it took: one that is open, or whose program died, has part of it."""
        return self.took_ms is not None and self.state != IN_PROGRESS

    @cached_property
    def said(self) -> Mapping[str, Assessment]:
        """What holds of it by name: of several of one name the latest."""
        found: dict[str, Assessment] = {}
        for one in sorted(self.assessments, key=lambda each: each.created_ms):
            if one.valid:
                found[one.name] = one
        return found


@dataclass(frozen=True)
class TracesPage:
    """Some traces, latest first, and where they go on; ``partial`` says why some of them may be missing."""

    infos: tuple[TraceInfo, ...]
    next_token: str | None = None
    partial: str = ""


@dataclass(frozen=True)
class SpanEvent:
    """Something that happened within a span; an exception is one."""

    name: str
    at_ns: int
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """One step of a trace. ``parent_id`` is empty at the root, ``end_ns`` None where it is open; values are JSON's."""

    id: str
    parent_id: str
    name: str
    start_ns: int
    end_ns: int | None
    status: str = "UNSET"  # "OK", "ERROR" or "UNSET"
    message: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()

    @property
    def type(self) -> str:
        found = self.attributes.get(TYPE)
        return found.lower() if isinstance(found, str) else ""

    @property
    def failed(self) -> bool:
        return self.status == ERROR

    @property
    def inputs(self) -> object:
        return self.attributes.get(INPUTS)

    @property
    def outputs(self) -> object:
        return self.attributes.get(OUTPUTS)

    @property
    def model(self) -> str:
        found = self.attributes.get(MODEL)
        return found if isinstance(found, str) else ""

    @property
    def tokens(self) -> int | None:
        return tokens_in(self.attributes.get(USAGE))[2]

    @property
    def cost(self) -> float | None:
        return cost_in(self.attributes.get(COST))

    @property
    def took_ns(self) -> int | None:
        """How long it took; below zero where it ended before it began; None while it is open."""
        return self.end_ns - self.start_ns if self.end_ns is not None else None

    @property
    def exceptions(self) -> tuple[SpanEvent, ...]:
        return tuple(event for event in self.events if event.name == "exception")


@dataclass(frozen=True)
class Trace:
    """A trace with its spans, in no order; ``gone`` says why there are none where there should be some."""

    info: TraceInfo
    spans: tuple[Span, ...]
    gone: str = ""

    @property
    def is_partial(self) -> bool:
        """Whether more may come: it is open, or a span of it is."""
        return self.info.state == IN_PROGRESS or any(span.end_ns is None for span in self.spans)


@dataclass(frozen=True)
class CostOfModel:
    """What the calls of one model cost."""

    model: str
    cost: float


@dataclass(frozen=True)
class TraceMetrics:
    """What a server has counted itself over a span of time."""

    count: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    tokens: int | None
    costs: tuple[CostOfModel, ...] = ()


@dataclass(frozen=True)
class EvaluationSet:
    """An evaluation dataset without its records. ``schema`` is JSON: names and types of what the records hold."""

    id: str
    name: str
    records: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""
    digest: str = ""
    created_ms: int = 0
    updated_ms: int = 0
    created_by: str = ""
    experiment_ids: tuple[str, ...] = ()  # those that use it


@dataclass(frozen=True)
class SetRecord:
    """One record of an evaluation dataset; what it holds is JSON's own, ``trace_id`` is what it was made of."""

    id: str
    inputs: object
    expectations: object = None
    outputs: object = None
    tags: Mapping[str, str] = field(default_factory=dict)
    source: str = ""  # "HUMAN", "TRACE", "CODE", ...
    trace_id: str = ""
    updated_ms: int = 0
    updated_by: str = ""


@dataclass(frozen=True)
class RecordsPage:
    """Some records of a dataset, and where they go on."""

    records: tuple[SetRecord, ...]
    next_token: str | None = None


@dataclass(frozen=True)
class Scorer:
    """The newest version of a scorer that is registered in an experiment; ``definition`` is what it consists of."""

    name: str
    version: int
    kind: str
    model: str = ""
    says: str = ""
    definition: str = ""
    created_ms: int = 0
    experiment_id: str = ""


@dataclass(frozen=True)
class EvaluationRun:
    """A run of ``mlflow.genai.evaluate``. ``means`` are its metrics; a dataset that is not kept has no id."""

    id: str
    name: str
    experiment_id: str
    status: str
    started_ms: int
    took_ms: int | None = None
    means: Mapping[str, float] = field(default_factory=dict)
    dataset: str = ""
    dataset_id: str = ""
    agent: str = ""  # what was evaluated: a logged model, a function, an address


@dataclass(frozen=True)
class Warehouse:
    """A SQL warehouse, through which traces in Unity Catalog are read; ``state`` is Databricks' own word."""

    id: str
    name: str
    state: str

    @property
    def sleeps(self) -> bool:
        """Whether reading would wake it, which is billed."""
        return self.state not in ("RUNNING", "STARTING")


def value_text(value: object) -> str:
    """A JSON value as text: a text as it is, all else as JSON in one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def tokens_in(usage: object) -> tuple[int | None, int | None, int | None]:
    """Input, output and all tokens of a usage; what is missing or no whole number is None."""
    if not isinstance(usage, Mapping):
        return None, None, None
    known = [whole(usage.get(f"{which}_tokens")) for which in ("input", "output", "total")]
    if known[2] is None and known[0] is not None and known[1] is not None:
        known[2] = known[0] + known[1]
    return known[0], known[1], known[2]


def cost_in(cost: object) -> float | None:
    """The whole cost in dollars; None where it is missing or no finite number."""
    found = cost.get("total_cost") if isinstance(cost, Mapping) else None
    if isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found):
        return float(found)
    return None


def whole(value: object) -> int | None:
    """A whole number; None for anything else, NaN included."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return int(value)


# Of what traces are shown: of experiments, of a run, a logged model, a version of a prompt, or a session.


@dataclass(frozen=True)
class TraceScope:
    """Traces of all these experiments, or of those that are said besides. ``called`` is what they are called together.

    ``places`` are ids of experiments, or on Databricks schemas of Unity Catalog; ``prompt`` is NAME/VERSION.
    """

    places: tuple[str, ...]
    called: str = ""
    run_id: str = ""
    more_runs: tuple[str, ...] = ()  # besides that one
    model_id: str = ""
    prompt: str = ""
    session: str = ""

    @staticmethod
    def of_runs(runs: Sequence[EvaluationRun]) -> TraceScope:
        """The traces of evaluation runs together."""
        places = tuple(dict.fromkeys(run.experiment_id for run in runs))
        first, *more = (run.id for run in runs)
        called = runs[0].name if not more else f"{len(runs)} evaluation runs"
        return TraceScope(places, called, run_id=first, more_runs=tuple(more))

    @property
    def parts(self) -> tuple[TraceScope, ...]:
        """Scopes that are read one after the other: MLflow's filter knows no OR, so that runs are asked for alone."""
        return tuple(replace(self, run_id=each, more_runs=()) for each in (self.run_id, *self.more_runs))

    @property
    def filter_string(self) -> str:
        """What MLflow's own filter says of it, of the first of several runs; empty for whole experiments."""
        said = []
        for key, value in ((RUN_KEY, self.run_id), (MODEL_KEY, self.model_id), (SESSION_KEY, self.session)):
            if value:
                said.append(f"metadata.`{key}` = {quoted_value(value)}")
        if self.prompt:
            said.append(f"prompt = {quoted_value(self.prompt)}")
        return " AND ".join(said)

    @property
    def is_whole(self) -> bool:
        """Whether these are all traces of experiments, which a server can count."""
        return not self.filter_string

    @property
    def words(self) -> str:
        """What it is called, cleaned."""
        of = [
            f"{'' if self.more_runs else 'run '}{named(self.called or self.run_id)}" if self.run_id else "",
            f"model {named(self.called or self.model_id)}" if self.model_id else "",
            f"prompt {named(self.prompt)}" if self.prompt else "",
            f"session {named(self.session)}" if self.session else "",
        ]
        return " · ".join(filter(None, of)) or named(self.called) or ", ".join(self.places)
