"""JSON as servers send it, read quickly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


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
