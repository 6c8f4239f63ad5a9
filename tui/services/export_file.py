"""Writing what was exported to a file of a person's choice."""

from __future__ import annotations

import os
from pathlib import Path

from tui.domain.problem import Kind, Problem


class AlreadyThere(Exception):
    """A file of that name is there, and nobody said that it may be replaced."""


def export(made: str | bytes, name: str, folder: Path, *, replace: bool = False) -> Path:
    """Write a text, or bytes, to a file; a relative name counts from ``folder``. Answers the file's path.

    A file that is there is replaced only where that was said, and then in one step. Raises AlreadyThere, or Problem
    (CONFIG) where it cannot be written.
    """
    data = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
    file = (folder / Path(name).expanduser()).absolute()
    try:
        if not replace:
            with open(file, "xb") as stream:
                stream.write(data)
            return file
        beside = file.with_name(f".{file.name}.part-{os.getpid()}")
        try:
            beside.write_bytes(data)
            os.replace(beside, file)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise AlreadyThere(str(file)) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Problem(Kind.CONFIG, "The file was not written", f"{file}: {reason}.", "Name another file.") from None
    return file
