"""Where a screen can lead: values that name a screen and what it shows, so that no screen imports another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui.domain.artifacts import LoggedModel
    from tui.domain.runs.snapshot import FrameSnapshot
    from tui.domain.traces.values import EvaluationRun, TraceInfo, TraceScope
    from tui.domain.values import RunDetail, RunReference, StoreReport


@dataclass(frozen=True)
class RunRoute:
    """The page of a run; ``known`` shows at once what has been read already."""

    run_id: str
    known: RunDetail | None = None


@dataclass(frozen=True)
class ArtifactsRoute:
    """The artifacts of a run or of a logged model, with the cursor on ``path``; ``title`` is what it is called."""

    kind: Literal["run", "model"]
    id: str
    title: str = ""
    path: str = ""


@dataclass(frozen=True)
class ImagesRoute:
    """The images that one or two runs logged by key and step."""

    run_ids: tuple[str, ...]
    known: tuple[RunReference, ...] = ()


@dataclass(frozen=True)
class LoggedModelRoute:
    """The page of a model that a run logged; ``known`` shows at once what has been read already."""

    run_id: str
    model_id: str
    known: LoggedModel | None = None


@dataclass(frozen=True)
class LoggedModelsRoute:
    """The models logged in these experiments, which are called so together."""

    experiment_ids: tuple[str, ...]
    called: str


@dataclass(frozen=True)
class LoggedModelsDiffRoute:
    """What differs between logged models; the first is the baseline."""

    models: tuple[LoggedModel, ...]


@dataclass(frozen=True)
class StoreRoute:
    """What can be done about a store that may not simply be opened; ``opened`` is called when it may after all."""

    report: StoreReport
    opened: Callable[[], None]


@dataclass(frozen=True)
class CompareRoute:
    """A comparison of runs, in their order; of those in ``snapshot``, read at ``as_of_ms``, nothing is asked.

    ``view`` is the pane to begin with ("compare-plots"), ``metric`` what its params are held against, and ``scope``
    says which runs these are where others have been left out. ``group_by`` are the columns by which they are grouped
    at first, as the runs were that are compared.
    """

    run_ids: tuple[str, ...]
    snapshot: FrameSnapshot | None = None
    as_of_ms: int | None = None
    view: str = ""
    metric: str = ""
    scope: str = ""
    group_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequestsRoute:
    """The log of requests."""


@dataclass(frozen=True)
class CurvesRoute:
    """The histories of some metrics of some runs as charts; ``known`` names those runs of which that is known.

    ``elsewhere`` counts the runs of other contexts that belong to these, of which nothing can be drawn here. Where
    there are ``groups``, each a title and its runs, the mean of each is drawn with a standard deviation on both sides.
    """

    run_ids: tuple[str, ...]
    keys: tuple[str, ...]
    known: tuple[RunReference, ...] = ()
    elsewhere: int = 0
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class SweepRoute:
    """The trials of a sweep: the children of ``parent``, or every run of an experiment.

    ``told`` are params and tags of the parent, which may tell how many trials there will be.
    """

    experiment_id: str
    called: str
    parent: str = ""
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ModelRoute:
    """The page of a registered model, with the cursor on the version that ``alias`` names ("latest" is the newest).

    ``stage`` names the newest version in a stage instead, where the registry has stages.
    """

    name: str
    alias: str = ""
    stage: str = ""


@dataclass(frozen=True)
class VersionRoute:
    """The page of one version of a registered model."""

    name: str
    version: str


@dataclass(frozen=True)
class VersionDiffRoute:
    """What differs between two versions of a registered model; the first is the baseline.

    Where they are of two contexts, ``across`` has the context and the model's name there of each.
    """

    name: str
    baseline: str
    other: str
    across: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PromptRoute:
    """The page of a prompt, with the cursor on ``version``, or where ``alias`` points ("latest" is the newest)."""

    name: str
    version: str = ""
    alias: str = ""


@dataclass(frozen=True)
class PromptDiffRoute:
    """What differs between two versions of prompts, of one prompt or of two; the first is the earlier one."""

    name: str
    baseline: str
    other_name: str
    other: str


@dataclass(frozen=True)
class LedgerRoute:
    """Everything written from this machine; of one subject at first, where one is named."""

    subject: str = ""


@dataclass(frozen=True)
class ServingRoute:
    """The serving endpoints, at first those that serve ``model``; only for a context that has them.

    ``ask`` is a version of it that is to be asked at once; ``split`` says that the traffic is to be split at once.
    """

    model: str = ""
    ask: str = ""
    split: bool = False


@dataclass(frozen=True)
class IncidentRoute:
    """What on-call asks of an alias of a model."""

    name: str
    alias: str


@dataclass(frozen=True)
class StandingRoute:
    """How an "endpoint", a "model" or an "experiment" of a workspace stands; ``settings`` are known already."""

    kind: str
    name: str
    id: str = ""
    version: str = ""
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DoctorRoute:
    """What works from here and what does not."""


@dataclass(frozen=True)
class TracesRoute:
    """The traces of a scope, of those that ``filter_string`` leaves on the server, and ``local`` here.

    A scope without places is looked for in every experiment.
    """

    scope: TraceScope
    filter_string: str = ""
    local: str = ""


@dataclass(frozen=True)
class TraceRoute:
    """The page of a trace; ``neighbours`` are those of the list that it was opened from, ``failed`` of them.

    ``known`` shows at once what has been read already; the cursor is on the first failure, or on ``span_id``.
    """

    trace_id: str
    known: TraceInfo | None = None
    neighbours: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    at_failure: bool = False
    span_id: str = ""
    warehouse: str = ""  # through which a trace in Unity Catalog is read


@dataclass(frozen=True)
class TraceDiffRoute:
    """Two traces held against each other."""

    first: str
    second: str


@dataclass(frozen=True)
class TraceGroupsRoute:
    """What these traces share, at first by ``kind``; ``said`` is the filter that has left them.

    Without ``infos`` those of the scope are read. ``since_ms`` parts now from before, as ``since`` says it.
    """

    scope: TraceScope
    infos: tuple[TraceInfo, ...]
    said: str = ""
    kind: str = ""
    since_ms: int = 0
    since: str = ""


@dataclass(frozen=True)
class EvaluationsRoute:
    """What was evaluated in experiments; of the runs over ``dataset`` alone, where one is named."""

    places: tuple[str, ...]
    called: str = ""
    dataset: str = ""
    dataset_id: str = ""


@dataclass(frozen=True)
class EvaluationSetRoute:
    """The page of an evaluation dataset."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class EvaluationDiffRoute:
    """Evaluation runs held against each other, input by input; the first is the baseline."""

    runs: tuple[EvaluationRun, ...]


Route = (
    RunRoute
    | CurvesRoute
    | ArtifactsRoute
    | ImagesRoute
    | LoggedModelRoute
    | LoggedModelsRoute
    | LoggedModelsDiffRoute
    | CompareRoute
    | StoreRoute
    | RequestsRoute
    | SweepRoute
    | ModelRoute
    | VersionRoute
    | VersionDiffRoute
    | PromptRoute
    | PromptDiffRoute
    | LedgerRoute
    | ServingRoute
    | IncidentRoute
    | StandingRoute
    | DoctorRoute
    | TracesRoute
    | TraceRoute
    | TraceDiffRoute
    | TraceGroupsRoute
    | EvaluationsRoute
    | EvaluationSetRoute
    | EvaluationDiffRoute
)
