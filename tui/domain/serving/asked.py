"""A request to a serving endpoint and its answer, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

MOST_SENT = 1 << 20  # bytes of a request; a serving endpoint takes at most 16 MB
MOST_KEPT = 64 << 10  # bytes of an answer that are kept
_FORMS = frozenset(("inputs", "messages", "input", "dataframe_split", "dataframe_records"))


@dataclass(frozen=True)
class Body:
    """What is sent. Its content is never told to a log: as text it is its size."""

    text: str

    @property
    def size(self) -> int:
        return len(self.text.encode())

    def __str__(self) -> str:
        return f"{self.size} bytes"

    __repr__ = __str__


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, how long it took, the body (cut where it is long), and who it came from."""

    status: int
    took_ms: int
    text: str
    served_by: str = ""
    is_cut: bool = False

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300


def body_refusal(text: str) -> str:
    """Why a text cannot be sent, as a sentence; "" where it can."""
    if len(text.encode()) > MOST_SENT:
        return f"It is too large: {len(text.encode())} bytes, {MOST_SENT} is the most."
    try:
        found = json.loads(text)
    except ValueError as error:
        return f"It is no JSON: {error}."
    return "" if isinstance(found, dict) else "A serving endpoint takes a JSON object."


def as_request(example: str, *, is_ready: bool) -> str:
    """What is sent for a version's input example; ``is_ready`` says that it was kept in the form of a request."""
    if is_ready:
        return example
    try:
        found = json.loads(example)
    except ValueError:
        return example
    if isinstance(found, Mapping) and "data" in found and not {"dataframe_split", "inputs"} & found.keys():
        return json.dumps({"dataframe_split": found})
    if isinstance(found, Mapping) and {"inputs", "messages", "input", "dataframe_split", "dataframe_records"} & {
        *found
    }:
        return example
    return json.dumps({"inputs": found})
