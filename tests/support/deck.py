"""The deck over ports in memory: a clock that stands, memories in a folder of the test, nothing of the machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.widget import Widget

from tests.support.driver import Deck, drive
from tests.support.fake_artifacts import FakeArtifacts
from tests.support.fake_prompts import FakePrompts
from tests.support.fake_registry import FakeRegistry
from tests.support.fake_serving import FakeServing
from tests.support.fake_traces import FakeEvaluations, FakeTraces, FakeTraceWrites
from tests.support.fake_writes import FakeWrites
from tests.support.fakes import (
    DAY,
    HOUR,
    MINUTE,
    NOW_MS,
    FakeHistory,
    FakeStore,
    FakeTracking,
    FrozenClock,
    experiment,
    run,
)
from tui.app.application import DeckApp
from tui.app.browse import BrowseScreen
from tui.config.launch import Launch
from tui.config.model import Settings
from tui.domain.capabilities import Capabilities
from tui.domain.problem import Kind, Problem
from tui.domain.text import width
from tui.domain.values import DatasetInput, Experiment, RegisteredAs, RunDetail
from tui.features.runs.pane import RunsPane
from tui.gateway.ports import TrackingPort
from tui.services.ledger import Ledger
from tui.services.session import RequestLog, Session
from tui.services.state_files import StateFiles, ViewFile
from tui.widgets.grid import Grid

URI = "http://mlflow.example.com:5000"
OFFLINE = Problem(
    Kind.UNREACHABLE,
    "Could not read from the server",
    "mlflow.example.com:5000 refused the connection.",
    "Is the server running?",
)
FORBIDDEN = Problem(
    Kind.FORBIDDEN,
    "Could not read runs",
    "mlflow.example.com answered 403 (PERMISSION_DENIED).",
    "Ask the experiment's owner for the permission to read.",
)


@dataclass
class World:
    """A server in memory and a machine with its memories; each ``app`` is a session of its own on both."""

    folder: Path
    tracking: FakeTracking = field(default_factory=FakeTracking)
    history: FakeHistory = field(default_factory=FakeHistory)
    artifacts: FakeArtifacts = field(default_factory=FakeArtifacts)
    registry: FakeRegistry = field(default_factory=FakeRegistry)
    traces: FakeTraces = field(default_factory=FakeTraces)
    prompts: FakePrompts = field(default_factory=FakePrompts)
    store: FakeStore = field(default_factory=FakeStore)
    serving: FakeServing | None = None  # of a Databricks workspace only
    environment: Mapping[str, str] = field(default_factory=dict)
    message_seconds: float = 0  # what is said stays until the next key, however long a test takes to look
    clock: FrozenClock = field(default_factory=FrozenClock)
    settings: Settings = field(default_factory=Settings)
    launch: Mapping[str, Any] = field(default_factory=dict)
    opened: list[Launch] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    log: RequestLog = field(default_factory=RequestLog)
    can: Capabilities | None = None  # what the server has told of itself
    writes: FakeWrites = field(init=False)
    trace_writes: FakeTraceWrites = field(init=False)
    evaluations: FakeEvaluations = field(init=False)

    def __post_init__(self) -> None:
        self.writes = FakeWrites(self.tracking)
        self.trace_writes = FakeTraceWrites(self.traces)
        self.evaluations = FakeEvaluations(self.traces)

    @property
    def ledger(self) -> Ledger:
        """What has been written from the machine."""
        return Ledger(self.folder / "state" / "ledger.jsonl", self.clock, "ana@bastion")

    def launched(self) -> Launch:
        said = {
            "context_name": "prod",
            "tracking_uri": URI,
            "registry_uri": URI,
            "settings": self.settings,
            **self.launch,
        }
        return Launch(**said)

    def session(self, launch: Launch) -> Session:
        """A session on a context; memories last from one to the next."""
        self.log = RequestLog()
        tracking: TrackingPort = self.tracking
        return Session(
            launch=launch,
            store=self.store,
            tracking=tracking,
            writes=self.writes,
            history=self.history,
            artifacts=self.artifacts,
            registry=self.registry,
            traces=self.traces,
            trace_writes=self.trace_writes,
            evaluations=self.evaluations,
            prompts=self.prompts,
            serving=self.serving,
            clock=self.clock,
            log=self.log,
            ledger=self.ledger,
            views=StateFiles(self.folder / "state"),
            last_seen=StateFiles(self.folder / "cache" if launch.settings.cache else None),
            close=lambda: self.closed.append(launch.context_name),
            told=lambda: self.can,
            named_views=ViewFile(self.folder / "views.yaml"),
        )

    def connect(self, launch: Launch) -> Session:
        """Open another context: the same server under another name."""
        self.opened.append(launch)
        return self.session(launch)

    def app(self) -> DeckApp:
        first = self.session(self.launched())

        def connect(launch: Launch) -> Session:
            return first if launch is first.launch else self.connect(launch)

        app = DeckApp(first.launch, connect, environment=self.environment, folder=self.folder)
        app.message_seconds = self.message_seconds
        return app

    @asynccontextmanager
    async def open(self, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Deck[int]]:
        """A new session, and a person before it."""
        app = self.app()
        async with drive(app, size) as deck:
            await deck.until(lambda: app.page is not None, "the context is open")
            try:
                yield deck
            finally:
                for pool in (app.session.pool, app.session.own_work):
                    pool.close()
        if deck.app._exception is not None:
            raise deck.app._exception


def world(folder: Path, experiments: Sequence[Experiment] = (), runs: Sequence[RunDetail] = (), **launch: Any) -> World:
    """A world with these experiments and runs; further words are fields of the launch."""
    return World(folder, FakeTracking(experiments, runs), launch=launch)


def browse(deck: Deck[int]) -> BrowseScreen:
    """The browse screen, under whatever lies over it."""
    for screen in deck.app.screen_stack:
        if isinstance(screen, BrowseScreen):
            return screen
    raise AssertionError("there is no browse screen")


def runs_pane(deck: Deck[int]) -> RunsPane:
    return browse(deck).runs


def message(deck: Deck[int]) -> str:
    """What is said at the bottom."""
    assert isinstance(deck.app, DeckApp)
    assert deck.app.page is not None
    return deck.app.page.hint_line.message


def part(deck: Deck[int], widget: Widget) -> list[str]:
    """The lines of the screen where a widget is, without the blanks at their ends."""
    region = widget.region
    cut = []
    for line in deck.lines()[region.y : region.bottom]:
        at, text = 0, ""
        for character in line:
            if region.x <= at < region.right:
                text += character
            at += width(character)
        cut.append(text.rstrip())
    return cut


def listed(deck: Deck[int], grid: Grid) -> list[str]:
    """The first column of a grid as the screen shows it, from the top: without cursor, marks and headings."""
    table = grid.table
    if table is None or not table.row_count:
        return []
    cells = table.columns[0].width
    return [line[3 : 3 + cells].strip() for line in part(deck, grid)[1:] if line[3 : 3 + cells].strip()]


async def enter_runs(deck: Deck[int], shown: str) -> None:
    """From the experiments to the runs of the one under the cursor, until the runs pane shows a text."""
    await deck.until(lambda: runs_pane(deck).view is not None, "the runs are laid out")
    await deck.press("enter")
    await deck.until(lambda: runs_pane(deck).grid.has_focus, "the runs have the keys")
    await deck.until_text(shown)


def shop(folder: Path, *, many: int = 12, **launch: Any) -> World:
    """A small firm's server: experiments in folders, a sweep, failed and running runs, a note, a dataset."""
    experiments = [
        experiment(1, "churn/weekly", updated=2 * MINUTE, note="Trained **each week** from the warehouse."),
        experiment(2, "churn/backfill", updated=3 * DAY),
        experiment(3, "fraud/cards", updated=HOUR),
        experiment(4, "pricing", updated=5 * DAY),
        experiment(5, "attic", updated=90 * DAY, lifecycle="deleted"),
        experiment(6, "empty", updated=200 * DAY),
    ]
    train = DatasetInput("customers", "9f3c21", "delta", "prod.ml.customers@417", "{}", "{}", "training")
    runs = [
        run(1, name="gallant-ox-12", datasets=(train,), note="# Best so far\n\nWith the *new* features.", user="ana"),
        run(2, name="brave-elk-771", user="ben"),
        run(3, name="calm-bee-3", status="FAILED", took=12_000, metrics={}),
        run(4, name="sweep-41", status="RUNNING", metrics={}, params={"space": "lr, depth"}),
        *(run(number, name=f"trial-{number:03d}", parent=f"{4:032x}") for number in range(5, many + 1)),
        run(501, experiment_id="3", name="tx-transformer-8", age=HOUR, metrics={"auc": 0.89}, params={"layers": "8"}),
        run(
            502, experiment_id="3", name="tx-transformer-7", age=2 * DAY, metrics={"auc": 0.88}, params={"layers": "7"}
        ),
        run(601, experiment_id="2", name="lost-heron", age=3 * DAY),
        run(701, name="gone-newt", lifecycle="deleted", age=DAY),
    ]
    made = world(folder, experiments, runs, **launch)
    made.registry.versions = {f"{1:032x}": (RegisteredAs("churn", "12", ("champion",)),)}
    return made


Predicate = Callable[[], object]
__all__ = [
    "DAY",
    "FORBIDDEN",
    "HOUR",
    "MINUTE",
    "NOW_MS",
    "OFFLINE",
    "URI",
    "World",
    "browse",
    "enter_runs",
    "experiment",
    "listed",
    "message",
    "part",
    "run",
    "runs_pane",
    "shop",
    "world",
]
