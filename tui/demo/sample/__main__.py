"""``python -m tui.demo.sample FOLDER`` makes the sample store there and tells its progress as JSON lines.

Each line on stdout is ``{"step", "done", "total"}``, or, as the last one when it failed, ``{"problem": {...}}`` with
the fields of ``domain.problem.Problem`` and the traceback; the exit status is then 1. Nothing else is written anywhere.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import time
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


_CLOSING = 40  # what MLflow has to write still when all is told


def _build(folder: Path, out: TextIO) -> None:
    """Make the sample in ``folder``, which ``samples.begin`` has prepared, and mark it as whole."""
    _tell(out, {"step": "Loading MLflow", "done": 0, "total": 0})
    try:
        from tui.demo.sample import churn, files, fraud, genai, registry
        from tui.demo.sample.workshop import StoryClock, Workshop
    except Exception as error:  # a broken installation raises anything, not only ImportError
        raise broken_installation(error, folder) from error
    # What is imported stays, and what is made lives shortly: looking for cycles in all of it is a tenth of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    costs = churn.COST, churn.SWEEP_COST, fraud.COST, registry.PRICING_COST, files.COST, registry.COST, genai.COST
    total = sum(costs) + _CLOSING  # 1 is what the quickest pieces take

    def report(step: str, done: int) -> None:
        _tell(out, {"step": step, "done": done, "total": total})

    report("Creating the database", 0)
    with StoryClock() as clock:
        clock.set(clock.ago(days=365))
        shop = Workshop(folder, clock, report)
        weekly, of_churn = churn.make(shop)
        churn.make_sweep(shop, weekly)
        shop.touch(weekly, churn.WEEKLY, clock.ago(minutes=2))
        of_fraud = fraud.make(shop)
        of_pricing = registry.make_pricing(shop)
        files.make(shop)
        registry.make(shop, of_churn, of_fraud, of_pricing)
        genai.make(shop)
    shutil.rmtree(folder / samples.SCRATCH, ignore_errors=True)
    samples.finish(folder, built_at_ms=int(time.time() * 1000))


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
