"""The command line in a test's own process, over a real store."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.support.stores import Store
from tests.support.warm import warm_hosts
from tui import cli


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def csv(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))

    @property
    def said(self) -> str:
        """What is in the box on stderr, on one line."""
        return " ".join(self.err.replace("│", " ").split())


def command_line(store: Store | None = None, meanwhile: Callable[[], object] = lambda: None) -> Callable[..., Ended]:
    """What runs the command line over a store, or over what the arguments say.

    ``meanwhile`` is what somebody else does before what has been written is read once more.
    """

    def call(*arguments: str) -> Ended:
        where = ["--tracking-uri", store.uri] if store is not None else []
        out, err = io.StringIO(), io.StringIO()
        code: object = None

        def wait() -> float:
            meanwhile()
            return 0.0

        with (
            warm_hosts(before=False),
            patch("tui.services.write_flow.second_look_s", wait),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                cli.main([*where, *arguments])
            except SystemExit as ended:
                code = ended.code
        return Ended(code if isinstance(code, int) else 0 if code is None else 1, out.getvalue(), err.getvalue())

    return call
