"""Traces by keys: the table, its filter and header, the waterfall, a span, two traces, groups, sessions, links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.contracts.shop import full_shop
from tests.support.deck import World, experiment, message, shop
from tests.support.deck import world as world_of
from tests.support.driver import Deck
from tests.support.fakes import HOUR, NOW_MS
from tests.support.traced import assessment, many_infos, refund, span, trace_info
from tests.support.writing import OX
from tui.app.application import DeckApp
from tui.app.signals import Resuming
from tui.domain.capabilities import Capabilities, expected, of_server
from tui.domain.places import parse_place
from tui.domain.problem import Kind, Problem
from tui.domain.traces.summary import traces_lie
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import (
    ERROR,
    IN_PROGRESS,
    LOCATION_TAG,
    OK,
    TRACKING_STORE,
    CostOfModel,
    Trace,
    TraceMetrics,
    TracesPage,
    Warehouse,
)
from tui.features.traces.compare import TraceDiffScreen
from tui.features.traces.groups import TraceGroupsScreen
from tui.features.traces.pane import TracesPane
from tui.features.traces.screen import TracesScreen
from tui.features.traces.trace import TraceScreen
from tui.ui.routes import RunRoute, VersionRoute


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = shop(tmp_path)
    made.traces.infos = many_infos()
    return made


def here(deck: Deck[int]) -> TracesPane:
    assert isinstance(deck.app, DeckApp) and isinstance(deck.app.page, TracesScreen)
    return deck.app.page.traces


def trace_page(deck: Deck[int]) -> TraceScreen:
    assert isinstance(deck.app, DeckApp) and isinstance(deck.app.page, TraceScreen)
    return deck.app.page


async def open_traces(deck: Deck[int]) -> TracesPane:
    await deck.until_text("weekly")
    await deck.press("5")
    await deck.until_text("Traces")
    await deck.until(lambda: here(deck).grid.row_count > 0, "traces are listed")
    await deck.settle()
    return here(deck)


async def open_first(deck: Deck[int], *keys: str) -> TraceScreen:
    await open_traces(deck)
    await deck.press(*keys, "enter")
    await deck.until(
        lambda: isinstance(deck.app, DeckApp) and isinstance(deck.app.page, TraceScreen), "the page of a trace"
    )
    await deck.until(lambda: trace_page(deck).waterfall.grid.row_count > 0, "its spans are here")
    await deck.settle()
    return trace_page(deck)


async def test_five_lists_the_traces_of_the_experiment_that_is_shown(world: World) -> None:
    world.traces.infos.append(trace_info(50, experiment_id="3", request="elsewhere"))
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        assert pane.scope.places == ("1",)
        deck.shows("agent.run", "parcel 12", "8.2s", "$0.006", "✗ judge", "s-1", "ana", "2 001")
        assert "elsewhere" not in deck.text()
        await deck.press("full_stop")
        await deck.until_text("elsewhere")
        deck.shows("experiment")


async def test_the_header_tells_what_they_come_to_and_whose_numbers_these_are(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        deck.shows("12 traces", "errors 25.0%", "p50", "p95", "p99", "tokens", "this hour 12", "of 12 loaded")
        await deck.press("slash")
        await deck.type("status = error")
        await deck.until_text("3 traces")
        deck.shows("errors 100.0%", "of 3 loaded")


async def test_a_server_that_counts_is_asked_where_not_all_are_loaded(world: World) -> None:
    world.traces.infos = many_infos(2600)
    world.traces.counted = TraceMetrics(2600, 650, 900.0, 8200.0, 9000.0, 5_200_000, (CostOfModel("gpt-4o", 12.3),))
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        await deck.until_text("counted by the server")
        deck.shows("2 600 traces", "5.2 M tokens", "$12.30 (gpt-4o $12.30)", "2 000 of ? loaded")
        await deck.press("ctrl+e")
        await deck.until(lambda: len(pane.held) == 2600, "all are loaded")
        await deck.until_text("· 2 600")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("status = error AND took > 4s AND (tokens > 7000 OR cost > 0.002) AND correctness = false", 3),
        ("has:correctness", 6),
        ("text ~ parcel.1\\b", 1),
        ("NOT status = error", 9),
    ],
)
async def test_the_filter_knows_or_tokens_cost_and_what_was_said(world: World, text: str, left: int) -> None:
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        asked = world.traces.called("search")
        await deck.press("slash")
        await deck.type(text)
        await deck.until(lambda: pane.grid.row_count == left, f"{left} are left")
        assert world.traces.called("search") == asked


async def test_ctrl_s_sends_what_the_server_can_and_the_rest_stays(world: World) -> None:
    world.traces.filters = lambda said, info: info.state == ERROR if "ERROR" in said else True
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        await deck.press("slash")
        await deck.type("status = error tokens > 2005")
        await deck.press("ctrl+s")
        await deck.until(lambda: pane.server_filter == "trace.status = 'ERROR'", "it is sent")
        await deck.until(lambda: len(pane.held) == 3, "the server's answer is here")
        deck.shows("server: trace.status = 'ERROR'")
        assert pane.query_text == "tokens > 2005" and pane.grid.row_count == 2
        await deck.press("escape", "escape")
        await deck.until(lambda: len(pane.held) == 12, "all are back")


async def test_what_has_the_server_read_every_span_is_told_before_it_is_sent(world: World) -> None:
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        await deck.press("slash")
        await deck.type("span.name = plan")
        await deck.press("ctrl+s")
        await deck.until_text("reads every span")
        assert not pane.server_filter
        await deck.press("ctrl+s")
        await deck.until(lambda: pane.server_filter == "span.name = 'plan'", "it is sent the second time")


async def test_what_mlflow_cannot_say_is_told(world: World) -> None:
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        await deck.press("slash")
        await deck.type("tokens > 1 OR cost > 1")
        await deck.press("ctrl+s")
        await deck.until_text("cannot say this")
        assert not pane.server_filter


async def test_watching_brings_new_ones_and_drops_what_was_deleted_meanwhile(world: World) -> None:
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        await deck.press("down", "down")
        key = pane.grid.cursor_key
        world.traces.infos = [
            trace_info(0, request="brand new", state=IN_PROGRESS, took_ms=400, response=""),
            *(info for info in world.traces.infos if "parcel 5" not in info.request),
        ]
        pane.newest()
        await deck.until_text("brand new")
        assert pane.grid.cursor_key == key
        deck.shows("↻", "400ms…", "(running)")
        assert "parcel 5" not in deck.text()


async def test_a_server_without_traces_says_so(world: World) -> None:
    world.can = Capabilities(traces=False, server_version="2.9.2")
    async with world.open() as deck:
        await deck.until_text("weekly")
        await deck.press("5")
        await deck.until_text("MLflow 2.9.2 has no traces: they came with 2.14")
        assert not world.traces.calls


async def test_a_server_that_keeps_no_assessments_offers_none(world: World) -> None:
    world.can = of_server(expected("http://server:5000", "http://server:5000"), "2.22.0")
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        for begins in ("agent", "› agent"):
            await deck.until_text(begins)
            assert "e assess" not in deck.text()
            await deck.press("e")
            await deck.until(lambda: "keeps no assessments of traces: they came with 3.2" in message(deck), "said")
            await deck.press("A")
            await deck.until(lambda: "has no evaluation datasets" in message(deck), "that too")
            await deck.press("enter")
        assert not world.trace_writes.called("assess")


async def test_nothing_is_called_none_while_it_is_read(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        world.traces.gate.clear()
        try:
            await deck.press("5")
            await deck.until_text("Reading traces …")
            assert "No traces" not in deck.text() and "· 0" not in deck.text()
        finally:
            world.traces.gate.set()
        await deck.until_text("parcel 12")


async def test_a_failure_keeps_what_was_there(world: World) -> None:
    world.settings = replace(world.settings, keys={"app.refresh": "f6"})
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        world.traces.problem = Problem(Kind.SERVER, "Could not read the traces", "It answered 500.")
        await deck.press("f6")
        await deck.until_text("It answered 500")
        deck.shows("parcel 12", "f6 tries again · @ shows the request")
        world.traces.problem = None
        await deck.press("/", *"span.name ~ x")
        await deck.until_text("spans are not loaded here. ctrl+s asks the server.")


async def test_which_warehouse_reads_is_asked_before_a_sleeping_one_is_woken(world: World) -> None:
    world.can = Capabilities(workspace=True)
    world.traces.houses = (Warehouse("w1", "Night", "STOPPED"), Warehouse("w2", "Day", "RUNNING"))
    world.traces.infos.append(trace_info(3, experiment_id="main.agents", request="in the catalog"))
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        assert isinstance(deck.app, DeckApp) and deck.app.page is not None
        deck.app.page.go_to("traces", "main.agents")
        await deck.until_text("stopped: reading wakes it")
        assert not any("main.agents" in str(what) for _, what in world.traces.calls)
        await deck.press("enter")
        await deck.until_text("in the catalog")
        assert here(deck).warehouse == "w2"


# one trace


async def test_the_failing_span_of_the_newest_failed_trace_is_three_keys_away(world: World) -> None:
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        assert page.info is not None and page.info.state != ERROR
        world.traces.spans[page.trace_id] = Trace(page.info, ())
        page.waterfall.show_trace(Trace(page.info, refund(page.info).spans[:3]), SpanTree(refund(page.info).spans[:3]))
        await deck.press("n")
        await deck.until(lambda: page.info is not None and page.info.state == ERROR, "the next failed trace")
        await deck.until_text("no answer after 5 s")
        number = page.number_here
        assert number is not None and page.waterfall.steps.nodes[number].span.name == "tool:refund"


async def test_the_waterfall_shows_where_the_time_went(world: World) -> None:
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        deck.shows("├ plan", "└ answer", "tool:refund ✗", "5.9s", "5 spans", "1 error", "0 › 8.2s", "▒", "█")
        await deck.press("right_square_bracket")
        assert page.number_here == 3
        await deck.press("right_square_bracket")
        assert page.number_here == 1
        await deck.press("left_square_bracket")
        assert page.number_here == 3


async def test_a_line_reads_time_off_the_bars(world: World) -> None:
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.press("down", "comma")
        await deck.until_text("running")
        first = page.waterfall.notes()[0]
        await deck.press(*["full_stop"] * 9)
        await deck.until(lambda: page.waterfall.notes()[0] != first, "another time is read")
        deck.shows("│")
        await deck.press("escape")
        assert not page.waterfall.notes()


async def test_spans_of_one_type_fold_into_one_line(world: World) -> None:
    info = many_infos(1)[0]
    calls = [span(str(n), "1", f"call{n}", 10 * n, 10 * n + 5, type="tool") for n in range(2, 12)]
    world.traces.spans[info.id] = Trace(info, (span("1", "", "root", 0, 200, type="agent"), *calls))
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        assert page.waterfall.grid.row_count == 11
        await deck.press("down", "f")
        await deck.until_text("×10")
        assert page.waterfall.grid.row_count == 2
        deck.shows("folded: tool")
        await deck.press("F")
        await deck.until(lambda: page.waterfall.grid.row_count == 11, "all are unfolded")
        await deck.press("g", "space")
        await deck.until(lambda: page.waterfall.grid.row_count == 1, "the branch is folded")


async def test_the_filter_of_the_waterfall_looks_into_inputs_and_outputs(world: World) -> None:
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.press("slash")
        await deck.type("sent")
        await deck.until(lambda: page.waterfall.grid.row_count == 2, "the span and what is above it")
        deck.shows("find_order")


async def test_a_span_reads_as_a_conversation(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await open_first(deck, "down")
        await deck.press("down")
        await deck.until_text("You answer for a shop.")
        deck.shows("system", "user", "assistant", 'refund(order="88")', "gpt-4o", "900 tokens", "$0.009", "parcel 2")


async def test_an_exception_has_its_stack_folded_beneath_it(world: World) -> None:
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.press("n")
        await deck.until_text("TimeoutError: no answer after 5 s")
        deck.shows("stack, 3 lines")
        assert "Traceback" not in deck.text()
        await deck.press("enter", "g")
        page.span.grid.move_to("exception0")
        await deck.press("enter")
        await deck.until_text("Traceback (most recent call last):")


async def test_long_texts_fold_and_nothing_reaches_the_terminal_raw(world: World) -> None:
    info = many_infos(1)[0]
    hostile = "\x1b[31mred\x1b[0m [bold]not markup[/bold] \u202eabc " + "word " * 1_000_000
    root = span("1", "", "\x1b]0;title\x07root", 0, 10, type="tool", inputs={"q": hostile}, outputs=hostile)
    world.traces.spans[info.id] = Trace(info, (root,))
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.until_text("letters: enter unfolds them")
        deck.shows("\\x1b[31mred", "[bold]not markup[/bold]", "\\u202e", "\\x1b]0;title\\x07root")
        assert "\x1b" not in deck.text()
        assert len(page.span.grid.table.rows if page.span.grid.table else ()) < 60  # type: ignore[attr-defined]


async def test_a_trace_that_still_runs_grows_without_jumping_and_says_partial(world: World) -> None:
    info = replace(many_infos(1)[0], state=IN_PROGRESS, started_ms=NOW_MS - 4000)
    world.traces.infos[0] = info
    spans = list(refund(info).spans)
    spans[0] = replace(spans[0], end_ns=None)
    world.traces.spans[info.id] = Trace(info, tuple(spans[:3]))
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.until_text("partial, began now ago")
        deck.shows("open…")
        assert page.watch_pace > 0
        await deck.press("down", "down")
        key = page.waterfall.grid.cursor_key
        world.traces.spans[info.id] = Trace(info, tuple(reversed(spans)))
        page.read_again()
        await deck.until(lambda: page.waterfall.grid.row_count == 5, "the other spans are here")
        assert page.waterfall.grid.cursor_key == key


async def test_spans_that_are_gone_say_so(world: World) -> None:
    info = many_infos(1)[0]
    world.traces.spans[info.id] = Trace(info, (), "Its spans are no longer there: the archive has nothing of them.")
    async with world.open() as deck:
        await open_traces(deck)
        await deck.press("enter")
        await deck.until_text("no longer there: the archive")


async def test_a_trace_deleted_meanwhile_is_told(world: World) -> None:
    async with world.open() as deck:
        await open_traces(deck)
        world.traces.infos = []
        await deck.press("enter")
        await deck.until_text("There is no such trace")


async def test_of_thirty_thousand_spans_only_those_in_sight_are_written(world: World) -> None:
    info = many_infos(1)[0]
    many = 30_000
    below = (span(str(n), str(n // 8), f"step{n}", n, n + 4) for n in range(1, many))
    world.traces.spans[info.id] = Trace(info, (span("0", "", "root", 0, many), *below))
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        pane = page.waterfall
        assert pane.grid.row_count == many
        before = pane.formatted
        assert before < 1500  # a sample for the widths, and what is in sight
        await deck.press(*["down"] * 10)
        await deck.settle()
        assert pane.formatted - before < 800
        await deck.press("G")
        await deck.settle()
        assert pane.formatted - before < 1500
        deck.shows("step")


async def test_narrow_one_pane_at_a_time(world: World) -> None:
    async with world.open((80, 24)) as deck:
        page = await open_first(deck)
        deck.shows("tool:refund")
        await deck.press("n", "enter")
        await deck.until_text("TimeoutError: no answer after 5 s")
        await deck.press("escape")
        await deck.until(lambda: page.current_pane() is page.waterfall, "back at the waterfall")


# several traces


async def test_two_traces_part_at_the_first_that_came_out_otherwise(world: World) -> None:
    _, second = many_infos(2)
    other = list(refund(second).spans)
    other[3] = replace(other[3], status="OK", message="", events=(), end_ns=other[3].start_ns + 400_000_000)
    other.append(span("6", "1", "apology", 8190, 8199))
    world.traces.spans[second.id] = Trace(second, tuple(other))
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("space", "space", "c")
        await deck.until(
            lambda: isinstance(deck.app, DeckApp) and isinstance(deck.app.page, TraceDiffScreen), "both are compared"
        )
        await deck.until_text("they part at tool:refund")
        deck.shows("parts here", "only first", "+5.5s", "apology", "status")
        await deck.press("x")
        await deck.until_text("only what differs")
        assert "find_order" not in deck.text()


async def test_texts_of_a_pair_differ_by_words(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("c")
        await deck.until_text("against")
        await deck.until_text("where is parcel")
        deck.shows("-", "+", "parcel 1", "parcel 2")
        page = deck.app.screen
        assert isinstance(page, TraceDiffScreen) and page.pair is not None
        assert page.pair.left.info.started_ms < page.pair.right.info.started_ms, "the older stands first"


async def test_groups_tell_what_broke_since(world: World) -> None:
    old = [trace_info(n + 70, state="OK") for n in range(6)]
    world.traces.infos = [*many_infos(), *old]
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("I")
        await deck.until(
            lambda: isinstance(deck.app, DeckApp) and isinstance(deck.app.page, TraceGroupsScreen), "the groups"
        )
        await deck.until_text("agent.run › tool:refund")
        deck.shows("By first failing span", "this hour against the one before", "new", "100.0%")
        await deck.press("right_square_bracket", "right_square_bracket")
        await deck.until_text("By session")
        deck.shows("turns")
        await deck.press("right_square_bracket")
        await deck.until_text("By user")
        deck.shows("ana", "ben", "cho", "$")
        await deck.press("p")
        await deck.until_text("this day against the one before")
        # Nothing of yesterday is loaded: nobody can be called new against it.
        await deck.until_text("none loaded of the day before")
        assert not any(line.rstrip().endswith(" new") for line in deck.text().splitlines())


async def test_groups_being_read_are_not_said_to_be_none(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        world.traces.gate.clear()
        try:
            await deck.press("I")
            await deck.until_text("Reading the spans of")
            assert "No trace here has" not in deck.text()
        finally:
            world.traces.gate.set()
        await deck.until_text("agent.run › tool:refund")


async def test_spans_to_group_by_are_read_several_traces_at_a_time_where_the_server_can(world: World) -> None:
    world.can = Capabilities(trace_batches=True)
    kept = {LOCATION_TAG: TRACKING_STORE}
    world.traces.infos = [trace_info(n, state=IN_PROGRESS if n == 7 else OK, tags=kept) for n in range(59)]
    world.traces.infos.append(trace_info(60))  # its spans lie with the artifacts
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("I", "right_square_bracket")
        await deck.until_text("By slowest span")
        await deck.until_text("agent.run ›")
        asked = [what for name, what in world.traces.calls if name == "several"]
        assert [len(ids) for ids in asked if isinstance(ids, tuple)] == [25, 25, 9]
        alone = [what for name, what in world.traces.calls if name == "info"]
        assert alone == [f"tr-{7:032x}", f"tr-{60:032x}"], "only what still runs, or lies elsewhere, is read by itself"


async def test_a_server_tells_cost_by_model_of_few_traces_too(world: World) -> None:
    world.can = Capabilities(server_version="3.17.2")
    world.traces.counted = TraceMetrics(40, 10, 900.0, 8200.0, 9000.0, 80_000, (CostOfModel("gpt-4o", 12.3),))
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.until_text("$12.30 (gpt-4o $12.30)")


async def test_a_session_is_its_turns_in_their_order(world: World) -> None:
    world.traces.filters = lambda said, info: f"'{info.session}'" in said if "session" in said else True
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("I")
        await deck.until_text("By first failing span")
        await deck.press("right_square_bracket", "right_square_bracket")
        await deck.until_text("By session")
        await deck.press("slash")
        await deck.type("s-1")
        await deck.press("enter", "enter")
        await deck.until_text("session s-1")
        pane = here(deck)
        await deck.until(lambda: pane.grid.row_count == 3, "its turns are here")
        times = [pane.held[key].started_ms for key in pane.shown_ids()]
        assert times == sorted(times)


async def test_three_thousand_sessions_are_one_list(world: World) -> None:
    world.traces.infos = [trace_info(n, session=f"s-{n}") for n in range(3000)]
    async with world.open((160, 40)) as deck:
        pane = await open_traces(deck)
        await deck.press("ctrl+e")
        await deck.until(lambda: len(pane.held) == 3000, "all are loaded")
        await deck.press("I")
        await deck.until_text("By first failing span")
        await deck.press("right_square_bracket", "right_square_bracket")
        await deck.until_text("3 000")


# links and places


async def test_what_a_trace_belongs_to_is_a_key_away(world: World) -> None:
    world.traces.infos[0] = replace(world.traces.infos[0], metadata={"mlflow.sourceRun": f"{1:032x}"})
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("L")
        await deck.until_text("It belongs to")
        deck.shows("run", f"{1:032x}"[:20], "session", "registered version", "churn v12")
        await deck.press("enter")
        await deck.until_text("gallant-ox-12")


async def test_a_trace_can_be_copied_in_every_form(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("Y")
        await deck.until_text("trace URI")
        deck.shows("traces:/tr-", "selectedEvaluationId", "curl", "Python")


async def test_a_place_opens_a_trace(world: World) -> None:
    trace_id = many_infos(2)[1].id
    for place in (f"traces:/{trace_id}", trace_id):
        async with world.open((160, 40)) as deck:
            await deck.until_text("weekly")
            assert isinstance(deck.app, DeckApp)
            deck.app.open_place(place)
            await deck.until_text("tool:refund")
            assert trace_page(deck).trace_id == trace_id


async def test_a_trace_named_at_the_start_is_opened(world: World) -> None:
    trace_id = many_infos(2)[1].id
    world.launch = {"place": parse_place(f"traces:/{trace_id}")}
    async with world.open((160, 40)) as deck:
        await deck.until_text("tool:refund")
        assert trace_page(deck).trace_id == trace_id
        await deck.press("escape")
        await deck.until_text("12m")


async def test_many_marked_are_assessed_at_once(world: World) -> None:
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        await deck.press("space", "space", "space", "e")
        await deck.until_text("What is to be said of 3 traces")
        await deck.type("tone = 4")
        await deck.press("enter")
        await deck.until_text("4 by ana")
        await deck.press("enter", "enter")
        await deck.until(lambda: world.trace_writes.called("assess") == 3, "all three are written")
        await deck.until(lambda: "Assessed 3 traces: tone" in message(deck), "it is told")
        await deck.until_text("tone")


async def test_five_hundred_assessments_of_one_trace(world: World) -> None:
    said = tuple(replace(assessment(f"judge-{n}", n % 2 == 0), id=f"a-{n}") for n in range(500))
    world.traces.infos[0] = replace(world.traces.infos[0], assessments=said)
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.until_text("feedback judge-0: true")
        assert page.info is not None and len(page.info.said) == 500


async def test_what_is_missing_or_no_number_is_left_out(world: World) -> None:
    odd = trace_info(1, tokens=None, cost=None, spans=None, took_ms=None, session="", user="", name="")
    world.traces.infos = [odd, trace_info(2)]
    async with world.open((160, 40)) as deck:
        await open_traces(deck)
        deck.shows("2 traces", "2 002 tokens", "–")


async def test_an_old_running_trace_tells_its_age_and_is_not_watched(world: World) -> None:
    info = replace(many_infos(1)[0], state=IN_PROGRESS, started_ms=NOW_MS - 30 * HOUR)
    world.traces.infos = [info]
    world.traces.spans[info.id] = Trace(info, (replace(refund(info).spans[0], end_ns=None),))
    async with world.open((160, 40)) as deck:
        page = await open_first(deck)
        await deck.until_text("partial, began 1d ago")
        assert page.watch_pace == 0


async def test_an_experiment_of_traces_and_no_runs_says_where_they_are_seen(tmp_path: Path) -> None:
    made = world_of(tmp_path, [experiment(1, "agent"), experiment(2, "empty")], [])
    made.traces.infos = [trace_info(1, experiment_id="1")]
    async with made.open((80, 24)) as deck:
        await deck.until_text("1 trace lies in agent: 5 ")  # below the experiments, which hide the runs here
        await deck.press("enter")
        await deck.until_text("1 trace lies in agent: 5 shows traces.")
        await deck.press("2", "5")
        await deck.until_text("Traces · agent")  # nothing of traces was open yet: those of the experiment in the runs


@pytest.mark.parametrize("is_open", [False, True])
async def test_after_a_cut_line_the_traces_of_that_experiment_come_back_and_the_one_that_was_open(
    world: World, tmp_path: Path, is_open: bool
) -> None:
    file = tmp_path / "resume.json"
    async with world.open((120, 36)) as deck:
        await (open_first(deck) if is_open else open_traces(deck))
        assert isinstance(deck.app, DeckApp)
        deck.app.resuming = Resuming(deck.app, file)
        deck.app._exit_by_signal(129)
    async with world.open((120, 36)) as deck:
        await deck.until_text("weekly")
        app = deck.app
        assert isinstance(app, DeckApp)
        app.resuming = Resuming(app, file)
        assert app.resuming.go()
        kind = TraceScreen if is_open else TracesScreen
        await deck.until(lambda: isinstance(app.page, kind), "one is where one was")
        if not is_open:
            await deck.until_text("Traces · churn/weekly")


async def test_a_store_of_traces_and_no_runs_says_how_many_lie_where(tmp_path: Path) -> None:
    made = world_of(tmp_path, [experiment(1, "agent "), experiment(2, "rag"), experiment(3, "empty")], [])
    made.traces.infos = [trace_info(number, experiment_id="1" if number else "2") for number in range(4)]
    for size in ((80, 24), (120, 36)):
        async with made.open(size) as deck:
            await deck.until_text("empty")
            assert isinstance(deck.app, DeckApp)
            deck.app.open_place("experiments:/empty")
            await deck.until_text("3 traces lie in agent\\x20, 1 in rag: 5 there shows traces.")
            await deck.press("5")  # there it is said too, with the key that leads on
            await deck.until_text("No traces in empty.")
            await deck.until_text("3 traces lie in agent\\x20, 1 in rag: . shows those of every experiment.")
            await deck.press("full_stop")
            await deck.until_text("Traces · 3 experiments · 4")


def test_of_more_traces_than_are_counted_that_is_said() -> None:
    infos = [trace_info(number, experiment_id=str(number % 5)) for number in range(10)]
    said = traces_lie(TracesPage(tuple(infos), "10"), {str(number): f"e{number}" for number in range(5)})
    assert said == "At least 2 traces lie in e0, at least 2 in e1, at least 2 in e2, others in 2 more experiments"
    assert traces_lie(TracesPage(()), {}) == ""


# from elsewhere to traces


async def test_a_run_leads_to_its_traces(tmp_path: Path) -> None:
    world = full_shop(tmp_path)
    world.traces.infos[0] = replace(world.traces.infos[0], metadata={"mlflow.sourceRun": OX})
    world.traces.filters = lambda said, info: not said or ("sourceRun" in said and bool(info.run_id))
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        assert isinstance(deck.app, DeckApp)
        deck.app.go(RunRoute(OX))
        await deck.until_text("[Params 2]")
        await deck.press("B")
        await deck.until_text("run gallant-ox-12")
        await deck.until_text("parcel 1")
        assert ("search", (("1",), f"metadata.`mlflow.sourceRun` = '{OX}'", None)) in world.traces.calls


async def test_from_an_alias_to_its_failing_traces(tmp_path: Path) -> None:
    """What fails since champion points at a version, against before."""
    world = full_shop(tmp_path)
    versions = world.registry.by_model["churn"]
    moved = {"deck.alias.champion.moved_at": "2026-11-23T13:55:00Z", "deck.alias.champion.moved_by": "ana"}
    versions["12"] = replace(versions["12"], model_id="m-1", tags={**versions["12"].tags, **moved})
    async with world.open((160, 40)) as deck:
        await deck.until_text("weekly")
        assert isinstance(deck.app, DeckApp)
        deck.app.go(VersionRoute("churn", "12"))
        await deck.until_text("models › churn › v12")
        await deck.until_text("champion")
        await deck.press("B")
        await deck.until_text("since champion points here, and before")
        await deck.until_text("agent.run › tool:refund")
        searches = [what for name, what in world.traces.calls if name == "search"]
        assert "metadata.`mlflow.modelId` = 'm-1'" in str(searches[-1])
