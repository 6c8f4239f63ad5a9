"""How long the board over three stores of many models takes, beside the slowest of them alone.

``python -m tests.benchmarks.board_bench [--models N] [--pairs N] [--json]``

Each store stands behind a server of its own. What is timed begins with the key that opens the board and ends when the
first cell is there, and when every context has been read to its end; the two boards take turns. Alone a context stands
beside an empty store, without which there is no board.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.readers_bench import Figures, add_models, alone
from tests.benchmarks.startup_bench import Timed, children, ended, peak_kb
from tests.support.big_store import make_big_store
from tests.support.servers import mlflow_server
from tests.support.stores import make_store

NAMES = ("dev", "staging", "prod")
MODELS = 1000


def _took(program: Timed, began: float, *texts: str) -> float:
    """Milliseconds until all of these stand on the screen."""
    while not all(text in program.text() for text in texts):
        if time.perf_counter() - began > 190:
            raise RuntimeError(f"{texts} did not come:\n{program.text()}")
        program.idle(0.02)
    return (time.perf_counter() - began) * 1000


def board(uris: dict[str, str], models: int, figures: Figures, prefix: str) -> None:
    """Open the board over these contexts, the last of which is open already."""
    places = {name: {"tracking_uri": uri, "timeout": 190} for name, uri in uris.items()}
    names = [name for name in uris if name != "empty"]
    config = {"cache": False, "context": names[-1], "contexts": places}
    Path(os.environ["MLFLOW_DECK_CONFIG"]).write_text(json.dumps(config))
    with ended(Timed([sys.executable, "-m", "tui"])) as program:
        program.wait_for("● live", seconds=120)
        began = time.perf_counter()
        program.send("0", 0)
        figures.note(f"{prefix} first", _took(program, began, " v2 "))
        whole = [f"{name} {models} models" for name in names]
        figures.note(f"{prefix} all", _took(program, began, "● live", *whole))
        figures.note(f"{prefix} memory", sum(peak_kb(pid) for pid in children(program.pid)))


def measure(models: int, pairs: int) -> dict[str, float]:
    """Medians over the pairs: milliseconds, and kilobytes of memory at its highest."""
    figures = Figures()
    with alone() as home, ExitStack() as stack:
        uris: dict[str, str] = {}
        for name in NAMES:
            store = make_big_store(home / name, 3 * models)
            add_models(store.path, models)
            uris[name] = stack.enter_context(mlflow_server(store.uri, home / name / "files"))
        (home / "empty").mkdir()
        empty = make_store(home / "empty").uri
        board(uris, models, Figures(), "")  # compiles and warms
        for _ in range(pairs):
            for name in NAMES:
                board({"empty": empty, name: uris[name]}, models, figures, f"{name} alone")
            board(uris, models, figures, "three")
    found = figures.medians()
    found["slowest alone all"] = max(found[f"{name} alone all"] for name in NAMES)
    found["three to slowest"] = round(found["three all"] / found["slowest alone all"], 2)
    found["load"] = round(os.getloadavg()[0], 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.models, asked.pairs)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:>20}  {value:10.1f}")


if __name__ == "__main__":
    main()
