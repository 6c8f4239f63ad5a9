"""The environment in which tests run; importing this settles it, before Textual and mlflow read theirs."""

from __future__ import annotations

import os
import time

_FOREIGN = ("MLFLOW_", "_MLFLOW_", "DATABRICKS_", "TEXTUAL_", "XDG_")
_ALONE = ("NO_COLOR", "FORCE_COLOR", "LANGUAGE", "COLORTERM", "PYTHONWARNINGS", "SSH_CONNECTION", "SSH_TTY", "TMUX")
FIXED = {
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "100",
    "LINES": "40",
    "TERM": "xterm-256color",
    "TEXTUAL_ANIMATIONS": "none",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}


def is_foreign(name: str) -> bool:
    """Whether a variable would let the person's own set-up into a test."""
    return name not in FIXED and (name.startswith(_FOREIGN) or name in _ALONE)


# Before anything of the project is imported: Textual and mlflow read some of these when they are imported.
for _name in [name for name in os.environ if is_foreign(name)]:
    del os.environ[_name]
os.environ.update(FIXED)
time.tzset()
