"""HTTP requests to a Databricks workspace, signed by the Databricks SDK and sent once.

Through MLflow or the SDK itself a workspace that is silent or busy is asked again and again for minutes, whatever they
are told, and the status of its answer is lost on the way.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.gateway import guard
from tui.gateway.tracking import answers

# The SDK asks a workspace about itself before the first request. It does without the answer, so it need not wait long.
_ABOUT_SECONDS = 1.5


class Workspace:
    """One workspace and the account it is used with; raises Problem where there are no credentials to be found."""

    def __init__(self, uri: str) -> None:
        from databricks.sdk.core import Config

        ask_hosts_once()
        # Naming no profile leaves the SDK's other ways open, which naming None would shut.
        self._profile = uri.partition("://")[2] or os.environ.get("DATABRICKS_CONFIG_PROFILE", "")
        named: dict[str, Any] = {"profile": self._profile} if self._profile else {}
        try:
            self._config = Config(http_timeout_seconds=_ABOUT_SECONDS, retry_timeout_seconds=1, **named)
        except ValueError as error:
            raise not_signed_in(error, self._profile) from error
        self._connections = requests.Session()
        self._connections.verify = not getattr(self._config, "skip_verify", False)

    def request(
        self,
        endpoint: str,
        method: str,
        *,
        seconds: float,
        extra_headers: Mapping[str, str] | None = None,
        **how: Any,
    ) -> requests.Response:
        """One request, sent once; any status is answered as it came. Raises requests' exceptions, or Problem."""
        try:
            headers = {**self._config.authenticate(), **(extra_headers or {})}
        except ValueError as error:
            raise not_signed_in(error, self._profile) from error
        number = getattr(self._config, "workspace_id", None)
        if number:
            headers["x-databricks-org-id"] = str(number)
        return self._connections.request(
            method, f"{self._config.host}{endpoint}", headers=headers, timeout=seconds, **how
        )


def ask_hosts_once() -> None:
    """Let the SDK ask each host about itself once in a process, and one that did not answer at most once a minute.

    It does so for every client that it makes, and MLflow makes one for every request. What a host has told when it was
    looked for is not asked again.
    """
    from databricks.sdk import config

    ask = getattr(config, "get_host_metadata", None)
    if ask is None or getattr(ask, "asks_once", False):
        return  # an SDK that does not ask at all, or one that has been told already
    from databricks.sdk.oauth import HostMetadata

    def once(host: str, *args: Any, **how: Any) -> Any:
        with _asking:
            found, at_s = _told.get(host, (None, 0.0))
            if found is None or (isinstance(found, ValueError) and time.monotonic() - at_s > _ASK_AGAIN_SECONDS):
                about = guard.said_of_itself(host)
                try:
                    found = HostMetadata.from_dict(about) if about is not None else ask(host, *args, **how)
                except ValueError as error:  # what the SDK's own caller expects, and does without
                    found = error
                _told[host] = found, time.monotonic()
        if isinstance(found, ValueError):
            raise found
        return found

    once.asks_once = True  # type: ignore[attr-defined]  # how it is known again
    config.get_host_metadata = once  # type: ignore[attr-defined]  # which the module uses and does not export


_asking = threading.Lock()
_told: dict[str, tuple[Any, float]] = {}
_ASK_AGAIN_SECONDS = 60.0


def not_signed_in(error: ValueError, profile: str) -> Problem:
    """The problem of a profile, or an environment, that signs nobody in."""
    # What follows the first sentence is the SDK's account of its settings.
    said = answers.one_line(error).split(". Config:")[0].split(" See https://")[0]
    login = f"databricks auth login --profile {profile}" if profile else "databricks auth login"
    return Problem(
        Kind.UNAUTHENTICATED,
        "Could not sign in to Databricks",
        answers.sentence(uris.without_secrets(said)),
        f"Run {login}, or check the profile in ~/.databrickscfg and DATABRICKS_HOST and DATABRICKS_TOKEN.",
    )
