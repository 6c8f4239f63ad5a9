"""How long rows take from a first visit, beside scripts that read the same with MlflowClient, in turn with them.

``python -m tests.benchmarks.readers_bench [--quick] [--pairs N] [--runs N] [--large N] [--json]``

First of all the first frame and the rows last seen, beside a Textual app that shows one word. Then both sides are timed
from the start of their process: the deck on a pseudo-terminal, with nothing remembered, until the rows are on the
screen (of a server a screenful, the script's 200 runs following it); the bare script until it holds them. Of the large
store the bare script's figure is ten times that of its store of a tenth, unless ``--bare-large`` asks for it.
``--quick`` makes two pairs and no large store.
DECK_BENCH_STORES names a folder in which the stores are kept from one time to the next.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.benchmarks.startup_bench import (
    Timed,
    children,
    ended,
    first_frames,
    grouped,
    newest_name,
    peak_kb,
    touch,
)
from tests.support.big_store import make_big_store
from tests.support.servers import mlflow_server

MODELS = 100
FRAMES_A_PAIR = 3  # they take a tenth of the others' time
WORKERS = 2

BARE = """
import resource, sys, time
from mlflow import MlflowClient

began = float(sys.argv[3])
client = MlflowClient(sys.argv[1], sys.argv[1])
experiment = client.search_experiments(max_results=1000, order_by=["last_update_time DESC"])[0].experiment_id
page = client.search_runs([experiment], max_results=200)
print("rows", (time.time() - began) * 1000, flush=True)
kept = list(page)
while page.token and len(kept) < int(sys.argv[2]):
    page = client.search_runs([experiment], max_results=1000, page_token=page.token)
    kept += page
print("all", (time.time() - began) * 1000, flush=True)
print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
"""

BARE_BOARD = """
import sys, time
from mlflow import MlflowClient

began = float(sys.argv[3])
client = MlflowClient(sys.argv[1], sys.argv[1])
models = client.search_registered_models(max_results=200, order_by=["name ASC"])
wanted = {(model.name, str(version)) for model in models for version in model.aliases.values()}
made = [client.get_model_version(*pair) for pair in sorted(wanted)]
made += [version for model in models for version in model.latest_versions]
runs = sorted({version.run_id for version in made})
first = client.get_run(runs[0])
for at in range(0, len(runs), 50):
    asked = ", ".join(map(repr, runs[at : at + 50]))
    client.search_runs([first.info.experiment_id], filter_string=f"attributes.run_id IN ({asked})")
print("board", (time.time() - began) * 1000, flush=True)
"""

DECK_BOARD = """
import sys, time
from tui.host.host import Host
from tui.host.wire import HostSpec

began = float(sys.argv[3])
host = Host.start(HostSpec(sys.argv[1], sys.argv[1], timeout_s=300.0))
registry = host.ports.registry
models = registry.search_models(max_results=200).models
wanted = sorted({(model.name, version) for model in models for version in model.aliases.values()})
made = [*registry.get_versions(wanted).values(), *(version for model in models for version in model.latest)]
registry.source_runs(sorted({version.run_id for version in made}))
print("board", (time.time() - began) * 1000, flush=True)
host.close()
"""


class Figures:
    """What was measured, by name."""

    def __init__(self) -> None:
        self._found: dict[str, list[float]] = {}

    def note(self, name: str, value: float) -> None:
        self._found.setdefault(name, []).append(value)
        sys.stderr.write(f"{name}: {value:.0f}\n")

    def medians(self) -> dict[str, float]:
        return {name: round(statistics.median(values), 1) for name, values in self._found.items()}


def bare(text: str, uri: str, runs: int, folder: Path, figures: Figures, prefix: str) -> None:
    """Run a script that prints names and figures."""
    script = folder / "script.py"
    script.write_text(text)
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(script), uri, str(runs), str(time.time())],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
    )
    for line in done.stdout.splitlines():
        name, figure = line.split()
        figures.note(f"{prefix} {name}", float(figure))


def configured(uri: str, name: str, *, cache: bool) -> None:
    """Have the deck open this store, in a file of its own: it is checked anew only where it has changed."""
    config = Path(os.environ["MLFLOW_DECK_CONFIG"]).with_name(f"{name}.yaml")
    # A busy machine is no failure: the bare script waits for two minutes as well.
    place = {"tracking_uri": uri, "timeout": 190}
    config.write_text(json.dumps({"cache": cache, "context": "bench", "contexts": {"bench": place}}))
    os.environ["MLFLOW_DECK_CONFIG"] = str(config)


def deck(uri: str, runs: int, first: str, figures: Figures, prefix: str) -> None:
    """Open the deck at the experiment that was updated last, and load all of its runs."""
    configured(uri, uri.partition(":")[0], cache=False)
    with ended(Timed([sys.executable, "-m", "tui"])) as program:
        figures.note(f"{prefix} rows", program.until(first))
        # A person's keys wait for no silence, and what is timed ends when the last run is in the table.
        program.send("\t", 0.02)
        program.send("\x05", 0.02)  # ctrl+e: all runs
        seen = program.shown(f"· {grouped(runs)} ", seconds=120 + runs / 50)
        figures.note(f"{prefix} all", seen)
        figures.note(f"{prefix} memory", sum(peak_kb(pid) for pid in children(program.pid)))


def add_models(database: Path, many: int = MODELS) -> None:
    """Models of three versions each, made of runs that are there, with an alias to the second."""
    with closing(sqlite3.connect(database)) as connection, connection:
        if connection.execute("SELECT COUNT(*) FROM registered_models").fetchone()[0]:
            return
        runs = [run_id for (run_id,) in connection.execute("SELECT run_uuid FROM runs LIMIT ?", (3 * many,))]
        for number in range(many):
            name = f"model-{number:03}"
            connection.execute(
                "INSERT INTO registered_models (name, creation_time, last_updated_time, workspace) "
                "VALUES (?, 1, 1, 'default')",
                (name,),
            )
            connection.executemany(
                "INSERT INTO model_versions (name, version, creation_time, last_updated_time, current_stage, source, "
                "run_id, status, workspace) VALUES (?, ?, 1, 1, 'None', 'file:///x', ?, 'READY', 'default')",
                [(name, version + 1, runs[(3 * number + version) % len(runs)]) for version in range(3)],
            )
            connection.execute(
                "INSERT INTO registered_model_aliases (name, alias, version, workspace) "
                "VALUES (?, 'champion', 2, 'default')",
                (name,),
            )


@contextmanager
def alone() -> Iterator[Path]:
    """A home of its own, in which nothing is remembered."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ.update({"HOME": folder, "XDG_CACHE_HOME": f"{folder}/c", "XDG_STATE_HOME": f"{folder}/s"})
        os.environ["MLFLOW_DECK_CONFIG"] = str(home / "config.yaml")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        yield home


def measure(runs: int, pairs: int, large: int, bare_large: bool) -> dict[str, float]:
    """Medians over the pairs: milliseconds, and kilobytes of memory at its highest."""
    figures = Figures()
    with alone() as home:
        kept = Path(os.environ.get("DECK_BENCH_STORES", home))
        store = make_big_store(kept, runs)
        touch(store.path)
        add_models(store.path)
        first = newest_name(store.uri)
        configured(store.uri, "seen", cache=True)
        first_frames(first, pairs * FRAMES_A_PAIR, home, figures.note)
        with mlflow_server(store.uri, home / "server", workers=WORKERS) as address:
            places = (("SQLite", store.uri), ("server", address))
            for _, uri in places:
                deck(uri, runs, first, Figures(), "")  # compiles and warms what both sides need
                bare(BARE, uri, 200, home, Figures(), "")
            for _ in range(pairs):
                for name, uri in places:
                    deck(uri, runs, first, figures, f"deck {name}")
                    bare(BARE, uri, runs, home, figures, f"bare {name}")
                    bare(DECK_BOARD, uri, 0, home, figures, f"deck {name}")
                    bare(BARE_BOARD, uri, 0, home, figures, f"bare {name}")
        if large:
            store = make_big_store(kept, large)
            touch(store.path)
            first = newest_name(store.uri)
            for _ in range(pairs):
                deck(store.uri, large, first, figures, "deck large")
                if bare_large:
                    bare(BARE, store.uri, large, home, figures, "bare large")
    found = figures.medians()
    if large and not bare_large:
        found["bare large all"] = found["bare SQLite all"] * large / runs
    return found


def rows_of(found: dict[str, float], runs: int, large: int) -> list[tuple[str, float, float, float]]:
    """What is compared: its name, the deck's figure, the bare script's, and the target as a part of it."""
    words = [
        ("first frame", "first frame", "one word", 1.20),
        ("first frame, processor time", "first frame processor", "one word processor", 1.20),
        ("rows last seen", "last seen", "one word", 1.50),
        ("rows last seen, processor time", "last seen processor", "one word processor", 1.50),
    ]
    asked = [
        ("first live rows, SQLite", "SQLite rows", 0.30),
        ("first live rows, server", "server rows", 0.40),
        (f"all {grouped(runs)} runs, SQLite", "SQLite all", 0.12),
        (f"all {grouped(runs)} runs, server of {WORKERS} workers", "server all", 0.60),
        (f"{MODELS} models on the board, SQLite", "SQLite board", 0.25),
        (f"{MODELS} models on the board, server", "server board", 0.60),
        ("memory of both processes, SQLite", "SQLite memory", 0.60),
    ]
    if large:
        asked.append((f"all {grouped(large)} runs, SQLite", "large all", 0.08))
    beside_word = [(name, found[key], found[word], target) for name, key, word, target in words]
    return beside_word + [(name, found[f"deck {key}"], found[f"bare {key}"], target) for name, key, target in asked]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two pairs, and no large store")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000, help="runs of the large store; 0 leaves it out")
    parser.add_argument("--bare-large", action="store_true", help="let the bare script read the large store as well")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    large = 0 if asked.quick else asked.large
    before = os.getloadavg()
    found = measure(asked.runs, 2 if asked.quick else asked.pairs, large, asked.bare_large)
    rows = rows_of(found, asked.runs, large)
    if asked.json:
        told = {
            "rows": {name: {"deck": took, "bare": of, "ratio": round(took / of, 3)} for name, took, of, _ in rows},
            "medians": found,
            "load": {"before": before, "after": os.getloadavg()},
            "bare large is": "measured" if asked.bare_large else "its smaller figure times the runs",
        }
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return
    for name, took, of, target in rows:
        unit = "MB" if "memory" in name else "ms"
        scale = 1024 if unit == "MB" else 1
        sides = f"{took / scale:9.0f} {unit}   bare {of / scale:9.0f} {unit}"
        sys.stdout.write(f"{name:40} {sides}   {took / of:5.2f} x, target {target} x\n")
    sys.stdout.write(f"load {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after\n")


if __name__ == "__main__":
    main()
