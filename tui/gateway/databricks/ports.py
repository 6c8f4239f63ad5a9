"""What only a Databricks workspace can be asked, and what any context can be asked about itself, as protocols.

As in ``gateway.ports``, every method may raise ``domain.problem.Problem`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tui.domain.models.grants import Access, Account, Permitted
from tui.domain.serving import Answer, Body, Carried, Endpoint, Event, Sample, Split


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
