"""What a context's own process is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.domain import uris

if TYPE_CHECKING:
    from tui.config.launch import Launch


@dataclass(frozen=True)
class HostSpec:
    """One context: where it leads, with which environment, and how many seconds a request may take.

    ``timeout_s`` bounds each HTTP request; what is asked of the host may take a few of them (a database is given a
    minute at least), from the moment that the host begins it.
    ``environment`` is laid over the deck's own.
    """

    tracking_uri: str = field(repr=False)
    registry_uri: str | None = field(repr=False)
    profile: str | None = None
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 8.0
    requests_a_second: float = 5.0  # to a Databricks workspace, where many things are asked for
    own_readers: bool = True

    @property
    def place(self) -> str:
        """The tracking URI as it may be shown."""
        return uris.shown(self.tracking_uri)


def spec_of(launch: Launch) -> HostSpec:
    """What the process of a context is told."""
    return HostSpec(
        tracking_uri=launch.tracking_uri,
        registry_uri=launch.registry_uri,
        profile=launch.profile,
        environment={"MLFLOW_ALLOW_FILE_STORE": "true"} if launch.file_store else {},
        timeout_s=launch.timeout_s,
        requests_a_second=launch.settings.requests_a_second,
        own_readers=launch.settings.readers != "client",
    )
