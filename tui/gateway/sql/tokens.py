"""Where a list goes on: MLflow's own token, an offset, with what a reader adds and MLflow passes over."""

from __future__ import annotations

import base64
import binascii
import json
from typing import NamedTuple

from tui.gateway.problems import Elsewhere


class Token(NamedTuple):
    """How many came before, the start and id of the last of them, and the number of a listing that is kept."""

    offset: int
    after: tuple[int | None, str] | None = None
    listing: int | None = None


def made(offset: int, *, after: tuple[int | None, str] | None = None, listing: int | None = None) -> str:
    """The text of a token; MLflow's own reading of it finds the offset."""
    said: dict[str, object] = {"offset": offset}
    if after is not None:
        said["after"] = list(after)
    if listing is not None:
        said["listing"] = listing
    return base64.b64encode(json.dumps(said).encode()).decode()


def read(token: str | bytes | None) -> Token:
    """What a token says; raises Elsewhere for what is none, which MLflow has words for."""
    if not token:
        return Token(0)
    try:
        said = json.loads(base64.b64decode(token))
    except (ValueError, binascii.Error) as error:
        raise Elsewhere("this is no token of MLflow's") from error
    offset = said.get("offset") if isinstance(said, dict) else None
    if not isinstance(offset, int) or isinstance(offset, bool) or offset <= 0:
        raise Elsewhere("this token holds no offset")
    after = said.get("after")
    known = isinstance(after, list) and len(after) == 2 and isinstance(after[1], str)
    listing = said.get("listing")
    return Token(offset, (after[0], after[1]) if known else None, listing if isinstance(listing, int) else None)
