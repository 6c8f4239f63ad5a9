"""The file that says a folder holds our sample store, whether that is whole, and what made it; no mlflow here."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from tui.domain.uris import sqlite_uri

SAMPLE_VERSION = 3
"""Raised whenever what the sample holds changes, so that stores made before are remade."""

MARKER = "mlflow-deck-sample.json"
_NEW_MARKER = f"{MARKER}.new"
DATABASE = "mlflow.db"
SCRATCH = "making"
"""Folder inside the store's for temporary files while it is made."""


@dataclass(frozen=True)
class Marker:
    """What the marker file says. ``folder`` matters because MLflow records artifact places as absolute paths."""

    complete: bool
    sample: int
    mlflow: str
    folder: str
    built_at_ms: int


class NotOurs(Exception):
    """The folder holds something, and nothing says that it is a sample store of ours."""


def mlflow_version() -> str:
    """The version of the installed MLflow, read without importing it; empty when there is none.

    Its own file is read first: asking the packaging metadata takes ten times as long, before the first frame.
    """
    spec = find_spec("mlflow")
    if spec is None or spec.origin is None:
        return ""
    try:
        text = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        text = ""
    if found := re.search(r"""^VERSION\s*=\s*["']([^"']+)""", text, re.MULTILINE):
        return found[1]
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mlflow")
    except PackageNotFoundError:
        return ""


def tracking_uri(folder: Path) -> str:
    """The address of the store in ``folder``."""
    return sqlite_uri(str(folder / DATABASE))


def read(folder: Path) -> Marker | None:
    """The marker in ``folder``; None where there is none, or none that can be understood."""
    try:
        found = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        if found.pop("made_by") != "mlflow-deck":
            return None
        return Marker(**found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def is_current(folder: Path) -> bool:
    """Whether ``folder`` holds a whole sample store of this version, made there by the MLflow installed now."""
    found = read(folder)
    return (
        found is not None
        and found.complete
        and found.sample == SAMPLE_VERSION
        and found.mlflow == mlflow_version()
        and found.folder == str(folder)
        and (folder / DATABASE).is_file()
    )


def begin(folder: Path) -> None:
    """Make ``folder`` ours, empty and marked as unfinished.

    Raises NotOurs when something of somebody else's is in it, and OSError when it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    _write(folder, complete=False, built_at_ms=0)


def finish(folder: Path, *, built_at_ms: int) -> None:
    """Mark the store in ``folder`` as whole, in one step."""
    _write(folder, complete=True, built_at_ms=built_at_ms)


def clear(folder: Path) -> None:
    """Delete everything in ``folder``; raises NotOurs rather than touch what we did not make.

    An empty folder is nobody's. The database goes first and the marker last, so that an interruption leaves a folder
    that is still known to be ours and can never be taken for a whole store. Nothing is written: the disk may be full.
    """
    try:
        entries = [entry for entry in folder.iterdir() if entry.name not in (MARKER, _NEW_MARKER)]
    except FileNotFoundError:
        return
    if read(folder) is None and (entries or (folder / MARKER).exists()):
        raise NotOurs(str(folder))
    for entry in sorted(entries, key=lambda entry: entry.name != DATABASE):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)
    for name in (_NEW_MARKER, MARKER):
        (folder / name).unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Remove an unfinished store and its folder as far as possible; never a whole one, nor what is not ours."""
    found = read(folder)
    if found is not None and found.complete and (folder / DATABASE).is_file():
        return
    try:
        if found is not None:
            clear(folder)
        folder.rmdir()
    except OSError:
        return  # not ours, or marked as unfinished, and then the next build begins by clearing it


def _write(folder: Path, *, complete: bool, built_at_ms: int) -> None:
    marker = Marker(complete, SAMPLE_VERSION, mlflow_version(), str(folder), built_at_ms)
    text = json.dumps({"made_by": "mlflow-deck", **asdict(marker)}, indent=2) + "\n"
    fresh = folder / _NEW_MARKER
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, folder / MARKER)
    finally:
        fresh.unlink(missing_ok=True)
