"""The runs of a query as far as they are loaded: pages, duplicates, reading again, and what has become of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.fake_registry import FakeRegistry
from tests.support.fakes import FakeTracking, experiment, run
from tui.config.launch import FIRST_PAGE, SCREENFUL
from tui.domain.filter.names import Field
from tui.domain.problem import Kind, Problem
from tui.domain.values import Lifecycle, RegisteredAs, RunDetail, RunsPage
from tui.services.runs_query import SLOW_PAGE, PageSize, RunsQuery, first_page
from tui.services.runs_store import REGISTERED_AT_ONCE, RunsStore

ONE = experiment(1, "churn")


def store_over(runs: Sequence[RunDetail], page_size: int = 1000, query: RunsQuery | None = None) -> RunsStore:
    return RunsStore(query or RunsQuery((ONE,)), FakeTracking([ONE], runs), FakeRegistry(), page_size, PageSize(8.0))


def tracking_of(store: RunsStore) -> FakeTracking:
    tracking = store._tracking
    assert isinstance(tracking, FakeTracking)
    return tracking


def names(store: RunsStore) -> list[str]:
    snapshot = store.snapshot()
    return [snapshot.run_name(row) for row in range(snapshot.row_count) if snapshot.alive[row]]


def many(count: int) -> list[RunDetail]:
    return [run(number) for number in range(count)]


def test_the_first_page_is_a_screenful_and_the_next_ones_are_large() -> None:
    store = store_over(many(1500), page_size=1000)
    first = store.first()
    assert (first.loaded, first.complete, len(first.run_ids)) == (FIRST_PAGE, False, FIRST_PAGE)
    assert store.more().loaded == FIRST_PAGE + 1000
    last = store.more()
    assert (last.loaded, last.complete) == (1500, True)
    assert names(store)[:3] == ["run-000", "run-001", "run-002"]
    tokens = [what[3] for name, what in tracking_of(store).calls if name == "search_runs" and isinstance(what, tuple)]
    assert tokens == [None, "200", "1200"]


def test_a_small_page_size_is_kept_to_at_first_as_well() -> None:
    store = store_over(many(25), page_size=10)
    assert [store.first().loaded, store.more().loaded, store.more().loaded] == [10, 20, 25]
    assert store.complete


def test_when_all_is_loaded_nothing_more_is_asked() -> None:
    store = store_over(many(3))
    assert store.first().complete
    asked = len(tracking_of(store).calls)
    assert store.more().run_ids == ()
    assert len(tracking_of(store).calls) == asked


def test_no_runs_at_all_is_complete() -> None:
    store = store_over([])
    assert store.first() == store.more()
    assert (store.loaded, store.complete) == (0, True)


def test_a_run_that_comes_twice_because_pages_have_shifted_counts_once() -> None:
    store = store_over(many(30), page_size=10)
    store.first()
    tracking_of(store).runs.append(run(900, name="late", age=0))  # the newest now: each later page shifts by one
    store.more()
    store.more()
    store.more()
    assert store.complete
    assert store.loaded == 30
    assert len(set(names(store))) == 30
    assert "late" not in names(store), "it stands on a page that has been read already"


def test_the_newest_are_added_known_ones_renewed_and_none_taken_away() -> None:
    store = store_over(many(30), page_size=10)
    store.first()
    store.more()
    tracking = tracking_of(store)
    tracking.runs.append(run(900, name="late", age=0))
    tracking.runs[0] = run(0, name="renamed")
    taken = store.newest()
    assert taken.loaded == 21
    assert not taken.complete
    assert {"late", "renamed"} <= set(names(store))
    assert "run-000" not in names(store)
    assert store.more().loaded == 30, "the next page overlaps by the one that was added"


def test_reading_again_takes_as_many_as_were_loaded_and_drops_what_is_gone() -> None:
    store = store_over(many(30), page_size=10)
    store.first()
    store.more()
    tracking = tracking_of(store)
    tracking.runs = [one for one in tracking.runs if one.name != "run-003"]
    taken = store.reload()
    assert (taken.loaded, taken.complete) == (20, False)
    assert "run-003" not in names(store)
    assert "run-020" in names(store)
    store.more()
    assert (store.loaded, store.complete) == (29, True)


def test_reading_again_what_failed_midway_changes_nothing() -> None:
    store = store_over(many(30), page_size=10)
    store.first()
    store.more()
    before = names(store)
    tracking = tracking_of(store)
    tracking.problem = Problem(Kind.UNREACHABLE, "Could not read runs", "refused")
    with pytest.raises(Problem):
        store.reload()
    with pytest.raises(Problem):
        store.more()
    assert names(store) == before
    tracking.problem = None
    assert store.more().loaded == 30


def test_a_store_that_has_become_empty_is_so_after_reading_again() -> None:
    store = store_over(many(3))
    store.first()
    tracking_of(store).runs = []
    assert store.reload().loaded == 0
    assert names(store) == []


def test_what_is_asked_is_what_the_query_says() -> None:
    other = experiment(2, "fraud")
    query = RunsQuery((ONE, other), "metrics.auc > 0.5", Lifecycle.ALL)
    store = store_over([], query=query)
    store.first()
    assert tracking_of(store).calls[-1] == ("search_runs", (("1", "2"), "metrics.auc > 0.5", Lifecycle.ALL, None))


def test_experiments_have_their_names_in_the_table_also_after_reading_again() -> None:
    other = experiment(2, "fraud")
    store = store_over([run(1), run(2, experiment_id="2")], query=RunsQuery((ONE, other)))
    store.first()
    assert store.snapshot().experiment_names() == {"1": "churn", "2": "fraud"}
    store.reload()
    assert store.snapshot().experiment_names() == {"1": "churn", "2": "fraud"}


def test_versions_are_told_with_their_aliases() -> None:
    store = store_over(many(3))
    store.first()
    registry = FakeRegistry(
        {
            f"{1:032x}": (RegisteredAs("churn", "12", ("champion", "best")), RegisteredAs("copy", "1", ())),
            f"{9:032x}": (RegisteredAs("absent", "1", ()),),
        }
    )
    store._registry = registry
    assert store.ask_registered([f"{number:032x}" for number in range(3)]) == 1
    texts = store.snapshot().texts(Field("attribute", "registered"))
    assert [texts.at(row) for row in range(3)] == [None, "churn v12 @champion @best, copy v1", None]


def test_many_runs_are_asked_about_some_at_a_time() -> None:
    store = store_over([])
    registry = FakeRegistry()
    store._registry = registry
    store.ask_registered([str(number) for number in range(REGISTERED_AT_ONCE * 2 + 1)])
    assert [len(asked) for asked in registry.asked] == [REGISTERED_AT_ONCE, REGISTERED_AT_ONCE, 1]


# a slow server


class Slow(FakeTracking):
    """A server that takes so many seconds for each run of a page, and gives up after eight."""

    def __init__(self, runs: Sequence[RunDetail], a_run_s: float, latency_s: float = 0.0) -> None:
        super().__init__([ONE], runs)
        self.a_run_s, self.latency_s = a_run_s, latency_s
        self.now = 0.0
        self.sizes: list[int] = []

    def search_runs(self, *given: Any, max_results: int = 1000, **how: Any) -> RunsPage:
        page = super().search_runs(*given, max_results=max_results, **how)
        took = self.latency_s + self.a_run_s * len(page.run_ids)
        self.sizes.append(max_results)
        self.now += min(took, 8.0)
        if took > 8.0:
            raise Problem(Kind.TIMEOUT, "Could not read the runs", "It did not answer in time.")
        return page

    def read_all(self, lately_s: float = 0.0, *, to_the_end: bool = False, grows: bool = True) -> int:
        pace = PageSize(8.0, lambda: lately_s, lambda: self.now, grows=grows)
        store = RunsStore(RunsQuery((ONE,)), self, FakeRegistry(), 1000, pace)
        store.first()
        while not store.complete:
            store.more(to_the_end=to_the_end)
        return store.loaded


def test_a_page_that_did_not_come_in_time_is_asked_for_again_as_a_smaller_one() -> None:
    slow = Slow(many(1200), 0.01)
    assert slow.read_all() == 1200
    assert slow.sizes[:3] == [FIRST_PAGE, 1000, 250], "ten seconds would have been too long"
    assert len(slow.sizes) < 9


def test_a_mere_screenful_is_followed_by_the_rest_of_a_first_page() -> None:
    server = Slow(many(2300), 0.0)
    pace = PageSize(8.0, monotonic=lambda: server.now)
    store = RunsStore(RunsQuery((ONE,)), server, FakeRegistry(), 1000, pace)
    store.begin(first_page(store.query, server, SCREENFUL, pace))
    assert store.more().loaded == FIRST_PAGE
    assert store.more().loaded == FIRST_PAGE + 1000
    assert server.sizes == [SCREENFUL, FIRST_PAGE - SCREENFUL, 1000]


def test_a_page_that_was_nearly_too_late_is_followed_by_a_smaller_one() -> None:
    slow = Slow(many(2500), 0.007)
    assert slow.read_all() == 2500
    assert slow.sizes == [FIRST_PAGE, 1000, 500, 500, 500]


def test_where_all_are_wanted_pages_grow_to_what_comes_in_a_second() -> None:
    quick = Slow(many(10_200), 0.0002)
    assert quick.read_all(to_the_end=True) == 10_200
    assert quick.sizes == [FIRST_PAGE, 1000, 4000, 5000], "four times as many, and then what comes in a second"
    slow = Slow(many(3200), 0.002)
    assert slow.read_all(to_the_end=True) == 3200
    assert slow.sizes == [FIRST_PAGE, 1000, 1000, 1000], "two seconds each: progress is to be seen"
    scrolled = Slow(many(3200), 0.0002)
    assert scrolled.read_all() == 3200
    assert scrolled.sizes == [FIRST_PAGE, 1000, 1000, 1000], "nobody has asked for all"
    server = Slow(many(3200), 0.0002)
    assert server.read_all(to_the_end=True, grows=False) == 3200
    assert server.sizes == [FIRST_PAGE, 1000, 1000, 1000], "its next page is on its way already"


def test_pages_of_many_values_do_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RunsPage, "value_count", property(lambda page: 400 * len(page)))
    wide = Slow(many(4200), 0.0)
    assert wide.read_all(to_the_end=True) == 4200
    assert wide.sizes == [FIRST_PAGE, 1000, 1250, 1250, 1250], "half a million values are enough at a time"


def test_reading_again_takes_no_more_than_there_were() -> None:
    quick = Slow(many(9000), 0.0)
    store = RunsStore(
        RunsQuery((ONE,)), quick, FakeRegistry(), 1000, PageSize(8.0, monotonic=lambda: quick.now, grows=True)
    )
    store.first()
    for _ in range(3):
        store.more(to_the_end=True)
    assert store.loaded == 9000 and store.complete
    quick.sizes.clear()
    assert store.reload().loaded == 9000
    assert quick.sizes == [9000]


def test_a_server_that_is_far_is_asked_for_pages_of_full_size() -> None:
    far = Slow(many(2500), 0.0, 5.0)
    assert far.read_all() == 2500
    assert far.sizes == [FIRST_PAGE, 1000, 1000, 1000]


def test_the_first_page_is_smaller_where_the_last_request_took_long() -> None:
    far = Slow(many(300), 0.0, 5.0)
    assert far.read_all(lately_s=5.0) == 300
    assert far.sizes == [SLOW_PAGE, FIRST_PAGE - SLOW_PAGE, 1000]


def test_a_server_that_answers_nothing_in_time_is_asked_once_more_and_no_oftener() -> None:
    silent = Slow(many(300), 0.0)
    pace = PageSize(8.0, monotonic=lambda: silent.now)
    store = RunsStore(RunsQuery((ONE,)), silent, FakeRegistry(), 1000, pace)
    store.first()
    silent.latency_s = 9.0
    with pytest.raises(Problem):
        store.more()
    assert silent.sizes == [FIRST_PAGE, 1000, 250]
    silent.latency_s = 0.0
    store.more()
    store.more()
    assert silent.sizes[3:] == [62, 124], "quick again: pages grow"
