"""Places as people name them: MLflow URIs, run ids, and addresses of pages of the MLflow and Databricks web UIs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import parse_qs, unquote, urlsplit

from tui.domain.problem import Kind, Problem

_TRACE_ID = re.compile(r"tr-[0-9a-f]{32}")
_RUN_ID = re.compile(r"[0-9a-fA-F]{32}")
_DATABRICKS_HOST = re.compile(
    r"\.(cloud\.databricks\.(com|us|mil)|databricks\.azure\.(us|cn)|azuredatabricks\.net|gcp\.databricks\.com)$"
)
_FORMS = (
    "runs:/ID, experiments:/NAME-or-ID, models:/NAME, prompts:/NAME, traces:/ID, a run's or a trace's id, or the"
    " address of an MLflow or Databricks page"
)


class PlaceKind(str, Enum):
    """What a place is."""

    EXPERIMENTS = "experiments"  # the list of them
    EXPERIMENT = "experiment"  # the runs of one or several
    RUN = "run"
    RUNS = "runs"  # several runs side by side
    MODELS = "models"
    MODEL = "model"  # or one version of it
    LOGGED_MODEL = "logged model"  # ``model`` is its id
    LOGGED_MODELS = "logged models"  # of an experiment
    PROMPTS = "prompts"
    PROMPT = "prompt"  # or one version of it; ``model`` is its name
    TRACES = "traces"  # of an experiment
    TRACE = "trace"
    ENDPOINTS = "serving endpoints"
    ENDPOINT = "serving endpoint"


@dataclass(frozen=True)
class Place:
    """One place; which fields are filled follows from ``kind``. Nothing in it has been looked up."""

    kind: PlaceKind
    text: str  # as it was given
    server: str = ""  # of a web address: the tracking server's own address, no slash at the end
    workspace: str = ""  # of a web address: the workspace of an MLflow server that it names
    databricks: bool = False  # of a web address: whether the page is a Databricks workspace's
    experiment: str = ""  # a name, or an id; all digits may be either
    experiment_ids: tuple[str, ...] = ()  # where the ids are known for ids
    run_ids: tuple[str, ...] = ()
    artifact_path: str = ""
    filter_string: str = ""  # MLflow's own filter, from a page's address
    model: str = ""
    version: str = ""
    alias: str = ""
    endpoint: str = ""
    trace: str = ""
    view: str = ""  # the key of a view that the web UI keeps of the experiment's runs or traces


def parse_place(text: str) -> Place:
    """The place that a text names.

    Raises Problem (CONFIG) if it names none.
    """
    given = text.strip()
    scheme, colon, rest = given.partition(":")
    if colon and scheme.lower() in ("http", "https"):
        return replace(_web(given), text=text)
    if colon and scheme.lower() == "runs":
        return replace(_run_uri(given, rest), text=text)
    # A name may end in a space, which is no less a part of it.
    rest = text.lstrip().partition(":")[2].rstrip("\r\n")
    if colon and scheme.lower() == "models":
        return replace(_model_uri(given, rest), text=text)
    if colon and scheme.lower() == "prompts":
        return replace(_prompt_uri(given, rest), text=text)
    if colon and scheme.lower() == "experiments":
        name = _after_slash(given, rest)
        return Place(PlaceKind.EXPERIMENT, text, experiment=name)
    if colon and scheme.lower() == "traces":
        return Place(PlaceKind.TRACE, text, trace=_after_slash(given, rest).strip("/"))
    if _TRACE_ID.fullmatch(given):
        return Place(PlaceKind.TRACE, text, trace=given)
    if _RUN_ID.fullmatch(given):
        return Place(PlaceKind.RUN, text, run_ids=(given.lower(),))
    raise _unknown(given, f"A place is {_FORMS}.")


def _unknown(text: str, hint: str) -> Problem:
    return Problem(Kind.CONFIG, "There is no such place", f"“{text}” names nothing that can be opened.", hint)


def _after_slash(given: str, rest: str) -> str:
    name = rest.removeprefix("/")
    if not rest.startswith("/") or not name.strip("/"):
        scheme = given.partition(":")[0]
        raise _unknown(given, f"It would be {scheme}:/ and then a name.")
    return name


def _run_uri(given: str, rest: str) -> Place:
    run_id, _, path = _after_slash(given, rest).lstrip("/").partition("/")
    if not re.fullmatch(r"[\w-]{1,256}", run_id):
        raise _unknown(given, "It would be runs:/ and then a run's id.")
    return Place(PlaceKind.RUN, given, run_ids=(run_id,), artifact_path=path.strip("/"))


def _model_uri(given: str, rest: str) -> Place:
    name = _after_slash(given, rest).strip("/")
    if logged := re.fullmatch(r"(m-[0-9a-f]{32})(?:/(.*))?", name, re.DOTALL):
        return Place(PlaceKind.LOGGED_MODEL, given, model=logged[1], artifact_path=logged[2] or "")
    if "@" in name:
        name, _, alias = name.rpartition("@")
        alias = alias.strip()
        if not name or not re.fullmatch(r"[\w-]+", alias):
            raise _unknown(given, "It would be models:/NAME@ALIAS.")
        return Place(PlaceKind.MODEL, given, model=name, alias=alias)
    name, _, version = name.partition("/")
    return Place(PlaceKind.MODEL, given, model=name, version=version.strip())


def _prompt_uri(given: str, rest: str) -> Place:
    from tui.domain.prompts import uri_parts  # heavier than all the rest of this

    found = uri_parts(f"prompts:{rest}")
    if found is None:
        raise _unknown(given, "It would be prompts:/NAME, prompts:/NAME/VERSION or prompts:/NAME@ALIAS.")
    name, version, alias = found
    return Place(PlaceKind.PROMPT, given, model=name, version=version, alias=alias)


def _web(given: str) -> Place:
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        raise _unknown(given, "Its host or port cannot be read.") from None
    if not parts.hostname or port == 0:
        raise _unknown(given, "It names no host.")
    host = parts.netloc.rpartition("@")[2].lower()
    # MLflow's pages stand behind the `#`; what comes before it is where the server is, prefix and all.
    behind = parts.fragment
    base = Place(PlaceKind.EXPERIMENTS, given, server=f"{parts.scheme.lower()}://{host}")
    workspace = bool(_DATABRICKS_HOST.search(parts.hostname)) or _is_workspace_path(parts.path)
    if behind.startswith("mlflow"):
        base = replace(base, databricks=True)
        path, _, query = behind.removeprefix("mlflow").partition("?")
    elif workspace:
        base = replace(base, databricks=True)
        path, query = parts.path, parts.query
        path = path.removeprefix("/ml") if path.startswith("/ml/") else path
    else:
        prefix = re.sub(r"/(index\.html)?$", "", parts.path)
        path, _, query = behind.partition("?")
        named = parse_qs(query).get("workspace", [""])[0]
        base = replace(base, server=base.server + prefix, workspace=named)
    try:
        page = _page([unquote(step) for step in path.split("/") if step], parse_qs(query), base)
    except ValueError:
        page = None
    if page is None:
        raise _unknown(given, "Pages of experiments, runs, traces, models, prompts and serving endpoints are known.")
    return page


def _is_workspace_path(path: str) -> bool:
    return path.startswith(("/ml/experiments", "/ml/models", "/ml/endpoints", "/ml/compare", "/explore/data/models/"))


def _page(steps: list[str], query: dict[str, list[str]], base: Place) -> Place | None:
    """The place of one page by the steps of its path, or None if the page is of another kind."""
    match steps:
        case [] | ["experiments"]:
            return base
        case ["experiments", experiment_id, "runs", run_id, *rest] if run_id:
            artifact = "/".join(rest[1:]) if rest and rest[0] in ("artifacts", "artifactPath") else ""
            run = replace(base, kind=PlaceKind.RUN, run_ids=(run_id,), artifact_path=artifact)
            return replace(run, experiment_ids=(experiment_id,))
        case ["experiments", experiment_id, "models"]:
            return replace(base, kind=PlaceKind.LOGGED_MODELS, experiment_ids=(experiment_id,))
        case ["experiments", _, "models", model_id, *_]:
            return replace(base, kind=PlaceKind.LOGGED_MODEL, model=model_id)
        case ["experiments", experiment_id, "traces", *_]:
            traces = query.get("selectedEvaluationId") or query.get("selectedTraceId") or [""]
            kind = PlaceKind.TRACE if traces[0] else PlaceKind.TRACES
            view = query.get("traceViewShareKey", [""])[0]
            return replace(base, kind=kind, experiment_ids=(experiment_id,), trace=traces[0], view=view)
        case ["experiments", experiment_id, *_]:
            filter_string, view = (query.get(name, [""])[0] for name in ("searchFilter", "viewStateShareKey"))
            of = replace(base, kind=PlaceKind.EXPERIMENT, experiment_ids=(experiment_id,), view=view)
            return replace(of, filter_string=filter_string)
        case ["compare-experiments", *_]:
            ids = _ids(query, "experiments")
            return replace(base, kind=PlaceKind.EXPERIMENT, experiment_ids=ids) if ids else None
        case ["compare-runs" | "metric", *_]:
            runs = _ids(query, "runs")
            kind = PlaceKind.RUN if len(runs) == 1 else PlaceKind.RUNS
            return replace(base, kind=kind, run_ids=runs, experiment_ids=_ids(query, "experiments")) if runs else None
        case ["models"]:
            return replace(base, kind=PlaceKind.MODELS)
        case ["models", name, ("versions" | "version"), version, *_]:
            return replace(base, kind=PlaceKind.MODEL, model=name, version=version)
        case ["models", name, *_]:
            return replace(base, kind=PlaceKind.MODEL, model=name)
        case ["explore", "data", "models", catalog, schema, name, *rest]:
            version = rest[1] if len(rest) > 1 and rest[0] == "version" else ""
            return replace(base, kind=PlaceKind.MODEL, model=f"{catalog}.{schema}.{name}", version=version)
        case ["prompts"]:
            return replace(base, kind=PlaceKind.PROMPTS)
        case ["prompts", name, *_]:
            return replace(base, kind=PlaceKind.PROMPT, model=name)
        case ["endpoints"]:
            return replace(base, kind=PlaceKind.ENDPOINTS)
        case ["endpoints", name, *_]:
            return replace(base, kind=PlaceKind.ENDPOINT, endpoint=name)
        case _:
            return None


def _ids(query: dict[str, list[str]], name: str) -> tuple[str, ...]:
    """The JSON list of ids in a page's address; raises ValueError for anything else."""
    said = json.loads(query.get(name, ["[]"])[0])
    if not isinstance(said, list) or not all(isinstance(entry, (str, int)) for entry in said):
        raise ValueError(name)
    return tuple(str(entry) for entry in said)
