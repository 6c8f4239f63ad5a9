"""What a context's gateway can be asked, as protocols that know nothing of mlflow.

The same signatures are implemented by the gateway in the host process and by its proxy in the deck.
Every method may raise ``domain.problem.Problem`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from tui.domain.artifacts import (
    ASK_BYTES,
    HEAD_BYTES,
    ArtifactEntry,
    ArtifactHead,
    ArtifactListing,
    ArtifactRoot,
    Downloaded,
    FolderSize,
    LoggedModel,
    LoggedModelsPage,
)
from tui.domain.models.grants import Access, Account, Permitted
from tui.domain.models.values import (
    CarriedVersion,
    ModelFacts,
    ModelsPage,
    ModelVersion,
    RegisteredModel,
    Registrable,
    SourceModel,
    SourceRun,
    VersionsPage,
)
from tui.domain.preview.values import As, Preview
from tui.domain.prompts import Uses
from tui.domain.series.history import SAMPLE_POINTS, Figures, HistoryPage, MetricHistory
from tui.domain.serving import Answer, Body, Carried, Endpoint, Event, Sample, Split
from tui.domain.traces.values import (
    Assessment,
    EvaluationRun,
    EvaluationSet,
    RecordsPage,
    Scorer,
    Trace,
    TraceInfo,
    TraceMetrics,
    TracesPage,
    Warehouse,
)
from tui.domain.values import (
    Experiment,
    ExperimentPage,
    Lifecycle,
    RegisteredAs,
    RunDetail,
    RunReference,
    RunsPage,
    ServerInfo,
    StoreReport,
)


class StorePort(Protocol):
    """The store as a place, before anything is read from it; answers without importing mlflow where it can."""

    def inspect(self) -> StoreReport:
        """What is at the tracking URI; changes nothing there."""
        ...

    def create(self) -> StoreReport:
        """Create the missing store, by MLflow's own rules."""
        ...

    def migrated_copy(self, folder: str) -> str:
        """Copy an older SQLite store or a folder of files as today's store into ``folder``; answers the copy's URI."""
        ...

    def upgrade(self) -> str:
        """Back an older SQLite store up beside itself, then migrate it; answers the path of the backup."""
        ...


class TrackingPort(Protocol):
    """Experiments and runs."""

    def server(self) -> ServerInfo: ...

    def search_experiments(
        self,
        view: Lifecycle = Lifecycle.ACTIVE,
        *,
        max_results: int = 1000,
        token: str | None = None,
        filter_string: str = "",
    ) -> ExperimentPage:
        """Experiments, last updated first."""
        ...

    def get_experiment(self, experiment_id: str) -> Experiment: ...

    def get_experiment_by_name(self, name: str) -> Experiment: ...

    def count_runs(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        """Active runs of each experiment where that is cheap to know (a local SQL store); else an empty dict."""
        ...

    def search_runs(
        self,
        experiment_ids: Sequence[str],
        *,
        filter_string: str = "",
        view: Lifecycle = Lifecycle.ACTIVE,
        max_results: int = 1000,
        token: str | None = None,
    ) -> RunsPage:
        """A page of runs, latest start first. The server's refusal of ``filter_string`` is a BAD_REQUEST problem."""
        ...

    def get_run(self, run_id: str) -> RunDetail: ...

    def child_runs(self, run_id: str, experiment_id: str, *, max_results: int = 200) -> tuple[RunReference, ...]:
        """Runs whose ``mlflow.parentRunId`` is this run."""
        ...


class WritesPort(Protocol):
    """What may be changed of experiments and runs, one request each; ``services.housekeeping`` alone calls these."""

    def create_experiment(self, name: str) -> str:
        """Make an experiment; answers its id."""
        ...

    def rename_experiment(self, experiment_id: str, name: str) -> None: ...

    def delete_experiment(self, experiment_id: str) -> None:
        """Mark an experiment and every run in it as deleted."""
        ...

    def restore_experiment(self, experiment_id: str) -> None:
        """Take the mark from an experiment and from every run in it, those deleted before it as well."""
        ...

    def tag_experiment(self, experiment_id: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        ...

    def rename_run(self, run_id: str, name: str) -> None: ...

    def delete_run(self, run_id: str) -> None:
        """Mark a run as deleted."""
        ...

    def restore_run(self, run_id: str) -> None: ...

    def tag_run(self, run_id: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None. A SQL store cuts a value after 8 000 characters without a word."""
        ...


class MetricHistoryPort(Protocol):
    """What was recorded of metrics over the life of runs."""

    def sampled(
        self, run_ids: Sequence[str], key: str, *, points: int = SAMPLE_POINTS, steps: tuple[float, float] | None = None
    ) -> dict[str, MetricHistory]:
        """At most ``points`` (never more than 2500) of each of at most 100 runs, between ``steps`` where given.

        A run without the metric has an empty history; a run that is gone has one too, or is left out.
        """
        ...

    def figures(self, run_ids: Sequence[str], key: str) -> dict[str, Figures]:
        """What a metric came to over the life of each run; runs without it, or that are gone, are left out.

        A database is asked by one statement, a server once for a hundred runs, and then by samples.
        """
        ...

    def count_points(self, run_ids: Sequence[str]) -> dict[str, int]:
        """How many points the metrics of at most 100 runs have together, by name; empty where nobody counts them."""
        ...

    def page(self, run_id: str, key: str, *, token: str | None = None) -> HistoryPage:
        """Some points of the whole history, from the beginning or from where the page of ``token`` ended."""
        ...


class ArtifactsPort(Protocol):
    """Files of runs and of logged models."""

    def list_folder(self, root: ArtifactRoot, path: str = "") -> ArtifactListing:
        """One folder, one level; entries that a store places outside of it are left out."""
        ...

    def logged_models(self, run_id: str, *, told: bool = False) -> tuple[LoggedModel, ...]:
        """The models that a run logged, oldest first; their folders are not in the run's own listing."""
        ...

    def models_of(
        self, experiment_ids: Sequence[str], *, max_results: int = 100, token: str | None = None
    ) -> LoggedModelsPage:
        """A page of the models that were logged in these experiments, newest first."""
        ...

    def logged_model(self, model_id: str) -> LoggedModel:
        """One logged model."""
        ...

    def head(self, root: ArtifactRoot, path: str, *, most: int = HEAD_BYTES) -> ArtifactHead:
        """The first ``most`` bytes of a file; no more than these travel where the store can send parts."""
        ...

    def preview(
        self,
        root: ArtifactRoot,
        path: str,
        *,
        size: int | None = None,
        most: int = HEAD_BYTES,
        whole_most: int = ASK_BYTES,
        shown_as: As = "auto",
        fine: tuple[int, int] | None = None,
    ) -> Preview:
        """What ``most`` bytes of a file show. Where only the whole file shows anything, ``whole_most`` may travel.

        ``fine`` asks for a picture in pixels as well, no more of them than so many across and down.
        """
        ...

    def measure(self, root: ArtifactRoot, path: str, *, token: str = "") -> FolderSize:
        """Everything below a folder, counted; ``cancel(token)`` stops it."""
        ...

    def download(
        self,
        root: ArtifactRoot,
        entry: ArtifactEntry,
        destination: str,
        *,
        name: str = "",
        token: str = "",
        on_progress: Callable[[int, int, str], None] | None = None,
    ) -> Downloaded:
        """Bring a file or folder into the folder ``destination``, as ``name`` or one like it that is free.

        Whole or not at all. ``on_progress`` is told bytes done, bytes in all (0 while files are counted: then the
        files found so far) and the file under way. Raises CANCELLED after ``cancel(token)``.
        """
        ...

    def cancel(self, token: str) -> None:
        """Stop what was begun, or is about to be begun, with that token."""
        ...


class RegistryPort(Protocol):
    """Registered models."""

    def registered_as(self, ids: Sequence[str]) -> dict[str, tuple[RegisteredAs, ...]]:
        """Versions made from these runs, or whose source is one of these logged models; ids without one are absent."""
        ...

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        """A page of registered models by name; prompts, which MLflow keeps among them, are left out.

        Unity Catalog tells little of each: such a model is not whole, and ``get_models`` reads the rest.
        """
        ...

    def get_model(self, name: str) -> RegisteredModel:
        """A model with its aliases, which only this tells reliably."""
        ...

    def get_models(self, names: Sequence[str]) -> tuple[RegisteredModel, ...]:
        """These models whole, or with the reason why one could not be read; those that are gone are absent."""
        ...

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        """Where these aliases point; one that points nowhere is absent. Quick, however many versions there are."""
        ...

    def count_versions(self, names: Sequence[str]) -> dict[str, int]:
        """Versions of each model where that is cheap to know (a local SQL store); else an empty dict."""
        ...

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        """A page of a model's versions, newest first."""
        ...

    def get_version(self, name: str, version: str) -> ModelVersion: ...

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        """These versions, by (model, version); those that do not exist are absent."""
        ...

    def version_facts(self, name: str, version: str) -> ModelFacts:
        """What the version's files say; where they cannot be read the answer says why."""
        ...

    def input_example(self, name: str, version: str) -> str:
        """A version's input example as a request to a server, as JSON; "" where it has none that can be sent."""
        ...

    def source_runs(self, run_ids: Sequence[str]) -> dict[str, SourceRun]:
        """Runs by id, deleted ones too; one that is not there has the lifecycle MISSING."""
        ...

    def source_models(self, model_ids: Sequence[str], experiment_ids: Sequence[str] = ()) -> dict[str, SourceModel]:
        """Logged models by id, with their metrics; one that is gone is MISSING. They are searched for in batches.

        ``experiment_ids`` are those that they are in, where that is known: one that is not found there is gone.
        """
        ...

    def registrable(self, run_id: str) -> tuple[Registrable, ...]:
        """What of a run can be registered."""
        ...

    def registrable_at(self, uri: str) -> Registrable | None:
        """The model at ``runs:/ID/PATH`` or ``models:/m-ID``; None where no model is there."""
        ...

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version. ``services.alias_moves`` alone calls this."""
        ...

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away, if it is there. ``services.alias_moves`` alone calls this."""
        ...

    def create_model(self, name: str, description: str = "") -> None: ...

    def rename_model(self, name: str, new_name: str) -> None: ...

    def describe_model(self, name: str, description: str) -> None: ...

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        ...

    def delete_model(self, name: str) -> None:
        """Delete a model with all its versions and aliases."""
        ...

    def create_version(
        self, name: str, uri: str, *, run_id: str = "", model_id: str = "", description: str = ""
    ) -> str:
        """A new version made from ``runs:/ID/PATH``, ``models:/m-ID`` or any source; answers its number."""
        ...

    def copy_version(self, name: str, version: str, to: str) -> str:
        """Copy a version to another model, made where it is missing; answers the new version's number."""
        ...

    def fetch_version(self, name: str, version: str, folder: str) -> dict[str, str]:
        """Bring a version's files into a folder that is there and empty; answers the SHA-256 of each by its path."""
        ...

    def source_params(self, run_id: str) -> dict[str, str]:
        """The params of a run; none of one that is not there."""
        ...

    def carry_version(self, to: str, carried: CarriedVersion, source: SourceRun | None = None) -> str:
        """A version with files from another registry, whose hashes are compared before it is made; its number.

        The files are put into a run of their own, which gets their params and the metrics of ``source``, and which is
        deleted, or named in the problem, where no version comes of it.
        """
        ...

    def describe_version(self, name: str, version: str, description: str) -> None: ...

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        ...

    def delete_version(self, name: str, version: str) -> None:
        """Delete a version; its aliases go with it."""
        ...


class TracesPort(Protocol):
    """Traces of experiments."""

    def search(
        self,
        places: Sequence[str],
        *,
        filter_string: str = "",
        max_results: int = 500,
        token: str | None = None,
        warehouse: str = "",
    ) -> TracesPage:
        """A page of traces without their spans, latest first. ``places`` are ids of experiments.

        On Databricks a place may be a schema of Unity Catalog, which is read by way of the SQL ``warehouse``.
        """
        ...

    def info(self, trace_id: str) -> TraceInfo: ...

    def trace(self, trace_id: str, *, location: str = "", warehouse: str = "") -> Trace:
        """A trace with its spans, as many as there are by now; ``location`` is where they lie, as far as is known."""
        ...

    def several(self, trace_ids: Sequence[str]) -> tuple[Trace, ...]:
        """Traces with their spans, in any order and in one answer; those not yet whole, or gone, are left out.

        Only where ``Capabilities.trace_batches`` says so, and of traces whose spans lie in the tracking store.
        """
        ...

    def metrics(self, places: Sequence[str], start_ms: int, end_ms: int) -> TraceMetrics:
        """What the server itself counts of all traces of experiments; UNSUPPORTED or NOT_FOUND where it does not."""
        ...

    def warehouses(self) -> tuple[Warehouse, ...]:
        """The SQL warehouses of a Databricks workspace and whether they sleep; asking wakes none."""
        ...


class EvaluationsPort(Protocol):
    """What judges said of an agent over a dataset: the runs that asked them, the datasets, the scorers."""

    def runs(
        self, experiment_ids: Sequence[str], *, dataset: str = "", max_results: int = 200
    ) -> tuple[EvaluationRun, ...]:
        """The evaluation runs of experiments, latest first; with ``dataset``, those over a dataset of that name."""
        ...

    def sets(self, experiment_ids: Sequence[str]) -> tuple[EvaluationSet, ...]:
        """The evaluation datasets of these experiments."""
        ...

    def dataset(self, dataset_id: str) -> EvaluationSet: ...

    def records(self, dataset_id: str, *, max_results: int = 500, token: str | None = None) -> RecordsPage:
        """A page of a dataset's records, in the order in which they were added."""
        ...

    def traces_in(self, dataset_id: str) -> frozenset[str]:
        """The ids of the traces that a dataset has a record of."""
        ...

    def scorers(self, experiment_ids: Sequence[str]) -> tuple[Scorer, ...]:
        """The newest version of each scorer that is registered in these experiments."""
        ...


class TraceWritesPort(Protocol):
    """What may be changed of traces, one request each; ``services.trace_writes`` alone calls these."""

    def assess(self, trace_id: str, said: Assessment, overrides: str = "") -> str:
        """Add an assessment, in the place of the one with the id ``overrides`` if any; answers its id."""
        ...

    def reassess(self, trace_id: str, said: Assessment) -> None:
        """Give the assessment of that id another value and rationale."""
        ...

    def unassess(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment, if it is there; what it had taken the place of holds again."""
        ...

    def tag(self, trace_id: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        ...

    def add_to_set(self, dataset_id: str, trace_ids: Sequence[str]) -> None:
        """Make a record of each trace in an evaluation dataset; what has the same inputs there is updated."""
        ...


class PromptsPort(Protocol):
    """Prompts: registered models with a tag, of which what is asked for models answers that they are not there.

    The methods are called as those of ``RegistryPort`` that do the same for models, and answer with the same values.
    """

    def search_models(self, *, filter_string: str = "", max_results: int = 200, token: str | None = None) -> ModelsPage:
        """A page of prompts by name, with their aliases and their newest version."""
        ...

    def get_model(self, name: str) -> RegisteredModel: ...

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        """Where these aliases point; one that points nowhere is absent."""
        ...

    def search_versions(self, name: str, *, max_results: int = 1000, token: str | None = None) -> VersionsPage:
        """A page of a prompt's versions, newest first; what each says is in its tags."""
        ...

    def get_versions(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ModelVersion]:
        """These versions, by (prompt, version); those that do not exist are absent."""
        ...

    def uses(self, name: str, version: str, *, most: int = 100) -> Uses:
        """The runs and traces that used a version, newest first, so many of each at most."""
        ...

    def recent_uses(self, name: str, versions: Sequence[str], since_ms: int) -> dict[str, int]:
        """How many traces since then used each of these versions, counted up to 500; without traces it is empty."""
        ...

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version. ``services.alias_moves`` alone calls this."""
        ...

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away, if it is there. ``services.alias_moves`` alone calls this."""
        ...

    def describe_model(self, name: str, description: str) -> None: ...

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        ...

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        ...


# How far a long operation has come: reported by whoever does it, without knowing who listens.


Listener = Callable[[int, int, str], None]
"""Called with what is done, of how much (0 where unknown), and what is being done."""

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


@contextmanager
def reported_to(listener: Listener) -> Iterator[None]:
    """Within this block, in this thread, ``report`` reaches ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report(done: int, total: int, doing: str) -> None:
    """Say how far the present operation has come; nothing happens where nobody listens."""
    listener = _listener.get()
    if listener:
        listener(done, total, doing)


# What any context can be asked about itself, and what only a Databricks workspace can be asked.


class DiagnosisPort(Protocol):
    """A context as something that works or does not."""

    def reach(self) -> str:
        """The host and port that a connection came about with; "" where the store is no server."""
        ...

    def clock_ahead_s(self) -> float | None:
        """How many seconds this machine's clock is ahead of the server's Date; None where there is none to compare."""
        ...

    def my_permission(self, kind: str, name: str) -> str:
        """What one may do with an "experiment" (by its id) or a "registered_model": MLflow's word, "EDIT" for one.

        It is one's effective permission, and "" where the server does not tell, as all do that nobody signs in to.
        """
        ...

    def workspaces(self) -> tuple[tuple[str, str], ...]:
        """Names and descriptions of those workspaces of an MLflow server that one may see; UNSUPPORTED without any."""
        ...

    def loaded(self) -> None:
        """Answers when MLflow has been imported."""
        ...

    def software(self) -> tuple[tuple[str, str], ...]:
        """Pairs of a name and a version: what the context's process runs on."""
        ...


class CatalogPort(Protocol):
    """Who one is in a workspace, its Unity Catalog, and what one may do there."""

    def me(self) -> Account:
        """Who is signed in; asked of the workspace once."""
        ...

    def home_folder(self) -> str:
        """The folder of that person's experiments, with a slash at its end; asked of the workspace once."""
        ...

    def metastore(self) -> str:
        """The name or id of the metastore that the workspace is assigned to; UNSUPPORTED where there is none."""
        ...

    def catalogs(self) -> tuple[str, ...]: ...

    def schemas(self, catalog: str) -> tuple[str, ...]: ...

    def models(self, catalog: str, schema: str) -> tuple[str, ...]:
        """The full names of the registered models of a schema that may be seen."""
        ...

    def access(self, name: str) -> Access:
        """What one may do with a catalog, a schema or a model (which need not exist), and with what it lies in."""
        ...

    def who_may(self, kind: str, name: str) -> tuple[Permitted, ...]:
        """Who may do what with a "model" by its name, an "experiment" or an "endpoint" by its id."""
        ...

    def depends_on(self, model: str, version: str) -> tuple[tuple[str, str], ...]:
        """What a version of a model was made from or calls: pairs of "table", "function", … and a full name."""
        ...


class ServingPort(Protocol):
    """Serving endpoints."""

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every endpoint that may be seen, as a list tells them: without traffic and workloads."""
        ...

    def endpoint(self, name: str) -> Endpoint: ...

    def details(self, names: Sequence[str]) -> tuple[Endpoint, ...]:
        """These endpoints whole, or with the reason why one could not be read; those that are gone are left out."""
        ...

    def server_log(self, endpoint: str, entity: str) -> str:
        """The last lines of a served entity's model server."""
        ...

    def build_log(self, endpoint: str, entity: str) -> str:
        """What was said while a served entity's container was built."""
        ...

    def numbers(self, endpoint: str) -> tuple[Sample, ...]:
        """The numbers of an endpoint's health, as the workspace gives them out for monitoring."""
        ...

    def events(self, endpoint: str) -> tuple[Event, ...]:
        """What has happened to an endpoint."""
        ...

    def query(self, endpoint: str, entity: str, body: Body) -> Answer:
        """Send a request to an endpoint, or to one of what it serves, once; any answer is one."""
        ...

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        """What of the endpoint's settings a change to ``wanted`` would not carry along; changes nothing."""
        ...

    def change(self, endpoint: str, expected: Split, wanted: Split) -> tuple[str, ...]:
        """Begin to serve this instead; refuses (BAD_REQUEST) where something else than ``expected`` is served by now.

        What is not in a split (sizes, environment, …) each entity keeps; one that was not there before takes it from
        one of the same model. Answers with what the workspace has not taken as it was sent, as paths of its JSON.
        ``services.serving_changes`` alone calls this.
        """
        ...
