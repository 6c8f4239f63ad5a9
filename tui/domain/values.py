"""What crosses from a gateway to the rest: plain values, cheap to pickle, with nothing of mlflow in them.

Times are integers, milliseconds since the epoch, UTC, as MLflow records them. Texts are as the server gave them
(hostile until ``domain.text.clean`` has seen them). Those that the first frame needs are in ``domain.experiments``,
which loads in a fraction of the time, and are to be had from here as well.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import quote

from tui.domain.experiments import Experiment, ExperimentPage, Lifecycle, StoreCondition

__all__ = [
    "DatasetInput",
    "Experiment",
    "ExperimentPage",
    "Lifecycle",
    "MetricValue",
    "RegisteredAs",
    "RunDetail",
    "RunReference",
    "RunsPage",
    "ServerInfo",
    "SparseNumbers",
    "SparseTexts",
    "StoreCondition",
    "StoreReport",
    "pages_of",
]


@dataclass(frozen=True)
class SparseTexts:
    """The texts of one key: ``values[i]`` belongs to row ``rows[i]``; rows ascend; a row without the key is absent."""

    rows: array[int]  # typecode "I"
    values: list[str]


@dataclass(frozen=True)
class SparseNumbers:
    """The numbers of one key, last recorded value; NaN is a value, a row without the key is absent."""

    rows: array[int]  # typecode "I"
    values: array[float]  # typecode "d"


@dataclass(frozen=True)
class RunsPage:
    """A page of runs as columns: every sequence has one entry a run, in the server's order.

    ``params``, ``metrics`` and ``tags`` are sparse, by key. ``models[i]`` counts the logged models of run i.
    """

    run_ids: list[str]
    experiment_ids: list[str]
    names: list[str]
    statuses: list[str]  # RUNNING SCHEDULED FINISHED FAILED KILLED
    info: dict[str, list[str]]  # other texts that every run has, by ``filter.names.IN_PAGE``; "" where unknown
    starts_ms: array[int]  # typecode "q"; -1 where unknown
    ends_ms: array[int]  # typecode "q"; -1 where it has not ended
    lifecycles: list[str]  # "active" or "deleted"
    params: dict[str, SparseTexts]
    metrics: dict[str, SparseNumbers]
    tags: dict[str, SparseTexts]
    datasets: SparseTexts  # "name@digest", several joined by ", "
    models: array[int]  # typecode "I"
    next_token: str | None

    def __len__(self) -> int:
        return len(self.run_ids)

    @property
    def value_count(self) -> int:
        """How many metrics, params and tags its runs have together."""
        return sum(len(column.rows) for kind in (self.params, self.metrics, self.tags) for column in kind.values())


@dataclass(frozen=True)
class MetricValue:
    """The last recorded value of a metric; ±Inf as such (SQL stores' ±1.797e308 is undone by the gateway)."""

    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True)
class DatasetInput:
    """A dataset that a run used."""

    name: str
    digest: str
    source_type: str
    source: str  # JSON or text, as recorded
    schema: str
    profile: str
    context: str  # "training", "eval", … or ""


GOING_ON = frozenset({"RUNNING", "SCHEDULED"})
"""Statuses of runs that have no end, whatever end was recorded before they were resumed."""


@dataclass(frozen=True)
class RunDetail:
    """One run in full; one that goes on has no ``end_ms``."""

    run_id: str
    experiment_id: str
    experiment_name: str
    name: str
    status: str
    user: str
    start_ms: int | None
    end_ms: int | None
    lifecycle: str
    artifact_uri: str
    params: dict[str, str]
    metrics: tuple[MetricValue, ...]
    tags: dict[str, str]
    datasets: tuple[DatasetInput, ...]
    logged_model_ids: tuple[str, ...]
    parent_id: str | None

    def __post_init__(self) -> None:
        if self.status in GOING_ON:
            object.__setattr__(self, "end_ms", None)

    @property
    def note(self) -> str:
        return self.tags.get("mlflow.note.content", "")


@dataclass(frozen=True)
class RunReference:
    """Enough of a run to name it and open it."""

    run_id: str
    name: str
    status: str
    lifecycle: str


@dataclass(frozen=True)
class RegisteredAs:
    """A registered model version made from a run, and the aliases that point to it."""

    model: str
    version: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class StoreReport:
    """What is at a tracking URI: its condition and the facts to tell a person."""

    condition: StoreCondition
    tracking_uri: str
    place: str  # a path or host to show; never with a password in it
    revision: str = ""  # schema found
    expected: str = ""  # schema that the installed MLflow wants
    detail: str = ""  # one sentence more, where there is one


@dataclass(frozen=True)
class ServerInfo:
    """What answered: for the status line and for errors."""

    tracking_uri: str  # without credentials
    kind: str  # "sqlite", "http", "databricks", …
    version: str = ""  # of the server, where it says so
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)


# Where a run came from in a Databricks workspace: job, notebook and git folder, from the tags that are set there.


COMMIT_TAG, FOLDER_COMMIT_TAG = "mlflow.source.git.commit", "mlflow.databricks.gitRepoCommit"
_OWN = "mlflow.databricks."


def commit_of(tags: Mapping[str, str]) -> str:
    """The commit that a run was made at: MLflow's own, else that of the git folder in the workspace; "" for none."""
    return tags.get(COMMIT_TAG) or tags.get(FOLDER_COMMIT_TAG) or ""


def origin(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of a name and a few words, each with the page of it; empty for a run of no workspace."""
    own = {key[len(_OWN) :]: value for key, value in tags.items() if key.startswith(_OWN) and value}
    job, run, notebook = own.get("jobID", ""), own.get("jobRunID", ""), own.get("notebookID", "")
    revision = own.get("notebookRevisionID", "")
    found = []
    if job:
        kind = f"  ({own['jobType'].lower()})" if own.get("jobType") else ""
        found.append(("job", f"{job}{kind}{_page(own, 'jobs', job)}"))
    if run:
        found.append(("job run", f"{run}{_page(own, 'jobs', job, 'runs', run) if job else ''}"))
    if notebook or own.get("notebookPath"):
        said = own.get("notebookPath") or notebook
        if revision:
            said += f"  revision {revision}"
        path = ["#notebook", notebook, *(["revision", revision] if revision else [])]
        found.append(("notebook", f"{said}{_page(own, *path) if notebook else ''}"))
    if own.get("gitRepoUrl") or own.get("gitRepoCommit"):
        of = own.get("gitRepoReference", "")
        kind = own.get("gitRepoReferenceType", "")
        parts = [
            _without_account(own.get("gitRepoUrl", "")),
            f"{kind} {of}".strip(),
            own.get("gitRepoRelativePath", ""),
        ]
        found.append(("git folder", "  ".join(part for part in parts if part)))
    if own.get("gitRepoCommit"):
        found.append(("git folder commit", f"{own['gitRepoCommit']}{_commit_page(own)}"))
    if own.get("gitRepoStatus", "").lower() not in ("", "clean", "unknown"):
        found.append(("git folder state", own["gitRepoStatus"]))
    return found


def deployment_page(host: str, deployment: str) -> str:
    """The page of a version's deployment run, from how it is told (``job 12, run 34: …``); "" where it names none."""
    words = deployment.partition(":")[0].replace(",", "").split()
    told = dict(zip(words[::2], words[1::2])) if len(words) % 2 == 0 else {}  # noqa: B905  of one length
    if not host or "job" not in told:
        return ""
    path = ["jobs", told["job"], *(["runs", told["run"]] if "run" in told else [])]
    return f"{host.rstrip('/')}/{'/'.join(quote(part) for part in path)}"


def _page(own: Mapping[str, str], *path: str) -> str:
    """Two blanks and the address of a page; "" where the workspace's address was not kept with the run."""
    host = own.get("workspaceURL") or own.get("webappURL", "")
    if not host:
        return ""
    address = host if "://" in host else f"https://{host}"
    number = own.get("workspaceID", "")
    parts = "/".join(part if part == "#notebook" else quote(part, safe="") for part in path)
    return f"  {address.rstrip('/')}/{f'?o={quote(number)}' if number and parts.startswith('#') else ''}{parts}"


def _commit_page(own: Mapping[str, str]) -> str:
    repository = own.get("gitRepoUrl", "").removesuffix(".git").rstrip("/")
    if not repository.startswith("https://") or "@" in repository:
        return ""  # with whom one signs in there is nobody else's to know
    form = "/-/commit/" if "gitlab" in own.get("gitRepoProvider", "").lower() else "/commit/"
    return f"  {repository}{form}{quote(own['gitRepoCommit'])}"


def _without_account(address: str) -> str:
    scheme, divider, rest = address.partition("://")
    return f"{scheme}{divider}{rest.rpartition('@')[2]}" if divider else address


class _Page(Protocol):
    @property
    def next_token(self) -> str | None: ...


P = TypeVar("P", bound=_Page)


def pages_of(ask: Callable[..., P]) -> Iterator[P]:
    """The pages of a list, each asked for when it is wanted; ``ask`` is given the ``token`` of the one before."""
    token: str | None = None
    while True:
        page = ask(token=token)
        yield page
        token = page.next_token
        if token is None:
            return
