"""Two who move an alias at the same moment: whatever both read back, only the one whose version stands stays “done”.

No store that MLflow knows compares and sets, so that both may read back what they wrote. ``DECK_RACE_PAIRS`` says how
many pairs of moves are raced; ``make faults`` races 500.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timezone
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.support.flows import Mover
from tests.support.servers import mlflow_server
from tests.support.stores import make_store
from tests.support.warm import warm_hosts
from tui.domain.writes import plans
from tui.host.host import Host
from tui.host.wire import HostSpec
from tui.services.clock import SystemClock
from tui.services.ledger import Ledger
from tui.services.ledger_rows import overtaken_line, row
from tui.services.write_flow import Outcome, Overtaken, WriteResult
from tui.ui.write_words import outcome_line

PAIRS = int(os.environ.get("DECK_RACE_PAIRS", "8"))
APART_S = 0.02  # within which both begin
MODEL = "churn"


class Contender:
    """A deck as far as writes go: a process of its own, a flow and a ledger, and what its screen says."""

    def __init__(self, uri: str, name: str, folder: Path) -> None:
        self.host = Host.start(HostSpec(uri, uri, timeout_s=30.0))
        self.clock = SystemClock()
        self.ledger = Ledger(folder / name / "ledger.jsonl", self.clock, f"{name}@bastion")
        self.mover = Mover(self.host.ports.registry, self.ledger, place=uri, clock=self.clock)
        self.moves, self.flow = self.mover.moves, self.mover.flow
        self.told: WriteResult | None = None
        self.overtaken: tuple[Overtaken, ...] = ()
        self.screen = ""

    def move(self, to: str, after_s: float, start: threading.Barrier) -> None:
        """Plan a move from what there is, and carry it out at the same time as the other one, nearly."""
        self.told, self.overtaken = None, ()
        model = self.host.ports.registry.get_model(MODEL)
        plan = self.moves.plan(plans.plan(MODEL, dict(model.aliases), {"champion": to}), model)
        start.wait()
        threading.Event().wait(after_s)
        self.told = self.flow.carry_out(plan)
        self.screen = "".join(outcome_line(self.told, timezone.utc))

    def look_again(self) -> None:
        """The second look of a deck, here when both have been told of their moves."""
        assert self.told is not None
        self.overtaken = self.flow.look_again(self.told)
        if self.overtaken:
            self.screen = overtaken_line(self.overtaken, timezone.utc)


@pytest.fixture(scope="module")
def movers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Contender, Contender]]:
    folder = tmp_path_factory.mktemp("two")
    with ExitStack() as stack:
        stack.enter_context(warm_hosts())
        uri = stack.enter_context(mlflow_server(make_store(folder).uri, folder / "server", workers=2))
        client = MlflowClient(uri, uri)
        client.create_registered_model(MODEL)
        for _ in range(3):
            client.create_model_version(MODEL, "s3://nowhere/model")
        client.set_registered_model_alias(MODEL, "champion", "1")
        both = Contender(uri, "ana", folder), Contender(uri, "ben", folder)
        for mover in both:
            stack.callback(mover.host.close)
        yield both


def test_only_the_one_whose_version_stands_stays_done(movers: tuple[Contender, Contender]) -> None:
    ana, ben = movers
    chance, seen = random.Random(0), Counter[str]()
    for pair in range(PAIRS):
        ana.host.ports.registry.set_alias(MODEL, "champion", "1")
        start = threading.Barrier(2)
        threads = [
            threading.Thread(target=mover.move, args=(to, chance.uniform(0, APART_S), start))
            for mover, to in ((ana, "2"), (ben, "3"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        at_first = [mover.told is not None and mover.told.outcome is Outcome.DONE for mover in movers]
        for mover in movers:
            mover.look_again()
        stands = ana.moves.state(MODEL)["champion"]
        seen["both were told done" if all(at_first) else "one was told at once"] += 1
        for mover, mine, was_done in zip(movers, ("2", "3"), at_first, strict=True):
            (entry,) = mover.moves.entries(MODEL)[-1:]
            says = row(entry).outcome
            if mine == stands:
                assert was_done and not mover.overtaken and entry.outcome == "done", f"pair {pair}: {says}"
            else:
                assert entry.outcome in ("overtaken", "conflict"), f"pair {pair}: {says}"
                assert not was_done or f"by v{stands}" in mover.screen, f"pair {pair}: {mover.screen}"
                assert not was_done or f"by v{stands}" in says, f"pair {pair}: {says}"
    print(f"{PAIRS} pairs: {dict(seen)}")  # noqa: T201  what a run of many is for
