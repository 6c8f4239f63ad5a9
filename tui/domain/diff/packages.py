"""Packages that a requirements or conda file names: which were added, taken out, or changed in version."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FILES = frozenset({"requirements.txt", "conda.yaml", "conda.yml", "python_env.yaml"})
_PACKAGE = re.compile(r"\s*(?:- )?\s*[\"']?([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?\s*([=<>!~].*)?$")


def names_packages(path: str) -> bool:
    """Whether a file of this name lists packages."""
    return path.rpartition("/")[2].lower() in _FILES


def packages_of(path: str, lines: Iterable[str]) -> dict[str, str]:
    """What each package is held to ("" for any version); names as pip compares them."""
    is_yaml = not path.lower().endswith(".txt")
    found: dict[str, str] = {}
    inside = not is_yaml
    for raw in lines:
        line = raw.split(" #", 1)[0].rstrip()
        if is_yaml and line and not line.startswith((" ", "-")):
            inside = line.startswith(("dependencies:", "build_dependencies:"))
            continue
        match = _PACKAGE.match(line) if inside and (not is_yaml or line.lstrip().startswith("- ")) else None
        if match is not None:
            name = re.sub(r"[-_.]+", "-", match[1]).lower() + (match[2] or "")
            found[name] = (match[3] or "").strip().strip("\"'")
    return found
