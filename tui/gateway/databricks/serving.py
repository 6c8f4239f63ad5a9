"""Serving endpoints, asked of a workspace through the Databricks SDK's connection."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import Carried, Endpoint, Split, Update
from tui.gateway.databricks import serving_body, serving_json
from tui.gateway.databricks.pace import Pace
from tui.gateway.databricks.sdk import Sdk, asked

_API = "/api/2.0/serving-endpoints"


class SdkServing:
    """ServingPort over the SDK's connection; bodies are JSON as it comes and goes."""

    def __init__(self, sdk: Sdk, pace: Pace | None = None) -> None:
        self._sdk = sdk
        self._pace = pace or Pace()

    def endpoints(self) -> tuple[Endpoint, ...]:
        with self._sdk.raised_as("Could not list the serving endpoints") as client:
            listed = serving_json.parts(asked(client, "GET", _API), "endpoints")
            return tuple(serving_json.endpoint(found, whole=False) for found in listed)

    def endpoint(self, name: str) -> Endpoint:
        return serving_json.endpoint(self._read(name), whole=True)

    def details(self, names: Sequence[str]) -> tuple[Endpoint, ...]:
        return self._pace.each(names, self.endpoint, unread)

    def server_log(self, endpoint: str, entity: str) -> str:
        return self._log(endpoint, entity, "logs", f"Could not read the server's log of {entity}")

    def build_log(self, endpoint: str, entity: str) -> str:
        return self._log(endpoint, entity, "build-logs", f"Could not read the build's log of {entity}")

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        """What of the endpoint's settings a change to ``wanted`` would not carry along; sends nothing."""
        return serving_body.body(self._read(endpoint), wanted)[1]

    def change(self, endpoint: str, expected: Split, wanted: Split) -> tuple[str, ...]:
        """Begin to serve ``wanted``, if ``expected`` is what is served by now; answers before it is done."""
        title = f"Could not change the endpoint {endpoint}"
        with self._sdk.raised_as(title, once=True) as client:
            current = asked(client, "GET", _path(endpoint))
            now = serving_json.endpoint(current, whole=True)
            if now.update is Update.RUNNING:
                raise Problem(
                    Kind.BAD_REQUEST,
                    title,
                    "It is being updated just now.",
                    "Wait until that is over, then look again.",
                )
            if now.config.split != expected:
                raise Problem(
                    Kind.BAD_REQUEST, title, "It serves something else by now than what was shown.", "Look again."
                )
            sent, carried = serving_body.body(current, wanted)
            if carried.refusals:
                raise Problem(Kind.BAD_REQUEST, title, " ".join(carried.refusals), "Change it in the workspace.")
            answer = asked(client, "PUT", f"{_path(endpoint)}/config", body=sent)
            return serving_body.not_taken(sent, answer)

    def _read(self, name: str) -> serving_json.Json:
        with self._sdk.raised_as(f"Could not read the endpoint {name}") as client:
            return asked(client, "GET", _path(name))

    def _log(self, endpoint: str, entity: str, which: str, title: str) -> str:
        with self._sdk.raised_as(title) as client:
            path = f"{_path(endpoint)}/served-models/{quote(entity, safe='')}/{which}"
            return serving_json.text(asked(client, "GET", path), "logs")


def _path(endpoint: str) -> str:
    return f"{_API}/{quote(endpoint, safe='')}"


def unread(name: str, problem: Problem) -> Endpoint:
    """An endpoint of which only the name is known, with the reason why."""
    said = " ".join(part for part in (problem.message, problem.hint if problem.wait_s else "") if part)
    return Endpoint(name, unread=said)
