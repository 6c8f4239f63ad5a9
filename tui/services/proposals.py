"""Moves of aliases that agents propose: kept beside the ledger, and confirmed or refused in the deck by a person.

A file of JSON lines, appended to and never rewritten: a line for each proposal, and one for what became of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tui.domain.problem import Kind, Problem

FILE = "proposals.jsonl"
MOST_OPEN = 50
"""Proposals of one registry that may wait: whoever makes more is to wait for a person first."""

_TEXTS = ("id", "place", "context", "model", "alias", "to", "why", "by")


@dataclass(frozen=True)
class Proposal:
    """An alias that is to point to version ``to``; it pointed to ``before`` (None: nowhere) when that was proposed."""

    id: str
    at_ms: int
    place: str  # the registry, as the ledger names it
    context: str
    model: str
    alias: str
    before: str | None
    to: str
    why: str
    by: str
    evidence: tuple[str, ...] = ()
    decided: str = ""  # "confirmed", "refused", "" while it waits


class Proposals:
    """The file in a folder. Every method raises Problem where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    def read(self) -> list[Proposal]:
        """Every proposal, the oldest first; a line that is none is left out."""
        try:
            text = self.file.read_text(encoding="ascii")
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise self._problem("The proposals were not read", error) from None
        found: dict[str, Proposal] = {}
        for line in text.splitlines():
            try:
                said = json.loads(line)
                if "decided" in said:
                    found[said["id"]] = Proposal(**{**vars(found[said["id"]]), "decided": str(said["decided"])})
                else:
                    made = _proposal(said)
                    found[made.id] = made
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
        return list(found.values())

    def waiting(self, place: str, model: str = "") -> list[Proposal]:
        """Those of a registry, or of one model of it, that nobody has decided on."""
        return [one for one in self.read() if one.place == place and not one.decided and model in ("", one.model)]

    def propose(self, said: Proposal) -> Proposal:
        """Keep a proposal, under an id of its own; one that waits already in the same words is not made twice."""
        waiting = self.waiting(said.place)
        for one in waiting:
            if (one.model, one.alias, one.before, one.to) == (said.model, said.alias, said.before, said.to):
                return one
        if len(waiting) >= MOST_OPEN:
            words = f"{len(waiting)} proposals wait for a person already."
            raise Problem(Kind.BAD_REQUEST, "Nothing was proposed", words, "Decide on them in the deck first.")
        made = Proposal(**{**vars(said), "id": uuid.uuid4().hex[:12]})
        kept = {name: value for name, value in asdict(made).items() if name != "decided"}
        self._append(kept)
        return made

    def decide(self, proposal: Proposal, decided: str, at_ms: int) -> None:
        """Keep what became of a proposal."""
        self._append({"id": proposal.id, "decided": decided, "at_ms": at_ms})

    def _append(self, said: Mapping[str, Any]) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                os.write(handle, (json.dumps(said, ensure_ascii=True) + "\n").encode("ascii"))
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise self._problem("The proposals were not written", error) from None

    def _problem(self, title: str, error: Exception) -> Problem:
        reason = getattr(error, "strerror", None) or str(error)
        return Problem(Kind.STORE_UNREADABLE, title, f"{self.file}: {reason}.", "Free the disk, or mend its rights.")


def _proposal(said: Mapping[str, Any]) -> Proposal:
    texts = {name: str(said[name]) for name in _TEXTS}
    before, evidence, at_ms = said["before"], said["evidence"], said["at_ms"]
    if type(at_ms) is not int or not isinstance(evidence, list):
        raise ValueError("proposal")
    return Proposal(
        at_ms=at_ms,
        before=None if before is None else str(before),
        evidence=tuple(str(one) for one in evidence),
        **texts,
    )
