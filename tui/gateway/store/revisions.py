"""The schema revisions that the installed MLflow knows, read from its files without importing it."""

from __future__ import annotations

import importlib.util
import os
import re
from functools import lru_cache
from typing import NamedTuple

_REVISION = re.compile(r"^revision\b[^=\n]*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision\b[^=\n]*=\s*(.+)$", re.MULTILINE)
_VERSION = re.compile(r"^VERSION\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


class Revisions(NamedTuple):
    """The newest revision ("" when it could not be told) and every one known."""

    head: str
    known: frozenset[str]


@lru_cache(maxsize=1)
def installed() -> Revisions:
    """The revisions of the installed MLflow; empty ones when MLflow's layout is not the known one."""
    found = importlib.util.find_spec("mlflow")
    for root in (found.submodule_search_locations or ()) if found else ():
        revisions = _read(os.path.join(root, "store", "db_migrations", "versions"))
        if revisions.known:
            return revisions
    return Revisions("", frozenset())


@lru_cache(maxsize=1)
def mlflow_version() -> str:
    """The version of the installed MLflow as it says it itself, "" where it cannot be found."""
    found = importlib.util.find_spec("mlflow")
    for root in (found.submodule_search_locations or ()) if found else ():
        try:
            with open(os.path.join(root, "version.py"), encoding="utf-8") as file:
                said = _VERSION.search(file.read())
        except OSError:
            continue
        if said:
            return said[1]
    return ""


def _read(folder: str) -> Revisions:
    known: set[str] = set()
    superseded: set[str] = set()
    try:
        names = [name for name in os.listdir(folder) if name.endswith(".py")]
    except OSError:
        return Revisions("", frozenset())
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        revision, down = _REVISION.search(text), _DOWN.search(text)
        if revision:
            known.add(revision[1])
            superseded.update(_QUOTED.findall(down[1]) if down else ())
    heads = known - superseded
    return Revisions(heads.pop() if len(heads) == 1 else "", frozenset(known))
