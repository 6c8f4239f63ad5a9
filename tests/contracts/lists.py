"""Every list of the deck: the places of the registry that it stands for, how one comes to it, and what is in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.contracts.shop import keep_records
from tests.support.deck import World, enter_runs
from tests.support.driver import Deck
from tests.support.evaluated import RUNS
from tests.support.fakes import NOW_MS
from tests.support.models import open_models
from tests.support.prompts import on_support, open_prompts
from tests.support.traced import many_infos
from tests.support.writing import BEE, ELK, OX
from tui.app.application import DeckApp
from tui.domain.traces.values import TraceScope
from tui.services.session import LoggedRequest
from tui.ui.routes import (
    ArtifactsRoute,
    CompareRoute,
    EvaluationDiffRoute,
    EvaluationSetRoute,
    EvaluationsRoute,
    IncidentRoute,
    LedgerRoute,
    LoggedModelsRoute,
    ModelRoute,
    RunRoute,
    SweepRoute,
    TraceDiffRoute,
    TraceGroupsRoute,
    TraceRoute,
    VersionRoute,
)
from tui.widgets.grid import Grid

Open = Callable[[Deck[int]], Awaitable[None]]


@dataclass(frozen=True)
class ListRow:
    """One list. ``words`` typed in its filter leave ``found`` and hide ``hidden``; "" of ``words`` has no filter.

    ``names_columns`` where it is columns that the filter leaves and hides.
    """

    name: str
    places: tuple[str, ...]
    open: Open
    words: str
    found: str
    hidden: str
    prepare: Callable[[World], None] = lambda _world: None
    names_columns: bool = False

    def __str__(self) -> str:
        return self.name


def grid_here(deck: Deck[int]) -> Grid:
    """The list that has the keys."""
    assert isinstance(deck.app.focused, Grid), (
        f"no list has the keys but {deck.app.focused}; the screen:\n{deck.text()}"
    )
    return deck.app.focused


async def opened(deck: Deck[int], row: ListRow) -> Grid:
    """Come to a list and wait until it stands."""
    assert isinstance(deck.app, DeckApp)
    await deck.until(lambda: isinstance(deck.app, DeckApp) and deck.app.begun, "the context is open")
    await row.open(deck)
    await deck.until(
        lambda: isinstance(deck.app.focused, Grid) and deck.app.focused.row_count > 0,
        f"{row.name} has rows and the keys",
    )
    if row.found:
        await deck.until_text(row.found)
    await deck.settle()
    return grid_here(deck)


def headings(grid: Grid) -> list[str]:
    return [column.key for column in grid.table.columns] if grid.table is not None else []


def widths(grid: Grid) -> dict[str, int]:
    return {column.key: column.width for column in grid.table.columns} if grid.table is not None else {}


def order(grid: Grid) -> tuple[dict[str, str], list[str]]:
    """The marks of sorted columns, and the rows from the top."""
    table = grid.table
    if table is None:
        return {}, []
    marks: dict[str, str] = {column.key: column.order for column in table.columns if column.order}
    return marks, [table.row_key(row) for row in range(table.row_count)]


# how one comes to each


async def _experiments(deck: Deck[int]) -> None:
    await deck.until_text("weekly")


async def _runs(deck: Deck[int]) -> None:
    await enter_runs(deck, "gallant-ox-12")


async def _models(deck: Deck[int]) -> None:
    await open_models(deck)


async def _versions(deck: Deck[int]) -> None:
    await open_models(deck)
    await deck.press("tab")


async def _serving(deck: Deck[int]) -> None:
    await deck.press("3")
    await deck.until_text("off their alias")


async def _entities(deck: Deck[int]) -> None:
    await _serving(deck)
    await deck.press("down", "tab")
    await deck.until_text("Small CPU")


async def _prompts(deck: Deck[int]) -> None:
    await open_prompts(deck)


async def _prompt_versions(deck: Deck[int]) -> None:
    await on_support(deck)


async def _traces(deck: Deck[int]) -> None:
    await deck.press("5")
    await deck.until_text("12m")


async def _stores(deck: Deck[int]) -> None:
    await deck.press("0")
    await deck.until_text("fraud_score")


async def _requests(deck: Deck[int]) -> None:
    assert isinstance(deck.app, DeckApp)
    for number, operation in enumerate(("search_experiments", "search_runs", "get_run"), 1):
        deck.app.session.log.record(LoggedRequest(number, operation, "all of it", NOW_MS, 8.0, "ok", "", 10))
    await deck.press("at")
    await deck.until_text("search_runs")


def go_to(route: object, text: str, *keys: str) -> Open:
    async def go(deck: Deck[int]) -> None:
        assert isinstance(deck.app, DeckApp)
        deck.app.go(route)  # type: ignore[arg-type]  # each is one of the routes
        await deck.until_text(text)
        for key in keys:
            await deck.press(key)
            await deck.settle()

    return go


_RUN = RunRoute(OX)
_TRACE, _OTHER = (info.id for info in many_infos(2))
_GROUPS = TraceGroupsRoute(TraceScope(("1",), "churn/weekly"), tuple(many_infos()), kind="user")
_EVALUATIONS = EvaluationsRoute(("1",), "churn/weekly")
_RUNS = CompareRoute((OX, ELK, BEE))
_SWEEP = CompareRoute(tuple(f"{number:032x}" for number in range(5, 13)))

LISTS: tuple[ListRow, ...] = (
    ListRow("experiments", ("experiments",), _experiments, "backf", "backfill", "pricing"),
    ListRow("runs", ("runs",), _runs, "brave", "brave-elk-771", "calm-bee-3"),
    ListRow("models", ("models", "registry"), _models, "pric", "pricing", "fraud_score"),
    ListRow("versions", ("versions", "registry"), _versions, "weekly-13", "v13", "v9 "),
    ListRow(
        "versions of a page", ("versions", "registry"), go_to(ModelRoute("churn"), "v14"), "weekly-13", "v13", "v9 "
    ),
    ListRow("prompts", ("prompts", "prompt"), _prompts, "tria", "triage", "draft"),
    ListRow("prompt versions", ("prompt_versions", "prompt"), _prompt_versions, "First", "First", "Shorter answers"),
    ListRow("facts", ("facts", "registry"), go_to(VersionRoute("churn", "12"), "[Metrics 2]"), "loss", "loss", "auc"),
    ListRow("params", ("details", "run"), go_to(_RUN, "depth"), "dep", "depth", "lr"),
    ListRow("metrics", ("details", "run"), go_to(_RUN, "depth", "right_square_bracket"), "loss", "val_loss", "val_auc"),
    ListRow(
        "artifacts",
        ("artifact_tree", "artifacts"),
        go_to(ArtifactsRoute("run", OX, "gallant-ox-12"), "notes.txt"),
        "notes",
        "notes.txt",
        "report.md",
    ),
    ListRow("comparison", ("compare", "compare_views"), go_to(_RUNS, "depth"), "loss", "val_loss", "val_auc"),
    ListRow(
        "groups",
        ("compare_groups", "compare_views"),
        go_to(_SWEEP, "depth", "g"),
        "loss",
        "val_loss",
        "val_auc",
        names_columns=True,
    ),
    ListRow("files", ("compare_files", "compare_views"), go_to(_RUNS, "depth", "f"), "notes", "notes.txt", "report.md"),
    ListRow("which matter", ("compare_params", "compare_views"), go_to(_SWEEP, "depth", "I"), "", "", ""),
    ListRow(
        "incident",
        ("incident", "registry"),
        go_to(IncidentRoute("churn", "champion"), "served-elsewhere"),
        "canary",
        "churn-canary",
        "churn-prod  ",
    ),
    ListRow(
        "sweep", ("sweep",), go_to(SweepRoute("1", "churn/weekly"), "trial-008"), "trial-00", "trial-008", "brave-elk"
    ),
    ListRow("board over contexts", ("stores",), _stores, "fraud", "fraud_score", "pricing"),
    ListRow("ledger", ("ledger",), go_to(LedgerRoute(), "alias move"), "gallant", "gallant", "churn", keep_records),
    ListRow("requests", ("requests",), _requests, "search_exp", "search_experiments", "search_runs"),
    ListRow("endpoints", ("serving_list", "serving"), _serving, "fraud", "fraud-scoring", "churn-canary"),
    ListRow("entities", ("serving",), _entities, "", "Small CPU", ""),
    ListRow("traces", ("traces", "trace"), _traces, "s-4", "s-4", "s-1"),
    ListRow(
        "waterfall", ("spans", "trace"), go_to(TraceRoute(_TRACE), "find_order"), "chat_model", "plan", "find_order"
    ),
    ListRow("span", ("span", "trace"), go_to(TraceRoute(_TRACE), "question", "tab"), "parcel", "parcel 1", "own 10ms"),
    ListRow(
        "two traces", ("trace_diff",), go_to(TraceDiffRoute(_TRACE, _OTHER), "find_order"), "find", "find_order", "plan"
    ),
    ListRow("evaluation runs", ("evaluations", "evaluation"), go_to(_EVALUATIONS, "agent-v2"), "v1", "agent-v1", "v2"),
    ListRow(
        "evaluation datasets", ("evaluation_sets",), go_to(_EVALUATIONS, "golden", "tab"), "owner", "golden", "other"
    ),
    ListRow("scorers", ("scorers",), go_to(_EVALUATIONS, "polite", "tab", "tab"), "pol", "polite", "correctness"),
    ListRow(
        "records",
        ("records", "evaluation_set"),
        go_to(EvaluationSetRoute("d-1"), "question 1"),
        "question 2",
        "question 2",
        "question 1",
    ),
    ListRow(
        "evaluations compared",
        ("evaluation_diff",),
        go_to(EvaluationDiffRoute(RUNS), "newly fails"),
        "newly",
        "question 3",
        "question 1",
    ),
    ListRow(
        "logged models",
        ("logged_models",),
        go_to(LoggedModelsRoute(("1",), "weekly"), "ranker"),
        "depth",
        "ranker",
        "churn",
    ),
    ListRow("trace groups", ("trace_groups",), go_to(_GROUPS, "ana"), "be", "ben", "cho"),
)
