"""JSON as servers send it, read quickly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def whole(value: object) -> int | None:
    """A whole number, which comes as such or, by the rules of protocol buffers, as text; None where there is none.

    Steps and times with a fraction, as other programs than MLflow may send, are rounded, as databases do it.
    """
    if isinstance(value, int):
        return value
    if not isinstance(value, (float, str)):
        return None
    try:
        return int(value) if isinstance(value, str) else round(value)
    except (ValueError, OverflowError):
        pass
    try:
        return round(float(value))
    except (ValueError, OverflowError):
        return None  # no number at all


def object_in(content: bytes) -> Json | None:
    """The object that an answer holds, or None where it holds none."""
    import orjson

    try:
        found = orjson.loads(content)
    except ValueError:
        # NaN as such, halves of surrogate pairs and numbers of any length: the standard library reads them.
        try:
            found = json.loads(content)
        except ValueError:
            return None
    return found if isinstance(found, dict) else None
