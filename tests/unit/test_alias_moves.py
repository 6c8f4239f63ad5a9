"""Moving aliases: every outcome against the server's true state and the ledger's."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable
from datetime import timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.fake_registry import Change, FakeRegistry, cut_after, cut_before, forbidden, late_on
from tests.support.fakes import HOUR, NOW_MS, FrozenClock
from tests.support.flows import Mover, aliases_found, moved, put_back
from tui.domain.problem import Kind, Problem
from tui.domain.writes import plans
from tui.domain.writes.changes import FINISH, Plan, refusals
from tui.domain.writes.plans import AliasPlan, AliasStep
from tui.services.alias_moves import PROTECTED, Rules, done_steps, outcomes_of, steps_of
from tui.services.ledger import OPEN, Ledger
from tui.services.ledger_rows import overtaken_line, row
from tui.services.write_flow import Outcome, Overtaken, WriteResult

ROOT = Path(__file__).parents[2]
MODEL = "churn"
Trouble = Callable[[Callable[[], None]], None] | None


def desk(folder: Path, registry: FakeRegistry, rules: Rules | None = None, *, read_only: bool = False) -> Mover:
    ledger = Ledger(folder / "ledger.jsonl", FrozenClock(), "ana@bastion")
    return Mover(registry, ledger, rules=rules, read_only=read_only)


@pytest.fixture
def registry() -> FakeRegistry:
    fake = FakeRegistry()
    fake.add(MODEL, 14, aliases={"champion": "12", "challenger": "14", "old": "11"})
    return fake


@pytest.fixture
def moves(tmp_path: Path, registry: FakeRegistry) -> Mover:
    return desk(tmp_path, registry)


def move(moves: Mover, **wanted: str | None) -> AliasPlan:
    return plans.plan(MODEL, moves.state(MODEL), wanted)


def test_a_move_is_written_read_back_and_recorded(moves: Mover, registry: FakeRegistry) -> None:
    report = moves.carry_out(move(moves, champion="11"), " latency ")
    assert (report.outcome, report.report.number, moved(report)) == (Outcome.DONE, 1, ("champion",))
    assert registry.models[MODEL].aliases["champion"] == "11"
    assert [name for name, _ in registry.calls] == ["get_model", "aliases_at", "set_alias", "aliases_at"]
    (entry,) = moves.entries(MODEL)
    assert (entry.outcome, entry.why, entry.subject, entry.context) == ("done", "latency", MODEL, "prod")
    assert steps_of(entry) == (AliasStep("champion", "11", "12"),) == done_steps(entry)
    assert entry.result["steps"] == [{"alias": "champion", "outcome": "done", "found": "11"}]


def test_a_conflict_writes_nothing_and_shows_the_new_state(moves: Mover, registry: FakeRegistry) -> None:
    plan = move(moves, champion="11")
    registry.move(MODEL, "champion", "13")
    report = moves.carry_out(plan)
    assert report.outcome is Outcome.CONFLICT
    assert aliases_found(report)["champion"] == "13"
    assert registry.called("set_alias") == 0
    assert moves.entries(MODEL)[0].outcome == "conflict"
    assert moves.undo_plan(MODEL) is None


def test_one_alias_of_several_moved_meanwhile_stops_them_all(moves: Mover, registry: FakeRegistry) -> None:
    plan = move(moves, champion="14", old=None)
    registry.move(MODEL, "old", "10")
    report = moves.carry_out(plan)
    assert [result.outcome for _, result in report.rows] == [Outcome.CONFLICT, Outcome.SKIPPED]
    assert registry.models[MODEL].aliases["champion"] == "12"


OK: Trouble = None
CASES: list[tuple[list[Trouble], Outcome, str]] = [
    ([cut_before], Outcome.NOT_DONE, "12"),  # at the second reading, before the write
    ([OK, cut_before], Outcome.NOT_DONE, "12"),  # at the write, which never came to the server
    ([OK, cut_after], Outcome.DONE, "11"),  # at the write, which did; reading back finds it
    ([OK, forbidden], Outcome.REFUSED, "12"),
    ([OK, forbidden, cut_before], Outcome.REFUSED, "12"),
    ([OK, cut_before, cut_before], Outcome.UNKNOWN, "12"),
    ([OK, cut_after, cut_before], Outcome.UNKNOWN, "11"),
    ([OK, OK, cut_before], Outcome.UNKNOWN, "11"),  # at the reading back
]


@pytest.mark.parametrize(("trouble", "outcome", "truly"), CASES)
def test_a_connection_that_breaks(
    moves: Mover, registry: FakeRegistry, trouble: list[Trouble], outcome: Outcome, truly: str
) -> None:
    plan = move(moves, champion="11")
    registry.trouble.extend(trouble)
    report = moves.carry_out(plan, "why")
    assert report.outcome is outcome
    assert registry.models[MODEL].aliases["champion"] == truly
    assert moves.entries(MODEL)[0].outcome == outcome.value
    if outcome is Outcome.UNKNOWN:
        (settled,) = moves.settle(MODEL)
        assert settled.outcome == ("done" if truly == "11" else "not done")
        assert settled.result["settled"] is True
    undo = moves.undo_plan(MODEL)
    assert (undo is not None) == (truly == "11")


def test_an_answer_that_never_comes_leaves_it_unknown(moves: Mover, registry: FakeRegistry) -> None:
    plan = move(moves, champion="11")
    registry.trouble.extend([OK, late_on(registry)])
    report = moves.carry_out(plan)
    assert report.outcome is Outcome.UNKNOWN
    registry.late.pop()()
    assert [entry.outcome for entry in moves.settle(MODEL)] == ["done"]


def test_somebody_is_quicker_than_the_reading_back(moves: Mover, registry: FakeRegistry) -> None:
    plan = move(moves, champion="11")

    def overtaken(effect: Callable[[], None]) -> None:
        effect()
        registry.move(MODEL, "champion", "13")

    registry.trouble.extend([OK, overtaken])
    report = moves.carry_out(plan)
    assert report.outcome is Outcome.OVERTAKEN
    assert aliases_found(report)["champion"] == "13"
    assert moves.undo_plan(MODEL) is None


class Later:
    """Moves that are written in the deck's own way, and looked at again some seconds later."""

    def __init__(self, folder: Path, registry: FakeRegistry) -> None:
        self.clock = FrozenClock()
        self.registry = registry
        self.mover = Mover(registry, Ledger(folder / "ledger.jsonl", self.clock, "ana@bastion"), clock=self.clock)
        self.moves = self.mover.moves

    def write(self, **wanted: str | None) -> WriteResult:
        return self.mover.carry_out(move(self.mover, **wanted))

    def look(self, told: WriteResult) -> tuple[Overtaken, ...]:
        self.clock.now += 2_000
        return self.mover.flow.look_again(told)

    @property
    def words(self) -> list[str]:
        return [row(entry).outcome for entry in self.moves.entries(MODEL)]


@pytest.fixture
def later(tmp_path: Path, registry: FakeRegistry) -> Later:
    return Later(tmp_path, registry)


def test_what_stands_at_the_second_look_stays_done(later: Later) -> None:
    told = later.write(champion="11", old=None)
    assert later.look(told) == ()
    assert later.words == ["done"]


def test_the_one_who_was_overtaken_learns_it_at_the_second_look(later: Later) -> None:
    told = later.write(champion="11")
    later.registry.set_alias(MODEL, "champion", "2")
    (found,) = later.look(told)
    assert (found.now, found.done_ms, found.seen_ms) == ("2", NOW_MS, NOW_MS + 2_000)
    assert later.words == ["done at 14:00:00, overtaken at 14:00:02 by v2"]
    assert overtaken_line((found,), timezone.utc) == (
        "champion of churn: done at 14:00:00, overtaken at 14:00:02 by v2"
    )
    assert later.moves.undo_plan(MODEL) is None, "nothing of it stands that could be taken back"


def test_of_several_only_what_was_overtaken_is_told(later: Later) -> None:
    told = later.write(champion="11", challenger="13")
    later.registry.delete_alias(MODEL, "challenger")
    (found,) = later.look(told)
    assert (found.change.alias, found.now) == ("challenger", None)
    assert later.words == ["done at 14:00:00, overtaken at 14:00:02 by its deletion"]
    plan = later.moves.undo_plan(MODEL)
    assert plan is not None and plan.aliases == ("champion",), "the other still stands"


def test_what_was_written_once_more_from_here_was_not_overtaken(later: Later) -> None:
    told = later.write(champion="11")
    later.write(champion="10")
    assert later.look(told) == ()
    assert later.words == ["done", "done"]


def test_several_steps_of_which_one_fails(moves: Mover, registry: FakeRegistry) -> None:
    plan = move(moves, champion="14", challenger="12", old=None)
    registry.trouble.extend([OK, OK, OK, OK, OK, forbidden])  # first the versions are looked for
    report = moves.carry_out(plan)
    assert report.outcome is Outcome.PARTLY
    assert [result.outcome for _, result in report.rows] == [Outcome.DONE, Outcome.REFUSED, Outcome.SKIPPED]
    assert moved(report) == ("champion",)
    assert [change.alias for change in moves.finishing(report).changes] == ["challenger", "old"]
    back = put_back(report)
    assert back is not None and moves.carry_out(back).outcome is Outcome.DONE
    assert dict(registry.models[MODEL].aliases) == {"champion": "12", "challenger": "14", "old": "11"}
    assert moves.undo_plan(MODEL) is None, "what was put back is not undone again"


def test_finishing_what_was_left(moves: Mover, registry: FakeRegistry) -> None:
    plan = move(moves, champion="14", old=None)
    registry.trouble.extend([OK, OK, OK, OK, forbidden])
    report = moves.carry_out(plan)
    assert moves.carry_out(moves.finishing(report)).outcome is Outcome.DONE
    assert dict(registry.models[MODEL].aliases) == {"champion": "14", "challenger": "14"}
    entries = moves.entries(MODEL)
    assert (entries[1].purpose, entries[1].of) == (FINISH, 1)
    for expected in (
        {"champion": "14", "challenger": "14", "old": "11"},
        {"champion": "12", "challenger": "14", "old": "11"},
    ):
        undo = moves.undo_plan(MODEL)
        assert undo is not None
        assert moves.carry_out(undo).outcome is Outcome.DONE
        assert dict(registry.models[MODEL].aliases) == expected
    assert moves.undo_plan(MODEL) is None


def test_what_follows_a_move_asks_for_what_the_move_did(tmp_path: Path, registry: FakeRegistry) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana@bastion")
    rules = Rules(reason_required=True)
    moves = Mover(registry, ledger, rules=rules, is_protected=lambda aliases: "champion" in aliases)
    registry.trouble.extend([OK, OK, OK, OK, OK, forbidden])
    plan = plans.plan(MODEL, {"champion": "12", "old": "11"}, {"champion": "14", "old": None})
    report = moves.carry_out(plan, "INC-42")
    back = put_back(report)
    assert report.outcome is Outcome.PARTLY and back is not None
    back = moves.flow.dressed(back)
    assert (back.typed, back.guard, back.asks_why) == (MODEL, PROTECTED, "must")
    rest = moves.finishing(report)
    assert ([change.alias for change in rest.changes], rest.typed, rest.asks_why) == (["old"], "", "must")


def test_several_are_stopped_between_two_of_them(moves: Mover, registry: FakeRegistry) -> None:
    plan = moves.moves.plan(move(moves, champion="14", challenger="12", old=None), registry.get_model(MODEL))
    over: list[int] = []
    report = moves.flow.carry_out(plan, stopped=lambda: len(over) == 1, progress=over.append)
    assert [result.outcome for _, result in report.rows] == [Outcome.DONE, Outcome.SKIPPED, Outcome.SKIPPED]
    assert over == [1, 2, 3] and registry.models[MODEL].aliases["challenger"] == "14"


def test_undo_after_a_restart(tmp_path: Path, registry: FakeRegistry) -> None:
    before = desk(tmp_path, registry)
    before.carry_out(move(before, champion="11"))
    before.carry_out(move(before, champion="10", blue="9"))
    after = desk(tmp_path, registry)
    undo = after.undo_plan(MODEL)
    assert undo is not None and undo.of == 2
    assert set(undo.steps) == {AliasStep("champion", "11", "10"), AliasStep("blue", None, "9")}
    assert after.carry_out(undo).outcome is Outcome.DONE
    undo = after.undo_plan(MODEL)
    assert undo is not None and (undo.of, undo.steps) == (1, (AliasStep("champion", "12", "11"),))
    assert after.carry_out(undo).outcome is Outcome.DONE
    assert after.undo_plan(MODEL) is None
    assert dict(registry.models[MODEL].aliases) == {"champion": "12", "challenger": "14", "old": "11"}


def test_undo_refuses_when_somebody_moved_it_since(moves: Mover, registry: FakeRegistry) -> None:
    moves.carry_out(move(moves, champion="11"))
    registry.move(MODEL, "champion", "13")
    undo = moves.undo_plan(MODEL)
    assert undo is not None
    report = moves.carry_out(undo)
    assert report.outcome is Outcome.CONFLICT
    assert registry.models[MODEL].aliases["champion"] == "13"


def test_moves_of_other_servers_and_models_are_not_undone(tmp_path: Path, registry: FakeRegistry) -> None:
    moves = desk(tmp_path, registry)
    moves.carry_out(move(moves, champion="11"))
    elsewhere = Mover(registry, moves.ledger, place="https://other")
    assert elsewhere.undo_plan(MODEL) is None
    assert elsewhere.entries() == []


def test_a_process_that_dies_in_between_leaves_an_open_entry(tmp_path: Path, registry: FakeRegistry) -> None:
    moves = desk(tmp_path, registry)

    class Died(BaseException):
        pass

    def die(effect: Callable[[], None]) -> None:
        effect()
        raise Died

    plan = move(moves, champion="11")
    registry.trouble.extend([OK, die])
    with pytest.raises(Died):
        moves.carry_out(plan)
    again = desk(tmp_path, registry)
    assert again.entries(MODEL)[0].outcome == OPEN
    assert outcomes_of(again.entries(MODEL)[0]) == (OPEN,)
    undo = again.undo_plan(MODEL)  # settles it first
    assert undo is not None and undo.steps == (AliasStep("champion", "12", "11"),)
    assert again.entries(MODEL)[0].outcome == "done"


def test_without_a_ledger_nothing_is_moved_unless_accepted(tmp_path: Path, registry: FakeRegistry) -> None:
    (tmp_path / "no folder").write_text("")
    moves = desk(tmp_path / "no folder", registry)
    plan = move(moves, champion="11")
    with pytest.raises(Problem) as caught:
        moves.carry_out(plan)
    assert caught.value.kind is Kind.STORE_UNREADABLE
    assert registry.called("set_alias") == 0
    report = moves.carry_out(plan, unrecorded_ok=True)
    assert report.outcome is Outcome.DONE and report.report.number is None
    assert report.report.unrecorded is not None


def test_what_a_context_demands(tmp_path: Path, registry: FakeRegistry) -> None:
    strict = desk(tmp_path, registry, read_only=True)
    plan = move(strict, champion="11")
    with pytest.raises(Problem) as caught:
        strict.carry_out(plan)
    assert caught.value.kind is Kind.FORBIDDEN and "read-only" in caught.value.message
    with pytest.raises(Problem) as caught:
        desk(tmp_path, registry, Rules(reason_required=True)).carry_out(plan, "  ")
    assert "reason" in caught.value.message
    with pytest.raises(Problem) as caught:
        desk(tmp_path, registry).carry_out(move(strict, latest="11"))
    assert "reserved" in caught.value.message
    assert registry.called("set_alias") == 0 and strict.entries() == []


def test_the_mirror_in_tags(tmp_path: Path, registry: FakeRegistry) -> None:
    moves = desk(tmp_path, registry, Rules(mirror_tags=True))
    report = moves.carry_out(move(moves, champion="11"), "rollback")
    assert report.aside == ""
    assert dict(registry.by_model[MODEL]["11"].tags) == {
        "deck.alias.champion.moved_by": "ana@bastion",
        "deck.alias.champion.moved_from": "12",
        "deck.alias.champion.moved_at": "2026-11-23T14:00:00Z",
        "deck.alias.champion.why": "rollback",
    }
    registry.trouble.extend([OK, OK, OK, OK, OK, forbidden])  # first the versions are looked for
    failed = moves.carry_out(move(moves, champion="10"))
    assert failed.outcome is Outcome.DONE and "PERMISSION_DENIED" in failed.aside


def test_nothing_else_writes_an_alias() -> None:
    callers = set()
    for path in (ROOT / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in ("set_alias", "delete_alias"):
                    callers.add(path.relative_to(ROOT).as_posix())
                if node.func.attr in ("set_registered_model_alias", "delete_registered_model_alias"):
                    rooms = (ROOT / "tui" / "gateway", ROOT / "tui" / "demo")  # the demo makes its own sample
                    assert any(path.is_relative_to(room) for room in rooms), path
    assert callers == {"tui/services/alias_moves.py"}


def test_an_alias_that_differs_in_case_only_is_no_new_one(moves: Mover, registry: FakeRegistry) -> None:
    """MySQL takes both for the same: setting the one would move the other."""
    report = moves.carry_out(plans.plan(MODEL, moves.state(MODEL), {"Champion": "14"}))
    assert report.outcome is Outcome.CONFLICT
    assert registry.called("set_alias") == 0
    registry.move(MODEL, "Champion", "3")  # made elsewhere, by a server that tells them apart
    assert moves.carry_out(move(moves, Champion="14")).outcome is Outcome.DONE


def test_a_version_that_is_not_there_is_told_before_the_first_of_several(moves: Mover, registry: FakeRegistry) -> None:
    with pytest.raises(Problem, match="There is no version 99"):
        moves.carry_out(move(moves, champion="14", challenger="99"))
    assert registry.called("set_alias") == 0 and moves.entries(MODEL) == []


def test_a_model_of_the_same_name_made_anew_has_nothing_to_undo(tmp_path: Path, registry: FakeRegistry) -> None:
    moves = desk(tmp_path, registry)
    moves.carry_out(move(moves, champion="11"), made_ms=registry.models[MODEL].created_ms)
    assert moves.undo_plan(MODEL) is not None
    registry.add(MODEL, 14, aliases={"champion": "11"}, created_ms=NOW_MS + HOUR)
    assert moves.undo_plan(MODEL) is None


def test_an_open_entry_is_not_settled_by_a_model_made_anew(tmp_path: Path, registry: FakeRegistry) -> None:
    moves = desk(tmp_path, registry)
    steps = {"steps": [{"alias": "champion", "from": "12", "to": "11"}], "model_made_ms": NOW_MS}
    moves.ledger.begin(what="aliases", context="prod", place="https://h", subject=MODEL, details=steps)
    registry.add(MODEL, 14, aliases={"champion": "11"}, created_ms=NOW_MS + HOUR)
    assert moves.settle(MODEL) == []
    assert moves.entries(MODEL)[0].outcome == OPEN


def test_looking_does_not_overrule_the_deck_that_was_writing(tmp_path: Path, registry: FakeRegistry) -> None:
    """Its end is recorded after this one read the ledger and the server, and before it settled what it saw."""
    moves, other = desk(tmp_path, registry), desk(tmp_path, registry)
    steps = {"steps": [{"alias": "champion", "from": "12", "to": "11"}]}
    number = other.ledger.begin(what="aliases", context="prod", place="https://h", subject=MODEL, details=steps)

    def other_ends(effect: Callable[[], None]) -> None:
        effect()
        registry.move(MODEL, "champion", "11")
        other.ledger.end(number, "done", {"steps": [{"alias": "champion", "outcome": "done"}]})

    looked = registry.get_model(MODEL)
    registry.trouble.append(other_ends)
    registry.get_model(MODEL)
    moves.moves._settle(looked)
    moves.ledger.settle(number, "not done", {"steps": [{"alias": "champion", "outcome": "not done"}]})
    assert [entry.outcome for entry in moves.entries(MODEL)] == ["done"]


@pytest.mark.parametrize(
    "details",
    [{}, {"steps": 7}, {"steps": [1, None]}, {"steps": [{"alias": "champion", "from": 12, "to": 11}]}],
)
def test_what_others_wrote_into_the_ledger_is_no_end(
    tmp_path: Path, registry: FakeRegistry, details: dict[str, object]
) -> None:
    moves = desk(tmp_path, registry)
    number = moves.ledger.begin(what="aliases", context="prod", place="https://h", subject=MODEL, details=details)
    moves.ledger.end(number, "of another kind", {"steps": [3, {"outcome": "of another kind"}]})
    moves.ledger.begin(what="aliases", context="prod", place="https://h", subject=MODEL, details=details)
    moves.settle(MODEL)
    assert moves.undo_plan(MODEL) is None
    assert all(isinstance(step.to, str) for entry in moves.entries(MODEL) for step in steps_of(entry))


# any sequence of plans, failures and undos

ALIASES = ("champion", "challenger", "blue")
VERSIONS = (None, "1", "2", "3", "99")  # 99 does not exist
TROUBLES = st.sampled_from(["ok", "ok", "ok", "cut before", "cut after", "forbidden", "late", "moved", "die"])
ACTIONS = st.one_of(
    st.tuples(
        st.just("plan"),
        st.dictionaries(st.sampled_from(ALIASES), st.sampled_from(VERSIONS), min_size=1),
        st.lists(TROUBLES, max_size=10),
    ),
    st.tuples(st.just("swap"), st.just({}), st.lists(TROUBLES, max_size=10)),
    st.tuples(st.just("undo"), st.just({}), st.lists(TROUBLES, max_size=8)),
    st.tuples(st.sampled_from(["finish", "put back"]), st.just({}), st.lists(TROUBLES, max_size=8)),
    st.tuples(st.just("somebody"), st.dictionaries(st.sampled_from(ALIASES), st.sampled_from(VERSIONS[:4]))),
    st.tuples(st.just("late arrives")),
    st.tuples(st.just("restart")),
)


class _Died(BaseException):
    """The process ended in the middle."""


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@example([("plan", {"champion": "99"}, ["ok", "late"])])
@given(st.lists(ACTIONS, max_size=12))
def test_server_and_ledger_agree_whatever_happens(actions: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _World(Path(folder)).live(actions)


class _World:
    """A server, a desk, somebody else, and a check of the ledger against what truly happened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.registry = FakeRegistry()
        self.registry.add(MODEL, 3, aliases={"champion": "2"})
        self.moves = desk(folder, self.registry)
        self.left: WriteResult | None = None
        self.spans: dict[int, tuple[int, int]] = {}  # of an entry: its part of the true changes

    def live(self, actions: list[tuple[object, ...]]) -> None:
        for action in actions:
            self.act(*action)
            self.agree()
        while self.registry.late:
            self.registry.late.pop(0)()
        self.moves.settle(MODEL)
        assert all(entry.outcome not in (OPEN, "unknown") for entry in self.moves.entries(MODEL))
        self.agree()

    def act(self, kind: object, wanted: object = None, troubles: object = ()) -> None:
        registry, moves = self.registry, self.moves
        if kind == "somebody":
            assert isinstance(wanted, dict)
            for alias, version in wanted.items():
                registry.move(MODEL, alias, version)
            return
        if kind == "late arrives":
            if registry.late:
                registry.late.pop(0)()
            return
        if kind == "restart":
            self.moves = desk(self.folder, registry)
            return
        plan: AliasPlan | Plan | None
        if kind == "plan":
            assert isinstance(wanted, dict)
            plan = plans.plan(MODEL, moves.state(MODEL), wanted)
        elif kind == "swap":
            plan = plans.swap(MODEL, moves.state(MODEL), "champion", "challenger")
        elif kind == "undo":
            plan = moves.undo_plan(MODEL)
        elif kind == "finish":
            plan = moves.finishing(self.left) if self.left is not None else None
        else:
            plan = put_back(self.left) if self.left is not None else None
        if plan is None or (plans.refusals(plan) if isinstance(plan, AliasPlan) else refusals(plan)):
            return
        assert isinstance(troubles, list)
        registry.trouble.extend(self.trouble(str(name)) for name in troubles)
        before = len(registry.changes)
        entries = len(moves.entries())
        try:
            self.left = moves.carry_out(plan)
        except _Died:
            self.moves = desk(self.folder, registry)
            self.left = None
        except Problem:
            self.left = None
            assert len(self.moves.entries()) == entries  # the versions could not be looked for: nothing was begun
        finally:
            registry.trouble.clear()
        if len(self.moves.entries()) == entries:
            assert not any(change.by == "deck" for change in registry.changes[before:])
            return
        assert len(self.moves.entries()) == entries + 1
        self.spans[self.moves.entries()[-1].number] = (before, len(registry.changes))

    def trouble(self, name: str) -> Trouble:
        def moved(effect: Callable[[], None]) -> None:
            effect()
            self.registry.move(MODEL, "champion", "3")

        def die(effect: Callable[[], None]) -> None:
            effect()
            raise _Died

        named: dict[str, Trouble] = {
            "ok": None, "cut before": cut_before, "cut after": cut_after, "forbidden": forbidden,
            "late": late_on(self.registry), "moved": moved, "die": die,
        }  # fmt: skip
        return named[name]

    def agree(self) -> None:
        """What the ledger says of each step is what truly happened while it was under way."""
        contents = self.moves.ledger.read()
        assert contents.faults == ()
        for entry in contents.entries:
            start, end = self.spans[entry.number]
            ours = {change for change in self.registry.changes[start:end] if change.by == "deck"}
            for step, outcome in zip(steps_of(entry), outcomes_of(entry), strict=True):
                written = Change("deck", MODEL, step.alias, step.to) in ours
                if entry.result.get("settled"):
                    continue  # told by where the alias was later, whoever moved it
                if outcome in ("conflict", "refused", "skipped"):
                    assert not written, (entry, ours)
                if outcome == "not done":
                    # Whoever puts back meanwhile just what was there before leaves nothing that reading could tell.
                    unseen = any(
                        (change.alias, change.to) == (step.alias, step.expected) and change.by != "deck"
                        for change in self.registry.changes[start:end]
                    )
                    assert not written or unseen or entry.result == {}, (entry, ours)
                if outcome == "done":
                    assert written, (entry, ours)
