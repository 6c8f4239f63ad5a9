"""Pages of made-up runs for measurements: a sweep's params, metrics with gaps and NaN, a few tags."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator

from tui.domain.values import RunsPage, SparseNumbers, SparseTexts

OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")


def pages(
    runs: int, page_size: int = 1000, *, metrics: int = 10, params: int = 10, seed: int = 7
) -> Iterator[RunsPage]:
    """Pages of ``runs`` runs with about ``metrics`` + ``params`` + 5 values each; a tenth are children of another."""
    chance = random.Random(seed)
    parents: list[str] = []
    for first in range(0, runs, page_size):
        yield _page(chance, first, min(page_size, runs - first), metrics, params, parents)


def _page(chance: random.Random, first: int, size: int, metrics: int, params: int, parents: list[str]) -> RunsPage:
    ids = [f"{chance.getrandbits(128):032x}" for _ in range(size)]
    starts = array("q", (1_764_000_000_000 - (first + row) * 61_000 for row in range(size)))
    every = array("I", range(size))
    numbers: dict[str, SparseNumbers] = {}
    for number in range(metrics):
        rows = array("I", (row for row in range(size) if chance.random() < 0.97))
        values = array("d", (float("nan") if chance.random() < 0.01 else chance.random() for _ in rows))
        numbers[f"val_metric_{number}"] = SparseNumbers(rows, values)
    texts: dict[str, SparseTexts] = {}
    for number in range(params):
        if number == 0:
            found = [repr(10 ** chance.uniform(-5, -1)) for _ in range(size)]
        elif number == 1:
            found = [chance.choice(OPTIMIZERS) for _ in range(size)]
        elif number == 2:
            found = ["constant"] * size
        else:
            found = [str(chance.randrange(4**number % 1000 + 2)) for _ in range(size)]
        texts[f"param_{number}"] = SparseTexts(every, found)
    child_rows = array("I", (row for row in range(size) if parents and chance.random() < 0.1))
    tags = {
        "mlflow.user": SparseTexts(every, [chance.choice(("ana", "ben", "ci")) for _ in range(size)]),
        "mlflow.source.name": SparseTexts(every, [f"/repo/train_{chance.randrange(9)}.py" for _ in range(size)]),
        "mlflow.source.git.commit": SparseTexts(every, [f"{chance.randrange(300):040x}" for _ in range(size)]),
        "mlflow.parentRunId": SparseTexts(child_rows, [chance.choice(parents) for _ in child_rows]),
        "team": SparseTexts(every, [f"team-{chance.randrange(12)}" for _ in range(size)]),
    }
    parents.extend(ids[::50])
    return RunsPage(
        run_ids=ids,
        experiment_ids=["1"] * size,
        names=[f"{chance.choice(('gallant', 'brave', 'calm'))}-ox-{first + row}" for row in range(size)],
        statuses=[chance.choice(("FINISHED", "FINISHED", "FAILED", "RUNNING")) for _ in range(size)],
        info={"user": [chance.choice(("ana", "ben", "ci")) for _ in range(size)]},
        starts_ms=starts,
        ends_ms=array("q", (start + chance.randrange(10_000_000) for start in starts)),
        lifecycles=["active"] * size,
        params=texts,
        metrics=numbers,
        tags=tags,
        datasets=SparseTexts(every, [f"churn@{chance.randrange(20):x}" for _ in range(size)]),
        models=array("I", [1] * size),
        next_token=str(first + size),
    )
