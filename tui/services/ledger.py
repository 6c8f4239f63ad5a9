"""The ledger: an append-only file of everything written to servers from this machine, one JSON object a line.

Before a write its intention is recorded, afterwards its outcome; a write whose process died in between stays open
and can be settled later by looking at the server. Lines are never changed: one torn by a crash or a full disk is
skipped and told of. The file belongs to its owner alone, and each append holds the file's lock.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import pwd
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.services.clock import Clock

OPEN = "open"
"""The outcome of an entry of which only the intention is recorded."""

UNSETTLED = (OPEN, "unknown")
"""Outcomes of which the last word has not been said."""

_ROOM = 16 * 1024  # bytes, more than an entry holds
_TEXTS = ("what", "context", "place", "subject", "actor", "purpose", "why")
_TAIL = 65536
_REMEDIES = {
    errno.ENOSPC: "Free the disk",
    errno.EDQUOT: "Free the disk",
    errno.EISDIR: "Move it away",
    errno.EINVAL: "Move it away",
}
_LOCK_TRIES = 100
_LOCK_WAIT_S = 0.05


@dataclass(frozen=True)
class Entry:
    """One write: who meant to do what to what and why, and how it ended.

    ``details`` were recorded before it, ``result`` after it; ``outcome`` is OPEN while nothing was.
    """

    number: int
    at_ms: int
    what: str  # "aliases", "version.delete", …
    context: str
    place: str  # the server's address, without credentials
    subject: str  # the model, run or experiment
    actor: str
    purpose: str = ""
    of: int | None = None  # the entry that this one undoes, finishes or puts back
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = OPEN
    ended_ms: int | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """The entries in order, and a sentence for each line that could not be read."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]


class Ledger:
    """One ledger file; every method may be called from any thread. Writing raises Problem (STORE_UNREADABLE)."""

    def __init__(self, file: Path, clock: Clock, actor: str) -> None:
        self.file = file
        self.actor = actor
        self._clock = clock
        # Locks of the system are for processes; this one is for the threads of ours.
        self._lock = threading.Lock()

    def now_ms(self) -> int:
        """The time as entries are given it."""
        return self._clock.now_ms()

    def begin(
        self,
        *,
        what: str,
        context: str,
        place: str,
        subject: str,
        purpose: str = "",
        of: int | None = None,
        why: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """Record what is about to be done; answers the entry's number."""
        return self._append(
            None,
            {
                "record": "begin",
                "what": what,
                "context": context,
                "place": place,
                "subject": subject,
                "actor": self.actor,
                "purpose": purpose,
                "of": of,
                "why": why,
                "details": dict(details or {}),
            },
        )

    def end(self, number: int, outcome: str, result: Mapping[str, Any] | None = None) -> None:
        """Record how it ended; a later call for the same entry settles what was not known before."""
        self._append(number, {"record": "end", "outcome": outcome, "result": dict(result or {})})

    def settle(self, number: int, outcome: str, result: Mapping[str, Any] | None = None) -> None:
        """Record what looking at the server told of an entry, unless its own end has been recorded in the meantime.

        Another deck may have been in the middle of that very write while this one looked: it knows better.
        """
        self._append(
            number,
            {"record": "end", "outcome": outcome, "result": dict(result or {})},
            only_if=lambda entries: number in entries and entries[number].outcome in UNSETTLED,
        )

    def read(self) -> Contents:
        """Everything recorded; a ledger that does not exist is empty. Raises Problem where it may not be read."""
        try:
            self._refuse_what_is_no_file()
            content = self.file.read_bytes()
        except FileNotFoundError:
            return Contents((), ())
        except OSError as error:
            raise self._problem("Could not read the ledger", error) from None
        entries, told = _entries_of(content)
        faults = [f"Line {number} of {self.file} {fault}; it was skipped." for number, fault in told]
        return Contents(tuple(entries[number] for number in sorted(entries)), tuple(faults))

    def check(self) -> Problem | None:
        """What is in the way of recording, found out without recording anything; None where it can be.

        As much as an entry holds is written beside the ledger and taken away: a full disk shows only so.
        """
        try:
            with self._opened(), tempfile.NamedTemporaryFile(dir=self.file.parent, prefix=".room-") as room:
                _write_all(room.fileno(), b"\n" * _ROOM)
                os.fsync(room.fileno())
                return None
        except OSError as error:
            return self._problem("The ledger cannot be written", error)
        except Problem as problem:
            return problem

    # writing

    def _append(
        self, number: int | None, record: dict[str, Any], only_if: Callable[[Mapping[int, Entry]], bool] | None = None
    ) -> int:
        try:
            with self._lock, self._opened() as handle:
                size = os.fstat(handle).st_size
                if number is not None and only_if is not None and not only_if(_entries_of(_read_all(handle, size))[0]):
                    return number
                whole_lines = size == 0 or os.pread(handle, 1, size - 1) == b"\n"
                if number is None:
                    number = self._last_number(handle, size) + 1
                now_ms = self._clock.now_ms()
                at = datetime.fromtimestamp(now_ms / 1000, timezone.utc).isoformat(timespec="milliseconds")
                line = json.dumps({"n": number, "at": at, "at_ms": now_ms, **record}, ensure_ascii=True)
                _write_all(handle, (b"" if whole_lines else b"\n") + line.encode("ascii") + b"\n")
                os.fsync(handle)
                return number
        except OSError as error:
            raise self._problem("The ledger cannot be written", error) from None

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        made = not self.file.exists()
        self._refuse_what_is_no_file()
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take_lock(handle)
            if os.fstat(handle).st_mode & 0o077:
                os.fchmod(handle, 0o600)
            if made:
                _sync_folder(self.file.parent)
            yield handle
        finally:
            os.close(handle)  # gives the lock back

    def _refuse_what_is_no_file(self) -> None:
        """Raise OSError for a folder, a pipe or a device: one of those may block for ever, or never end."""
        if self.file.exists() and not self.file.is_file():
            code = errno.EISDIR if self.file.is_dir() else errno.EINVAL
            raise OSError(code, "it is a folder" if self.file.is_dir() else "it is no regular file")

    def _owner(self) -> str:
        """Whose the ledger is, where it is somebody else's: made with sudo, for instance."""
        try:
            owner = self.file.stat().st_uid
        except OSError:
            return ""
        if owner == os.getuid():
            return ""
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"user {owner}"
        return f" It belongs to {name}."

    def _take_lock(self, handle: int) -> None:
        waiting = threading.Event()
        for _ in range(_LOCK_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting.wait(_LOCK_WAIT_S)
                continue
            return
        raise Problem(
            Kind.STORE_UNREADABLE,
            "The ledger cannot be written",
            f"Another program has held {self.file} for {_LOCK_TRIES * _LOCK_WAIT_S:g} s.",
            "End it, or try again.",
        )

    def _last_number(self, handle: int, size: int) -> int:
        start = max(0, size - _TAIL)
        while True:
            lines = os.pread(handle, size - start, start).split(b"\n")
            for line in reversed(lines[1 if start else 0 :]):
                number = _number(line)
                if number is not None:
                    # Ends of older entries may come last: numbers only ever grow with beginnings.
                    return max(number, self._greatest(lines))
            if not start:
                return 0
            start = 0

    @staticmethod
    def _greatest(lines: list[bytes]) -> int:
        return max((number for line in lines if (number := _number(line)) is not None), default=0)

    def _problem(self, title: str, error: OSError) -> Problem:
        reason = error.strerror or type(error).__name__
        first = _REMEDIES.get(error.errno or 0, "Change its permissions")
        return Problem(
            Kind.STORE_UNREADABLE,
            title,
            f"{self.file}: {reason}.{self._owner()}",
            f"{first}, or set XDG_STATE_HOME to another folder.",
        )


def _read_all(handle: int, size: int) -> bytes:
    parts, at = [], 0
    while at < size and (part := os.pread(handle, size - at, at)):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _entries_of(content: bytes) -> tuple[dict[int, Entry], list[tuple[int, str]]]:
    """The entries in a ledger's bytes, and what is wrong with which lines."""
    entries: dict[int, Entry] = {}
    faults: list[tuple[int, str]] = []
    for line_number, line in enumerate(content.split(b"\n"), start=1):
        fault = _take(line, entries) if line.strip() else ""
        if fault:
            faults.append((line_number, fault))
    return entries, faults


def _number(line: bytes) -> int | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    number = record.get("n") if isinstance(record, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _take(line: bytes, entries: dict[int, Entry]) -> str:
    """Take a line into the entries; answers what is wrong with it."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return "is torn"
    try:
        number, at_ms = record["n"], record["at_ms"]
        if not all(type(value) is int for value in (number, at_ms)):
            return "is not what a ledger holds"
        if not all(isinstance(record.get(key) or {}, dict) for key in ("details", "result")):
            return "is not what a ledger holds"
        if record["record"] == "begin":
            said: dict[str, Any] = {name: str(record.get(name) or "") for name in _TEXTS}
            of = record.get("of")
            said |= {"of": of if type(of) is int else None, "details": record.get("details") or {}}
            entries[number] = Entry(number=number, at_ms=at_ms, **said)
        elif record["record"] == "end":
            begun = entries[number]
            entries[number] = replace(
                begun, outcome=str(record["outcome"]), ended_ms=at_ms, result=record.get("result") or {}
            )
        else:
            return "is of a kind that this version does not know"
    except (KeyError, TypeError, AttributeError):
        return "is not what a ledger holds"
    return ""


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # some file systems do not sync folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
