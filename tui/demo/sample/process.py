"""The other side of ``python -m tui.demo.sample``: starting it, following it, ending it, and one at a time."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tui.demo.samples import NotOurs
from tui.domain.problem import Kind, Problem

# What goes wrong while the sample store is made, as problems that a person can act on; no mlflow here.


TITLE = "Could not make the sample store"

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


def explain(error: BaseException, folder: Path) -> Problem:
    """The problem that ``error``, or what caused it, is to a person who wanted the sample store in ``folder``."""
    for cause in causes(error):
        if isinstance(cause, Problem):
            return cause
        if isinstance(cause, NotOurs):
            return Problem(
                Kind.STORE_UNREADABLE,
                TITLE,
                f"{folder} holds files that mlflow-deck did not make, and they were left alone.",
                "Move them away and try again.",
            )
        number = cause.errno if isinstance(cause, OSError) else None
        text = str(cause)
        # SQLite says either when a file cannot grow.
        if number in _FULL or "database or disk is full" in text or "disk I/O error" in text:
            return full(folder)
        if number in _FORBIDDEN or "readonly database" in text:
            reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else text
            return Problem(
                Kind.STORE_UNREADABLE,
                TITLE,
                f"{folder} cannot be written: {reason}.",
                "Make it writable, or let XDG_DATA_HOME name a folder that is.",
            )
    return Problem(
        Kind.INTERNAL,
        TITLE,
        f"{type(error).__name__}: {first_line(error)}",
        "Run it again with --log-file to keep the details.",
    )


def full(folder: Path) -> Problem:
    """There is no room for the store."""
    return Problem(
        Kind.STORE_UNREADABLE, TITLE, f"The disk that holds {folder} is full.", "Free some space and try again."
    )


def broken_installation(error: BaseException, folder: Path) -> Problem:
    """MLflow, or what it needs, could not be imported."""
    if any(isinstance(cause, OSError) and cause.errno in _FULL for cause in causes(error)):
        return full(folder)
    return Problem(
        Kind.INTERNAL,
        TITLE,
        f"MLflow, or a library that it needs, could not be imported: {first_line(error)}.",
        "Install mlflow-deck afresh, in an environment of its own.",
    )


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def first_line(error: BaseException) -> str:
    """The first line of the error's text, or its kind where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


_LOOK_AGAIN_S = 0.2
_GRACE_S = 3.0
_LOG = logging.getLogger(__name__)

Report = Callable[[str, int, int], None]
"""Told the step, how many pieces are done, and of how many; 0 of 0 where that is not known."""


def make(place: Path, held: int, report: Report) -> None:
    """Run the process that makes the store in ``place``, an existing folder, and pass its progress on.

    ``held`` is the descriptor of the lock. The process has ended when this returns or raises, whatever the reason.
    Raises Problem when the store could not be made.
    """
    root = str(Path(__file__).resolve().parents[3])
    inherited = os.environ.get("PYTHONPATH")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([root, inherited] if inherited else [root])}
    own_group: dict[str, Any] = (
        # Ctrl+c is ours to handle. The lock goes along, so that it holds while the process does, even without us.
        {"start_new_session": True, "pass_fds": (held,)}
        if os.name == "posix"
        else {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]  # Windows
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.demo.sample", str(place)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        cwd=place,  # python -m imports from the working folder first, and what lies where a person stands is not ours
        encoding="utf-8",
        errors="replace",
        **own_group,
    )
    try:
        problem: Problem | None = None
        for line in process.stdout or ():
            told = json.loads(line)
            if "problem" in told:
                problem = _rebuilt(told["problem"])
            else:
                report(told["step"], told["done"], told["total"])
        status = process.wait()
    finally:
        _end(process)
    if problem is not None:
        raise problem
    if status != 0:
        raise Problem(Kind.INTERNAL, TITLE, f"The process that was making it {_how_it_ended(status)}.", "Try again.")


def _rebuilt(fields: dict[str, str]) -> Problem:
    _LOG.info("making the sample store failed\n%s", fields["traceback"])
    return Problem(Kind(fields["kind"]), fields["title"], fields["message"], fields["hint"])


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


def _end(process: subprocess.Popen[str]) -> None:
    """End the process if it runs, kindly first, and wait until it is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout:
        process.stdout.close()


@contextmanager
def lock(path: Path, report: Report) -> Iterator[int]:
    """Hold the lock file, waiting for whoever holds it; answers its file descriptor.

    The file stays: removing it would let two hold it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if not _try_lock(descriptor):
            report("Waiting for another mlflow-deck that is making the sample store", 0, 0)
            while not _try_lock(descriptor):
                time.sleep(_LOOK_AGAIN_S)
        yield descriptor
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
