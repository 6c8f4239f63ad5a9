"""What the stores of a context can do, as the gateway tells it; what its URIs alone let expect, before that."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from tui.domain import uris

_MODELS_OF_SERVERS = ("databricks-uc", "uc")
# From which version on a plain MLflow server has it; seen with servers of 2.9, 2.16, 2.22 and 3.x.
PROMPTS_SINCE = (2, 21)
TRACES_SINCE = (2, 14)
LOGGED_MODELS_SINCE = (3, 0)
ASSESSMENTS_SINCE = (3, 2)
EVALUATION_SETS_SINCE = (3, 4)  # and scorers
TRACE_BATCHES_SINCE = (3, 6)
WORKSPACES_SINCE = (3, 10)


class Numbers(Enum):
    """How a registry tells how many versions a model has."""

    COUNTED = "counted"  # by a count of its own, or not at all
    NEWEST_TOLD = "newest told"  # a server's list names the newest version, so that there are at most so many
    UNTOLD = "untold"  # a Unity Catalog's list of models tells nothing of their versions


@dataclass(frozen=True)
class Capabilities:
    """What a context's two stores can do. ``lacking`` names what is absent from this one, for a person."""

    histories_at_once: int = 1000  # runs of which one question tells a metric's history
    whole_histories: bool = True  # whether all of its points, and not samples where it is long
    long_pages: bool = True  # whether runs that come in longer pages cost less, as of a database
    signs_in: bool = False  # whether a plain server may ask who one is
    workspace: bool = False  # a Databricks workspace: accounts, catalogs, serving endpoints
    parted: bool = False  # an MLflow server that is parted into workspaces
    serving: bool = False
    aliases: bool = True
    server_filter: bool = True  # of models, by name and tags
    three_levels: bool = False  # models are named catalog.schema.model, and privileges are on these
    grants: bool = False  # who may do what with a model can be read
    hides: bool = False  # whether what one may not see is left out of lists without a word
    numbers: Numbers = Numbers.COUNTED
    prompts: bool = True
    traces: bool = True
    trace_batches: bool = False  # whether the spans of several traces come in one answer
    logged_models: bool = True
    assessments: bool = True  # of traces: feedback, and what is expected
    evaluation_sets: bool = True  # and scorers
    legacy_registry: bool = False  # a workspace's own, from before Unity Catalog
    registry_called: str = ""  # what a person calls a registry that is not simply MLflow's
    server_version: str = ""  # of a plain server, once it has told
    lacking: tuple[str, ...] = ()

    @property
    def lacks(self) -> str:
        """What is absent, as a clause: ``its interface has no aliases, tags or renaming``; empty where nothing is."""
        if not self.lacking:
            return ""
        *first, last = self.lacking
        who = f"MLflow {self.server_version}" if self.server_version else "its interface"
        return f"{who} has no {' or '.join(part for part in (', '.join(first), last) if part)}"

    @property
    def tells_permissions(self) -> bool:
        """Whether an MLflow server that one signs in to tells one's own permissions."""
        return self.hides and not self.workspace

    @property
    def no_prompts(self) -> str:
        """Why there are no prompts here, in a line; "" where there are."""
        if self.prompts:
            return ""
        if self.server_version:
            return f"MLflow {self.server_version} has no prompts: they came with 2.21"
        return f"There are no prompts here: the {self.registry_called or 'registry'} keeps none"

    @property
    def no_traces(self) -> str:
        """Why there are no traces here, in a line; "" where there are."""
        return "" if self.traces else f"MLflow {self.server_version} has no traces: they came with 2.14"

    @property
    def no_workspaces(self) -> str:
        """Why this is not parted into workspaces, in a line; "" where it is."""
        if self.parted:
            return ""
        at = _numbers(self.server_version)
        if at is not None and at < WORKSPACES_SINCE:
            return f"MLflow {self.server_version} has no workspaces: they came with 3.10"
        if at is not None:
            return "This server has no workspaces: mlflow server --enable-workspaces turns them on"
        return "There are no workspaces here: MLflow servers have them since 3.10"

    @property
    def no_logged_models(self) -> str:
        """Why there are no logged models here, in a line; "" where there are."""
        if self.logged_models:
            return ""
        return f"MLflow {self.server_version} has no logged models: they came with 3.0"

    @property
    def no_assessments(self) -> str:
        """Why nothing can be said of a trace here, in a line; "" where it can."""
        if self.assessments:
            return ""
        return f"MLflow {self.server_version} keeps no assessments of traces: they came with 3.2"

    @property
    def no_evaluation_sets(self) -> str:
        """Why there are no evaluation datasets and scorers here, in a line; "" where there are."""
        if self.evaluation_sets:
            return ""
        if self.server_version:
            return f"MLflow {self.server_version} has no evaluation datasets and no scorers: they came with 3.4"
        return "Databricks keeps them in tables and jobs of its own, which are not read here"


def expected(tracking_uri: str, registry_uri: str) -> Capabilities:
    """What the kinds of two stores can do, by their URIs alone: all that is known before the gateway has answered."""
    tracking, registry = uris.kind(tracking_uri), uris.kind(registry_uri)
    workspace = any(kind in ("databricks", "databricks-uc") for kind in (tracking, registry))
    catalog, plain = registry in _MODELS_OF_SERVERS, registry in uris.HTTP_KINDS
    open_source = registry == "uc"
    called = {"databricks": "legacy registry of the workspace", "uc": "open-source Unity Catalog"}
    return Capabilities(
        histories_at_once=1000 if tracking == "sqlite" else 100 if tracking in (*uris.HTTP_KINDS, "databricks") else 1,
        whole_histories=tracking == "sqlite",
        long_pages=tracking in uris.SQL_KINDS,
        signs_in=tracking in uris.HTTP_KINDS,
        workspace=workspace,
        serving=workspace,
        aliases=not open_source,
        server_filter=not open_source,
        three_levels=catalog,
        grants=registry == "databricks-uc",
        hides=workspace,
        numbers=Numbers.UNTOLD if catalog else Numbers.NEWEST_TOLD if plain else Numbers.COUNTED,
        trace_batches=tracking in uris.SQL_KINDS,
        prompts=registry not in ("uc", "databricks"),  # of which MLflow's client says that they have none
        evaluation_sets=tracking != "databricks",
        legacy_registry=registry == "databricks",
        registry_called=called.get(registry, ""),
        lacking=("aliases", "tags", "renaming") if open_source else (),
    )


def of_server(found: Capabilities, version: str) -> Capabilities:
    """The same where a plain MLflow server of this version keeps both runs and models; any text may be a version."""
    at = _numbers(version)
    if at is None:
        return found
    has = {
        "prompts": at >= PROMPTS_SINCE,
        "traces": at >= TRACES_SINCE,
        "logged models": at >= LOGGED_MODELS_SINCE,
        "removal of an experiment's tags": at >= LOGGED_MODELS_SINCE,
        "assessments": at >= ASSESSMENTS_SINCE,
        "evaluation datasets": at >= EVALUATION_SETS_SINCE,
    }
    return replace(
        found,
        server_version=version,
        prompts=found.prompts and has["prompts"],
        traces=has["traces"],
        trace_batches=at >= TRACE_BATCHES_SINCE,
        logged_models=has["logged models"],
        assessments=has["assessments"],
        evaluation_sets=has["evaluation datasets"],
        lacking=(*found.lacking, *(name for name, there in has.items() if not there)),
    )


def may_be_parted(version: str) -> bool:
    """Whether an MLflow server of this version may have workspaces."""
    at = _numbers(version)
    return at is not None and at >= WORKSPACES_SINCE


def _numbers(version: str) -> tuple[int, int] | None:
    """The first two numbers of a version; None of any other text."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None
