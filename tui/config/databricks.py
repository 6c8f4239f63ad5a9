"""Which Databricks profile leads to which workspace, from the person's own ``~/.databrickscfg``; no secret is kept."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from pathlib import Path

from tui.domain.uris import origin


def workspaces(environ: Mapping[str, str]) -> dict[str, str]:
    """The address of each profile's workspace (scheme and host, lower case); empty where there is no such file."""
    file = Path(environ.get("DATABRICKS_CONFIG_FILE") or "~/.databrickscfg").expanduser()
    parser = configparser.ConfigParser(interpolation=None, default_section="no section has this name")
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, configparser.Error):
        return {}
    found = {}
    for profile in parser.sections():
        if host := parser.get(profile, "host", fallback="").strip():
            try:
                found[profile] = workspace(host)
            except ValueError:
                continue
    return found


def workspace(host: str) -> str:
    """A workspace's address as it is compared; profiles may leave out ``https://``."""
    return origin(host if "://" in host else f"https://{host}")
