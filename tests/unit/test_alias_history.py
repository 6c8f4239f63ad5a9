"""Who held an alias at any time, by what ledgers and tags tell, with the gaps; ledgers merged without doubles."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.command_line import command_line
from tests.support.stores import Store, make_store
from tui.domain.models.rows import KnownMove, mirror_tags, mirrored_move, tenure_at, tenures
from tui.domain.problem import Kind, Problem
from tui.resources import state_dir
from tui.services.clock import SystemClock
from tui.services.incident import of_history
from tui.services.ledger import Ledger
from tui.services.ledger_rows import MERGED, identity, lines, merge, merged, read

HOSTILE = "evil \x1b[31m\u202ename"


def move(at_s: int, before: str | None, after: str | None, source: str = "ledger") -> KnownMove:
    return KnownMove(at_s * 1000, before, after, "ana", "", source)


def told(moves: list[KnownMove], now: str | None) -> list[tuple[object, ...]]:
    return [(one.held, one.since_ms, one.until_ms, one.is_gap) for one in tenures(moves, now)]


def test_moves_that_join_are_a_history_without_a_gap() -> None:
    assert told([move(20, "2", None), move(10, "1", "2")], None) == [
        (("1",), None, 10_000, False),
        (("2",), 10_000, 20_000, False),
        ((None,), 20_000, None, False),
    ]


def test_what_was_moved_unseen_is_a_gap() -> None:
    assert told([move(10, "1", "2"), move(20, "3", "4")], "5") == [
        (("1",), None, 10_000, False),
        (("2", "3"), 10_000, 20_000, True),
        (("4", "5"), 20_000, None, True),
    ]


def test_a_tag_that_leaves_out_where_it_came_from_tells_of_a_gap_before_it() -> None:
    tagged = replace(move(20, None, "3", "tags"), tells_before=False)
    assert told([move(10, "1", "2"), tagged], "3")[1:] == [
        (("2",), 10_000, 20_000, True),
        (("3",), 20_000, None, False),
    ]
    assert told([tagged], "3") == [(("3",), 20_000, None, False)]


def test_a_move_that_two_sources_tell_of_counts_once() -> None:
    tagged = replace(move(10, None, "2", "tags"), tells_before=False)
    found = tenures([tagged, replace(move(10, "1", "2"), at_ms=10_700)], "2")
    assert [one.held for one in found] == [("1",), ("2",)]
    assert found[-1].source == "ledger"


def test_without_a_move_only_now_is_known() -> None:
    assert told([], "7") == [(("7",), None, None, False)]


@pytest.mark.parametrize(("at_s", "held"), [(5, ("1",)), (10, ("2",)), (19, ("2",)), (20, ("3",)), (99, ("3",))])
def test_the_stretch_of_a_moment(at_s: int, held: tuple[str, ...]) -> None:
    found = tenure_at(tenures([move(10, "1", "2"), move(20, "2", "3")], "3"), at_s * 1000)
    assert found is not None and found.held == held


def test_what_is_mirrored_in_tags_is_a_move() -> None:
    tags = mirror_tags("champion", "ana", "1", HOSTILE, 10_000)
    found = mirrored_move("champion", "2", tags)
    assert found == KnownMove(10_000, "1", "2", "ana", HOSTILE, "tags")
    assert mirrored_move("other", "2", tags) is None


def test_who_came_to_the_first_version_of_a_gap_did_not_go_on_from_there() -> None:
    lines = of_history(tenures([move(10, "1", "2")], "3"))
    assert [(line.what[:10], line.said) for line in lines] == [
        ("from 1970-", "not known: v2 by ana, then v3"),
        ("since when", "v1"),
    ]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = make_store(tmp_path / "store")
    client = made.client()
    client.create_registered_model("churn")
    for _ in range(3):
        client.create_model_version("churn", "file:///nowhere")
    client.set_registered_model_alias("churn", "champion", "1")
    return made


def test_the_command_tells_the_history_and_a_moment_of_it(store: Store) -> None:
    deck = command_line(store)
    deck("alias", "set", "churn@champion", "2", "--yes", "--name", "churn", "--reason", HOSTILE)
    said = deck("alias", "history", "churn@champion", "--json").json
    assert [(one["version"], one["known"]) for one in said] == [("1", True), ("2", True)]
    assert said[1]["why"] == HOSTILE and said[1]["since"] == said[0]["until"]
    assert "\x1b" not in deck("alias", "history", "churn@champion").out
    assert deck("alias", "history", "churn@champion", "--at", "2999-01-01T00:00Z").out == "2\n"
    early = deck("alias", "history", "churn@champion", "--at", "2001-01-01 00:00 UTC")
    assert (early.status, early.out) == (1, "")
    assert "v1 is the first that is told of" in early.err
    assert deck("alias", "history", "churn@champion", "--at", "2001-01-01 00:00 UTC", "--json").json is None
    assert deck("alias", "history", "churn@champion", "--at", "Tuesday").status == 2
    store.client().set_registered_model_alias("churn", "champion", "3")
    gap = deck("alias", "history", "churn@champion", "--at", "2999-01-01T00:00")
    assert gap.status == 1 and "v2 and v3 are known" in gap.err
    told = deck("alias", "history", "churn@champion").out.splitlines()[-1]
    assert "not known: v2, then v3" in told and "(v2)" in told  # who moved it to v2 did not move it to v3
    last = deck("alias", "history", "churn@champion", "--json").json[-1]
    assert (last["version"], last["known"], last["between"]) == (None, False, ["2", "3"])


def test_ledgers_of_two_machines_merge_without_doubles(store: Store, tmp_path: Path) -> None:
    deck = command_line(store)
    deck("alias", "set", "churn@champion", "2", "--yes", "--name", "churn")
    file = tmp_path / "ana.jsonl"
    file.write_text(deck("export", "ledger").out)
    assert deck("ledger", "--merge", str(file)).out == "0 new entries, 1 known already.\n"
    (state_dir() / "ledger.jsonl").rename(tmp_path / "away.jsonl")  # another machine
    assert deck("ledger", "--merge", str(file)).out == "1 new entry, 0 known already.\n"
    assert deck("ledger", "--merge", str(file)).out == "0 new entries, 1 known already.\n"
    said = deck("alias", "history", "churn@champion", "--json").json
    assert [(one["version"], one["source"]) for one in said] == [("1", ""), ("2", "merged ledger")]
    assert "could be undone" in deck("undo", "churn", "--yes").said
    assert (state_dir() / MERGED).stat().st_mode & 0o077 == 0


def test_an_entry_that_had_not_ended_takes_its_end_from_a_later_export(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", SystemClock(), HOSTILE)
    number = ledger.begin(what="aliases", context="c", place="p", subject="churn", details={"steps": []})
    open_ = ledger.read().entries
    ledger.end(number, "done")
    ended = ledger.read().entries
    assert identity(open_[0]) == identity(ended[0])
    assert merge(tmp_path, (), open_) == (1, 0)
    assert merge(tmp_path, (), ended) == (0, 0)
    assert merge(tmp_path, (), open_) == (0, 1)
    (kept,) = merged(tmp_path)
    assert (kept.outcome, kept.actor) == ("done", HOSTILE)


@pytest.mark.parametrize(
    "line", ["{", "[]", "3", '{"number": 1}', '{"number": "1", "at_ms": 2}', '{"number": 1, "at_ms": null}']
)
def test_what_is_no_ledger_is_refused_whole(line: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        read("\n" + line, "other.jsonl")
    assert caught.value.kind is Kind.STORE_UNREADABLE and "Line 2" in caught.value.message
    file = tmp_path / "other.jsonl"
    file.write_text(json.dumps({"number": 1, "at_ms": 2}) + "\n" + line)
    assert command_line()("ledger", "--merge", str(file)).status == 2
    assert not (state_dir() / MERGED).exists()
    assert command_line()("ledger", "--merge", str(tmp_path / "none")).status == 2


def test_what_is_handed_on_is_read_back_the_same(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", SystemClock(), HOSTILE)
    ledger.end(
        ledger.begin(what="aliases", context="c", place="p", subject=HOSTILE, why=HOSTILE, of=3), "done", {"a": 1}
    )
    entries = ledger.read().entries
    assert read("".join(lines(entries)), "") == list(entries)
