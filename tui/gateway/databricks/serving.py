"""Serving endpoints, asked of a workspace through the Databricks SDK's connection."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import quote

from tui.domain import serving
from tui.domain.problem import Kind, Problem
from tui.domain.serving import MOST_KEPT, MOST_SENT, Answer, Body, Carried, Endpoint, Split, Update
from tui.gateway import problems
from tui.gateway.databricks import serving_json
from tui.gateway.databricks.sdk import Pace, Sdk, asked, asked_text
from tui.gateway.session import Connection

_API = "/api/2.0/serving-endpoints"
_MOST_NUMBERS = 1 << 20


class SdkServing:
    """ServingPort over the SDK's connection; bodies are JSON as it comes and goes."""

    def __init__(self, sdk: Sdk, pace: Pace | None = None, connection: Connection | None = None) -> None:
        self._sdk = sdk
        self._connection = connection
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

    def numbers(self, endpoint: str) -> tuple[serving.Sample, ...]:
        with self._sdk.raised_as(f"Could not read how {endpoint} is doing") as client:
            return serving.samples(asked_text(client, f"{_path(endpoint)}/metrics", _MOST_NUMBERS))

    def events(self, endpoint: str) -> tuple[serving.Event, ...]:
        with self._sdk.raised_as(f"Could not read what has happened to {endpoint}") as client:
            found = serving_json.parts(asked(client, "GET", f"{_path(endpoint)}/events"), "events")
        return tuple(
            serving.Event(
                serving_json.number(one, "timestamp"),
                serving_json.text(one, "type") or serving_json.text(one, "event_type"),
                serving_json.text(one, "message"),
            )
            for one in found
        )

    def query(self, endpoint: str, entity: str, body: Body) -> Answer:
        title = f"Could not ask {endpoint}"
        if self._connection is None or self._connection.kind != "databricks":
            raise Problem(Kind.UNSUPPORTED, title, "The context's tracking server is no Databricks workspace.")
        if body.size > MOST_SENT:
            raise Problem(Kind.BAD_REQUEST, title, f"The request is too large: {body}.")
        of = f"/served-models/{quote(entity, safe='')}" if entity else ""
        path = f"/serving-endpoints/{quote(endpoint, safe='')}{of}/invocations"
        with problems.raised_as(title, self._connection.place):
            began = time.monotonic()
            headers = {"Content-Type": "application/json"}
            answer = self._connection.request(path, "POST", data=body.text.encode(), extra_headers=headers)
            took_ms = round((time.monotonic() - began) * 1000)
        told = answer.content
        served_by = answer.headers.get("served-model-name", "") or entity
        text = told[:MOST_KEPT].decode("utf-8", "replace")
        return Answer(answer.status_code, took_ms, text, served_by, len(told) > MOST_KEPT)

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        """What of the endpoint's settings a change to ``wanted`` would not carry along; sends nothing."""
        return serving_json.body(self._read(endpoint), wanted)[1]

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
            sent, carried = serving_json.body(current, wanted)
            if carried.refusals:
                raise Problem(Kind.BAD_REQUEST, title, " ".join(carried.refusals), "Change it in the workspace.")
            answer = asked(client, "PUT", f"{_path(endpoint)}/config", body=sent)
            return serving_json.not_taken(sent, answer)

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
