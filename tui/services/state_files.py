"""Small JSON files that outlive a session: written whole or not at all, private, and never a reason to stop."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


class StateFiles:
    """A folder of JSON values by name; a value that cannot be read is as good as absent.

    ``failure`` says in words why the last write was not kept, so that a view can say so once.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.failure = ""

    def _file(self, name: str) -> Path | None:
        if self._folder is None:
            return None
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self._folder / f"{digest}.json"

    def get(self, name: str) -> dict[str, Any]:
        """The value kept under a name, or an empty one."""
        file = self._file(name)
        if file is None:
            return {}
        try:
            kept = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        value = kept.get("value") if isinstance(kept, dict) and kept.get("name") == name else None
        return value if isinstance(value, dict) else {}

    def put(self, name: str, value: Mapping[str, Any]) -> bool:
        """Keep a value under a name, atomically, readable by its owner only; False if that failed."""
        file = self._file(name)
        if file is None:
            return False
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="ascii") as stream:
                    json.dump({"name": name, "value": value}, stream)
                os.replace(temporary, file)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
                raise
        except OSError as error:
            self.failure = f"{error.strerror or error}: {file.parent}"
            log.warning("Could not keep %s: %s", name, self.failure)
            return False
        return True
