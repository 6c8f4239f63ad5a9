"""The reader of MLflow's SQL schema, judged by MlflowClient: the same values in the same order, of every store."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import open_session
from tests.gateway.zoo import Zoo
from tests.support import stores
from tests.support.judging import answer, plain
from tui.domain.values import Lifecycle
from tui.gateway import dispatch, readers
from tui.gateway.problems import Elsewhere
from tui.gateway.sql import database

REVISIONS = Path(__file__).parent / "revisions"
Calls = list[tuple[str, tuple[Any, ...], dict[str, Any]]]


def calls_of(path: Path) -> Calls:
    """Every read of a store that the deck might ask for, and some that are refused."""
    with closing(sqlite3.connect(path)) as connection:

        def column(statement: str) -> list[str]:
            return [str(value) for (value,) in connection.execute(statement)]

        experiments = column("SELECT experiment_id FROM experiments ORDER BY 1")
        names = column("SELECT name FROM experiments ORDER BY 1")
        runs = column("SELECT run_uuid FROM runs ORDER BY start_time DESC, run_uuid LIMIT 40")
        models = column("SELECT name FROM registered_models ORDER BY 1")
        versions = list(connection.execute("SELECT name, version FROM model_versions ORDER BY 1, 2"))
        logged = column("SELECT model_id FROM logged_models ORDER BY 1") if _knows_logged_models(connection) else []
        parents = column("SELECT DISTINCT value FROM tags WHERE key = 'mlflow.parentRunId'")
    calls: Calls = [("tracking.search_experiments", (view,), {}) for view in Lifecycle]
    calls += [("tracking.search_experiments", (), {"max_results": most}) for most in (0, 1, 2, 3)]
    calls += [("tracking.search_experiments", (), {"filter_string": "name LIKE '%o%'"})]
    calls += [("tracking.get_experiment", (each,), {}) for each in [*experiments, "987654", "x", "", "１"]]
    calls += [("tracking.get_experiment_by_name", (each,), {}) for each in [*names, "no such", "\x00"]]
    calls += [("tracking.count_runs", (some,), {}) for some in (experiments, experiments[:1], [])]
    calls += [("tracking.search_runs", ([each],), {"view": view}) for each in experiments for view in Lifecycle]
    calls += [("tracking.search_runs", (some,), {"max_results": 7}) for some in (experiments, ["x"], [])]
    calls += [("tracking.get_run", (each,), {}) for each in [*runs, "0" * 32, "", "'"]]
    calls += [("tracking.child_runs", (each, experiments[-1]), {}) for each in [*parents, "x' OR '1"]]
    calls += [("tracking.child_runs", (each, other), {}) for each in parents for other in experiments]
    calls += [("artifacts.logged_models", (each,), {"told": True}) for each in [*runs, "0" * 32, "a'b"]]
    calls += [
        ("artifacts.models_of", (some,), {"max_results": 2}) for some in (experiments, experiments[-1:], [], ["x"])
    ]
    calls += [("artifacts.logged_model", (each,), {}) for each in [*logged, "m-" + "0" * 32, "a'b"]]
    calls += [("history.sampled", (runs[:20], key), {}) for key in ("loss", "nan", "inf", "back", "none")]
    calls += [("history.sampled", (runs[:20], "loss"), {"points": 2, "steps": (1, 3)})]
    calls += [("history.page", (each, key), {}) for each in runs[:10] for key in ("loss", "back")]
    calls += [(f"{port}.search_models", (), {}) for port in ("registry", "prompts")]
    calls += [(f"prompts.{asked}", (each,), {}) for asked in ("get_model", "search_versions") for each in models]
    calls += [("prompts.aliases_at", (each, ("champion", "none")), {}) for each in models]
    calls += [("prompts.get_versions", ([(name, str(version)) for name, version in versions],), {})]
    calls += [("registry.search_models", (), {"max_results": 1}), ("registry.search_models", (), {"token": "?"})]
    calls += [
        ("registry.search_models", (), {"filter_string": said})
        for said in ("name LIKE '%u%'", "name ILIKE '%U%'", "name = 'churn'", "tags.owner = 'ada'", "no filter")
    ]
    calls += [("registry.get_model", (each,), {}) for each in [*models, "no such", "a/b", "", "..", "CHURN"]]
    calls += [("registry.aliases_at", (each, ("champion", "blue", "none")), {}) for each in [*models, "no such"]]
    calls += [("registry.aliases_at", (each, ("latest", "\u202e")), {}) for each in models]
    calls += [("registry.count_versions", (models,), {}), ("registry.count_versions", ([],), {})]
    calls += [("registry.search_versions", (each,), {}) for each in [*models, "no such", "a'b"]]
    calls += [("registry.search_versions", (each,), {"max_results": 1}) for each in models]
    calls += [("registry.get_version", (name, str(version)), {}) for name, version in versions]
    calls += [("registry.get_version", (each, "99"), {}) for each in models] + [
        ("registry.get_version", ("a", "b"), {})
    ]
    pairs = [(name, str(version)) for name, version in versions]
    calls += [("registry.get_versions", ([*pairs, ("churn", "77"), ("a/b", "1")],), {})]
    calls += [("registry.get_versions", (pairs,), {})]
    calls += [("registry.registered_as", ([*runs, "no-such", "'"],), {}), ("registry.registered_as", ([],), {})]
    calls += [("registry.registered_as", (some,), {}) for some in ([*runs, *logged], logged, logged[:1])]
    calls += [("registry.source_runs", ([*runs, "0" * 32],), {})]
    calls += [("registry.source_runs", ([*runs, "0" * 32, "it's"],), {})]
    calls += [("registry.source_models", ([*logged, "m-" + "0" * 32],), {})]
    return calls


def _knows_logged_models(connection: sqlite3.Connection) -> bool:
    return bool(list(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'logged_models'")))


def differing(
    fast: Mapping[str, Callable[..., Any]], slow: Mapping[str, Callable[..., Any]], calls: Calls
) -> tuple[list[str], set[str]]:
    """The calls that are answered differently, and the reads that the fast reader answered itself."""
    wrong: list[str] = []
    known: set[str] = set()
    for op, args, kwargs in calls:
        try:
            got = answer(lambda: fast[op](*args, **kwargs))  # noqa: B023  called at once
        except Elsewhere:
            continue
        known.add(op)
        wanted = answer(lambda: slow[op](*args, **kwargs))  # noqa: B023  called at once
        if without_tokens(got) != without_tokens(wanted) or keys_of(got) != keys_of(wanted):
            wrong.append(f"{op}{args}{kwargs}:\n  {got}\n  {wanted}")
    return wrong, known


def without_tokens(found: Any) -> Any:
    """An answer with the token told as whether there is one: a reader's own says more than MLflow's."""
    if isinstance(found, dict) and "next_token" in found:
        return {**found, "next_token": found["next_token"] is not None}
    return found


def keys_of(found: Any) -> Any:
    """The keys of a page's columns, in their order, in which a table shows them."""
    if not isinstance(found, dict) or "run_ids" not in found:
        return None
    return [list(found[part]) for part in ("params", "tags", "metrics")]


def both(path: Path) -> tuple[dict[str, Callable[..., Any]], Mapping[str, Callable[..., Any]]]:
    """The reader's own requests, and those of MlflowClient."""
    session = open_session(stores.Store(path).uri)
    session.own_readers = False
    return readers.sql_reads(session), dispatch.operations(session)


EVERY_READ = {
    "tracking.search_experiments",
    "tracking.get_experiment",
    "tracking.get_experiment_by_name",
    "tracking.count_runs",
    "tracking.search_runs",
    "tracking.get_run",
    "tracking.child_runs",
    "artifacts.logged_models",
    "artifacts.models_of",
    "artifacts.logged_model",
    "history.sampled",
    "history.page",
    "registry.search_models",
    "registry.get_model",
    "registry.aliases_at",
    "registry.count_versions",
    "registry.search_versions",
    "registry.get_version",
    "registry.get_versions",
    "registry.registered_as",
    "registry.source_runs",
    "registry.source_models",
}


def but_prompts(known: set[str]) -> set[str]:
    """The reads without those of prompts, which a reader answers only where there is such a prompt."""
    return {op for op in known if not op.startswith("prompts.")}


def test_the_store_of_everything(zoo: Zoo) -> None:
    fast, slow = both(zoo.store.path)
    wrong, known = differing(fast, slow, calls_of(zoo.store.path))
    assert not wrong, "\n".join(wrong)
    assert but_prompts(known) == EVERY_READ


FILTERS = (
    "metrics.loss < 0.5",
    "metrics.`a/b c.d` = 1.5",
    "metrics.nan != 3",
    "metrics.nan = 0",
    "metrics.inf > 1e300",
    "metrics.tiny >= 0",
    "metrics.zero = -0.0",
    "params.lr = '0.1' AND tags.`mlflow.parentRunId` LIKE '%'",
    "params.lr != '0.1'",
    "params.lr LIKE '0._'",
    "params.empty = ''",
    "params.lr IS NULL",
    "params.lr IS NOT NULL AND attributes.status = 'FAILED'",
    "tags.`mlflow.note.content` ILIKE '%LINES%'",
    "tags.`t b:c` LIKE '%漢字%'",
    "tags.`t b:c` ILIKE '%EVIL%'",
    "attributes.run_name = 'parent'",
    "attributes.run_name LIKE 'child%'",
    "attributes.run_name ILIKE 'CHILD%' AND attributes.run_name != 'child 1'",
    "attributes.run_name LIKE 'Child%'",
    "attributes.status != 'FINISHED'",
    "attributes.start_time >= 1760000000001",
    "attributes.start_time > 1760000000000.5",
    "attributes.end_time < 1760000009000",
    "attributes.end_time != 0",
    "attributes.user_id = 'ada'",
    "attributes.user_id ILIKE '%A%'",
    "attributes.artifact_uri LIKE 'file%'",
    "dataset.name = 'train'",
    "dataset.digest LIKE 'abc%' AND attributes.status = 'RUNNING'",
    # what is refused, or is left to MLflow's own parser, is answered by it
    "metrics.loss < 'x'",
    "params.lr = 0.1",
    "params.lr IN ('a')",
    "attributes.status LIKE 1",
    "attributes.nothing = 'x'",
    "attributes.start_time = 'x'",
    "attributes.run_id = 'x' OR attributes.run_id = 'y'",
    'attributes.run_name = "it\'s"',
    "dataset.context = 'training'",
    "run_name = 'parent'",
    "params.lr = '0.1' AND ",
    "AND",
    "metrics.loss <  0.5",
)


@pytest.mark.parametrize("said", FILTERS)
def test_a_filter_finds_what_mlflow_finds(zoo: Zoo, said: str) -> None:
    _, slow = both(zoo.store.path)
    first = readers.over(open_session(zoo.store.uri), slow)["tracking.search_runs"]
    some = [zoo.experiment, zoo.hostile_experiment]
    wanted = answer(lambda: slow["tracking.search_runs"](some, filter_string=said, view=Lifecycle.ALL))
    assert answer(lambda: first(some, filter_string=said, view=Lifecycle.ALL)) == wanted


def test_runs_by_id(zoo: Zoo) -> None:
    fast, slow = both(zoo.store.path)
    some = (*zoo.many_runs[:300], zoo.deleted_run, "no-such")
    said = f"attributes.run_id IN ({', '.join(map(repr, some))})"
    for view in Lifecycle:
        asked = {"filter_string": said, "view": view}
        got = answer(lambda: fast["tracking.search_runs"]([zoo.many, zoo.experiment], **asked))  # noqa: B023
        assert got == answer(lambda: slow["tracking.search_runs"]([zoo.many, zoo.experiment], **asked))  # noqa: B023


def _pages(ask: Callable[..., Any], experiment: str, size: int) -> list[Any]:
    pages = [ask([experiment], max_results=size)]
    while pages[-1].next_token:
        pages.append(ask([experiment], max_results=size, token=pages[-1].next_token))
    return pages


def test_page_after_page(zoo: Zoo) -> None:
    fast, slow = both(zoo.store.path)
    got = _pages(fast["tracking.search_runs"], zoo.many, 400)
    wanted = _pages(slow["tracking.search_runs"], zoo.many, 400)
    assert list(map(without_tokens, map(plain, got))) == list(map(without_tokens, map(plain, wanted)))


def test_mlflow_goes_on_where_the_reader_stopped_and_the_other_way_round(zoo: Zoo) -> None:
    fast, slow = both(zoo.store.path)
    mine, theirs = fast["tracking.search_runs"], slow["tracking.search_runs"]
    first = mine([zoo.many], max_results=600)
    second = theirs([zoo.many], max_results=600, token=first.next_token)
    third = mine([zoo.many], max_results=600, token=second.next_token)
    assert [*first.run_ids, *second.run_ids, *third.run_ids] == list(reversed(zoo.many_runs))
    assert third.next_token is None


def test_runs_that_come_and_go_between_pages_neither_double_nor_lose_others(own_zoo: Zoo) -> None:
    fast, _ = both(own_zoo.store.path)
    ask = fast["tracking.search_runs"]
    pages = [ask([own_zoo.many], max_results=200)]
    newest = list(reversed(own_zoo.many_runs))
    while token := pages[-1].next_token:
        came = len(pages)
        with closing(sqlite3.connect(own_zoo.store.path)) as connection, connection:
            # One that was read is deleted, one that is to come is deleted, and a newer one appears.
            connection.execute("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", (newest[came],))
            connection.execute("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = ?", (newest[-came],))
            connection.execute(
                "INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, experiment_id) "
                "VALUES (?, 'new', 'RUNNING', 1999999999999, 'active', ?)",
                (f"{came:032x}", int(own_zoo.many)),
            )
        pages.append(ask([own_zoo.many], max_results=200, token=token))
    read = [run_id for page in pages for run_id in page.run_ids]
    assert len(read) == len(set(read))
    gone = {newest[-came] for came in range(1, len(pages))}
    assert set(read) == set(own_zoo.many_runs) - gone


def test_a_token_outlives_the_process_that_gave_it(zoo: Zoo) -> None:
    pages = [both(zoo.store.path)[0]["tracking.search_runs"]([zoo.many], max_results=400)]
    while token := pages[-1].next_token:
        pages.append(both(zoo.store.path)[0]["tracking.search_runs"]([zoo.many], max_results=400, token=token))
    assert [run_id for page in pages for run_id in page.run_ids] == list(reversed(zoo.many_runs))


@pytest.mark.parametrize("revision", sorted(database.REVISIONS))
def test_a_store_as_each_version_of_mlflow_made_it(revision: str, tmp_path: Path) -> None:
    """MLflow judges by a copy that it has migrated; the store itself is read as it is."""
    store, migrated = tmp_path / "old.db", tmp_path / "migrated.db"
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript((REVISIONS / f"{revision}.sql").read_text(encoding="utf-8"))
    shutil.copyfile(store, migrated)
    stores.Store(migrated).client()
    before = store.read_bytes()
    fast, slow = readers.sql_reads(open_session(stores.Store(store).uri)), both(migrated)[1]
    wrong, known = differing(fast, slow, calls_of(store))
    assert not wrong, "\n".join(wrong)
    models = {op for op in EVERY_READ if op.startswith("artifacts.")}
    logged = set() if database.REVISIONS[revision].has_logged_models else models
    assert but_prompts(known) == EVERY_READ - logged
    assert store.read_bytes() == before


def test_runs_of_a_thousand_keys(tmp_path: Path) -> None:
    store = stores.make_store(tmp_path)
    experiment = store.add_experiment("wide")
    store.add_runs(experiment, 3, metrics=1000, params=1000, tags=1000)
    fast, slow = both(store.path)
    wrong, _ = differing(fast, slow, [("tracking.search_runs", ([experiment],), {})])
    assert not wrong
