"""What goes wrong while the sample store is made, as problems that a person can act on; no mlflow here."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from tui.demo.sample.marker import NotOurs
from tui.domain.problem import Kind, Problem

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
