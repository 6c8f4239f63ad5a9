"""Ledgers of several machines: handed on as JSON lines, and merged without doubles into a file beside one's own.

What others have written is kept apart from what was written here: undoing and settling look at the own ledger alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.services.downloads import export
from tui.services.ledger import Entry
from tui.services.ledger_rows import as_plain

MERGED = "ledger-merged.jsonl"
_TEXTS = ("what", "context", "place", "subject", "actor", "purpose", "why", "outcome")


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Entries as they are handed on, one JSON object a line."""
    for entry in entries:
        yield json.dumps(as_plain(entry), ensure_ascii=True) + "\n"


def merged(folder: Path) -> list[Entry]:
    """What has been merged on this machine, oldest first. Raises Problem where it cannot be read."""
    file = folder / MERGED
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise _unreadable(file, str(error)) from None
    return read(text, str(file))


def read(text: str, called: str) -> list[Entry]:
    """The entries in what was handed on, oldest first. Raises Problem where a line is none."""
    found: list[Entry] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_entry(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _unreadable(called, f"Line {number} is no entry of a ledger") from None
    return sorted(found, key=lambda entry: (entry.at_ms, entry.number))


def merge(folder: Path, own: Iterable[Entry], others: Iterable[Entry]) -> tuple[int, int]:
    """Add entries to those merged before; answers how many are new, and how many were known.

    One that is known but had not ended when it was handed on takes its end from the later one.
    """
    mine = {identity(entry) for entry in own}
    before = {identity(entry): entry for entry in merged(folder)}
    known = dict(before)
    new = doubles = 0
    for entry in others:
        key = identity(entry)
        earlier = known.get(key)
        if key in mine or (earlier is not None and (entry.ended_ms or 0) <= (earlier.ended_ms or 0)):
            doubles += 1
            continue
        new += earlier is None
        known[key] = entry
    if known != before:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ordered = sorted(known.values(), key=lambda entry: (entry.at_ms, entry.actor, entry.number))
        file = export("".join(lines(ordered)), MERGED, folder, replace=True)
        file.chmod(0o600)
    return new, doubles


def identity(entry: Entry) -> str:
    """What is the same of one entry in every ledger: everything that was recorded before the write but its number."""
    begun = [entry.at_ms, entry.actor, entry.what, entry.place, entry.subject, entry.why, dict(entry.details)]
    return hashlib.sha256(json.dumps(begun, sort_keys=True).encode()).hexdigest()


def _entry(said: Mapping[str, Any]) -> Entry:
    number, at_ms, of, ended_ms = said["number"], said["at_ms"], said.get("of"), said.get("ended_ms")
    if not (type(number) is int and type(at_ms) is int):
        raise ValueError("number")
    details, result = said.get("details") or {}, said.get("result") or {}
    if not (isinstance(details, dict) and isinstance(result, dict)):
        raise ValueError("details")
    texts: dict[str, Any] = {name: str(said.get(name) or "") for name in _TEXTS}
    return Entry(
        number=number,
        at_ms=at_ms,
        of=of if type(of) is int else None,
        details=details,
        ended_ms=ended_ms if type(ended_ms) is int else None,
        result=result,
        **texts,
    )


def _unreadable(what: object, why: str) -> Problem:
    return Problem(
        Kind.STORE_UNREADABLE,
        "The ledger was not read",
        f"{what}: {why}.",
        "mlflow-deck export ledger writes what can be merged.",
    )
