"""A folder of many entries: listed, crossed over to the deck, taken in and drawn; and the heads of large files.

``python -m tests.benchmarks.artifacts_bench [--entries N] [--json]``
"""

from __future__ import annotations

import argparse
import asyncio
import json
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support import stores
from tests.support.deck import experiment, run, world
from tui.domain.artifact_tree import ArtifactTree
from tui.domain.artifacts import HEAD_BYTES, ArtifactRoot
from tui.gateway import environment
from tui.gateway.artifacts.client import ClientArtifacts
from tui.gateway.session import Connection

_TIMES = 5
_HUGE = 200 * 1024 * 1024


def milliseconds(work: Callable[[], object], times: int = _TIMES) -> float:
    """The median of some runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 1)


def of_the_gateway(folder: Path, entries: int) -> dict[str, float]:
    """Listing by our own reading of the folder beside MLflow's, and the head of a large file."""
    store = stores.make_store(folder)
    environment.prepare(tracking_uri=store.uri, registry_uri=store.uri, profile=None, extra={}, timeout_s=60)
    client = store.client()
    made = client.create_run(client.create_experiment("bench", artifact_location=(folder / "files").as_uri()))
    many = folder / "files" / made.info.run_id / "artifacts" / "many"
    many.mkdir(parents=True)
    for number in range(entries):
        (many / f"shard-{number:05d}.txt").write_text(".")
    with open(many.parent / "huge.txt", "wb") as huge:
        huge.truncate(_HUGE)
    artifacts = ClientArtifacts(Connection(store.uri, store.uri, 60))
    root = ArtifactRoot("run", made.info.run_id)
    listing = artifacts.list_folder(root, "many")
    assert len(listing.entries) == entries
    tree = ArtifactTree(root)
    tree.take(artifacts.list_folder(root))

    def take() -> None:
        tree.take(listing)
        node = tree.node(f"run:{root.id}:many")
        assert node is not None
        node.open = True

    take()
    tree.query = "shard-09"
    return {
        "list the folder": milliseconds(lambda: artifacts.list_folder(root, "many")),
        "MLflow lists the folder": milliseconds(lambda: client.list_artifacts(made.info.run_id, "many")),
        "cross to the deck": milliseconds(lambda: pickle.loads(pickle.dumps(listing, protocol=5))),
        "take it in": milliseconds(take),
        "filter at a key": milliseconds(lambda: tree.table().row_count),
        f"head of {_HUGE // 2**20} MiB": milliseconds(lambda: artifacts.head(root, "huge.txt", most=HEAD_BYTES)),
        "bytes that travelled for it": artifacts.head(root, "huge.txt").travelled,
    }


async def of_the_screen(folder: Path, entries: int) -> dict[str, float]:
    """From enter on the folder to its last entry on the screen, and a page of it."""
    from tui.app.application import DeckApp
    from tui.features.artifacts.view import ArtifactsScreen
    from tui.ui.routes import ArtifactsRoute

    made = world(folder, [experiment(1, "bench")], [run(7)])
    root = ArtifactRoot("run", f"{7:032x}")
    made.artifacts.put(root, {f"many/shard-{number:05d}.txt": b"." for number in range(entries)})
    found: dict[str, float] = {}
    async with made.open((120, 36)) as deck:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(ArtifactsRoute("run", root.id))
        await deck.until_text("many")
        screen = deck.app.screen
        assert isinstance(screen, ArtifactsScreen)
        grid = screen.view.tree_part.grid
        began = time.perf_counter()
        await deck.press("enter")
        await deck.until(lambda: grid.row_count == entries + 1, "the folder is open")
        found["open the folder"] = round((time.perf_counter() - began) * 1000, 1)
        for called, keys in (("to the end", ("G",)), ("page up", ("pageup",)), ("a row down", ("j",))):
            took = []
            for _ in range(_TIMES):
                began = time.perf_counter()
                await deck.press(*keys)
                took.append((time.perf_counter() - began) * 1000)
            found[called] = round(statistics.median(took), 1)
    return found


def report(found: dict[str, float], entries: int) -> str:
    """The figures as a small table."""
    lines = [f"A folder of {entries} artifacts; milliseconds, median of {_TIMES} unless it says bytes"]
    return "\n".join([*lines, *(f"{figure:>10}  {called}" for called, figure in found.items())])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlflow-deck-bench-") as folder:
        found = of_the_gateway(Path(folder) / "gateway", asked.entries)
        found |= asyncio.run(of_the_screen(Path(folder) / "screen", asked.entries))
    sys.stdout.write((json.dumps(found, indent=2) if asked.json else report(found, asked.entries)) + "\n")


if __name__ == "__main__":
    main()
