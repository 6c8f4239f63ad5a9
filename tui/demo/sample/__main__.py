"""``python -m tui.demo.sample FOLDER`` makes the sample store there and tells its progress as JSON lines.

Each line on stdout is ``{"step", "done", "total"}``, or, as the last one when it failed, ``{"problem": {...}}`` with
the fields of ``domain.problem.Problem`` and the traceback; the exit status is then 1. Nothing else is written anywhere.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from types import FrameType
from typing import TextIO

from tui.demo import samples
from tui.demo.sample.process import broken_installation, explain

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "1",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MPLBACKEND": "Agg",
    "GIT_PYTHON_REFRESH": "quiet",
    # Spans go to the store many at a time, and by one thread: SQLite takes one writer.
    "MLFLOW_ASYNC_TRACE_LOGGING_MAX_WORKERS": "1",
    "MLFLOW_ASYNC_TRACE_LOGGING_MAX_SPAN_BATCH_SIZE": "2000",
    "MLFLOW_ASYNC_TRACE_LOGGING_MAX_INTERVAL_MILLIS": "60000",
    "MLFLOW_GENAI_EVAL_MAX_WORKERS": "1",
    "MLFLOW_GENAI_EVAL_SKIP_TRACE_VALIDATION": "true",
}


def main() -> int:
    """Make the sample in the folder named on the command line; answers the exit status."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m tui.demo.sample FOLDER\n")
        return 2
    folder = Path(sys.argv[1]).absolute()
    home = Path.cwd()
    out = _take_stdout()
    signal.signal(signal.SIGTERM, _stop)
    try:
        samples.begin(folder)
        _settle(folder)
        _build(folder, out)
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # the edge of the process: everything becomes a line that the other side can show
        status = 1
        if not isinstance(error, BrokenPipeError):  # else nobody is there to be told
            problem = explain(error, folder)
            fields = {
                "kind": problem.kind.value,
                "title": problem.title,
                "message": problem.message,
                "hint": problem.hint,
            }
            _tell(out, {"problem": {**fields, "traceback": traceback.format_exc()}})
    else:
        return 0
    os.chdir(home)
    samples.discard(folder)
    return status


def _build(folder: Path, out: TextIO) -> None:
    _tell(out, {"step": "Loading MLflow", "done": 0, "total": 0})
    try:
        from tui.demo.sample import build
    except Exception as error:  # a broken installation raises anything, not only ImportError
        raise broken_installation(error, folder) from error
    # What is imported stays, and what is made lives shortly: looking for cycles in all of it is a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000)

    def report(step: str, done: int) -> None:
        _tell(out, {"step": step, "done": done, "total": build.TOTAL})

    report("Creating the database", 0)
    build.build(folder, report)


def _take_stdout() -> TextIO:
    """Keep stdout for our lines only; whatever else writes to file descriptors 1 and 2 writes nowhere."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return ours


def _settle(folder: Path) -> None:
    """Shut out the person's own MLflow settings, and keep temporary and working files inside ``folder``."""
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "_MLFLOW_", "DATABRICKS_"))]:
        del os.environ[name]
    scratch = folder / samples.SCRATCH
    scratch.mkdir()
    os.environ.update(_QUIET, TMPDIR=str(scratch), TEMP=str(scratch), TMP=str(scratch))
    tempfile.tempdir = None
    warnings.simplefilter("ignore")
    # MLflow makes ./mlruns when it opens a database.
    os.chdir(folder)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(out: TextIO, line: dict[str, object]) -> None:
    out.write(json.dumps(line) + "\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
