"""The log file that a person asked for: private, appended to, with tracebacks and warnings in it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from tui.domain.problem import Kind, Problem
from tui.domain.uris import without_secrets

_NAME = "mlflow-deck's log"


class _WithoutSecrets(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def keep(file: Path) -> None:
    """Send every log record and warning of this process to a file that only its owner may read.

    Raises Problem (CONFIG) if the file cannot be opened for writing.
    """
    try:
        handle = os.open(file.expanduser(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(Kind.CONFIG, "The log cannot be kept", f"{file}: {reason}.", "Name another --log-file.") from None
    handler = logging.StreamHandler(os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace"))
    handler.setFormatter(_WithoutSecrets("%(asctime)s %(levelname)s %(name)s %(threadName)s: %(message)s"))
    handler.set_name(_NAME)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    logging.captureWarnings(True)


def hush() -> None:
    """Keep records and warnings off the terminal where no log was asked for; Python would print them to stderr."""
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
    logging.captureWarnings(True)


def failure() -> None:
    """Put the exception being handled, with its traceback, into the log, if there is one."""
    if any(handler.get_name() == _NAME for handler in logging.getLogger().handlers):
        logging.getLogger("tui").error("the program ended", exc_info=True)
