"""Since when an alias points where it does, by whom, and what it was on before: by ledger, tags and watching."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.fake_registry import FakeRegistry
from tests.support.fakes import DAY, HOUR, NOW_MS, FrozenClock
from tests.support.flows import Mover
from tui.domain.columns import text_of
from tui.domain.models.rows import UNKNOWN, Holding, Notation, Versions, mirror_tags, mirrored
from tui.domain.writes import plans
from tui.services.alias_moves import Holders, Rules
from tui.services.ledger import Ledger
from tui.services.model_health import ModelHealth


class World:
    """A registry of one model, and a deck over it with a ledger of its own."""

    def __init__(self, folder: Path, *, mirror: bool = False) -> None:
        self.clock = FrozenClock()
        self.registry = FakeRegistry()
        self.registry.add("churn", 14, aliases={"champion": "11"})
        ledger = Ledger(folder / "ledger.jsonl", self.clock, "ana")
        rules = Rules(mirror_tags=mirror)
        self.mover = Mover(self.registry, ledger, place="p", rules=rules)
        self.moves = self.mover.moves
        self.holders = Holders(self.moves, self.clock)
        self.health = ModelHealth(self.registry, self.clock, holders=self.holders)

    def move(self, to: str) -> None:
        model = self.registry.get_model("churn")
        plan = plans.plan("churn", model.aliases, {"champion": to})
        self.mover.carry_out(plan, "because", made_ms=model.created_ms)

    def champion(self) -> Holding:
        """As the board has it after reading the model once more."""
        model = self.registry.get_model("churn")
        self.health.forget("churn")
        self.holders.observe([model])
        self.health.gather([model], facts=False)
        return self.health.holding(model, "champion")


def test_what_nobody_knows_is_not_made_up(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert world.champion() == UNKNOWN
    assert Notation().since(UNKNOWN) == "since ?"


def test_a_move_of_our_own_is_in_the_ledger(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.champion()
    world.move("12")
    at = world.clock.now_ms()
    world.clock.now += 2 * HOUR
    assert world.champion() == Holding(at, "ana", "11")
    assert Notation(world.clock.now_ms()).since(world.champion()) == "since 2h by ana"


def test_a_move_by_others_is_seen_by_watching_and_the_one_before_is_known(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.move("12")
    world.champion()
    world.clock.now += DAY
    world.registry.move("churn", "champion", "13")
    assert world.champion() == Holding(world.clock.now_ms(), "", "12")
    fresh = World(tmp_path)  # a session later nobody saw it, but the ledger knows where it was
    fresh.registry.move("churn", "champion", "13")
    assert fresh.champion() == Holding(None, "", "12")


def test_what_others_told_in_tags_is_read(tmp_path: Path) -> None:
    told = mirror_tags("champion", "ben", "9", "latency", NOW_MS - 3 * HOUR)
    assert told["deck.alias.champion.moved_at"] == "2026-11-23T11:00:00Z"
    assert mirrored("champion", told) == Holding(NOW_MS - 3 * HOUR, "ben", "9")
    world = World(tmp_path)
    world.registry.change_version("churn", "11", tags=told)
    assert world.champion() == Holding(NOW_MS - 3 * HOUR, "ben", "9")
    assert mirrored("champion", {"deck.alias.champion.moved_at": "yesterday"}) == UNKNOWN


def test_the_versions_say_since_when_and_by_whom_beside_each_alias(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.registry.models["churn"] = replace(
        world.registry.models["churn"], aliases={"champion": "12", "old": "11", "spare": "11"}
    )
    world.registry.change_version("churn", "12", tags=mirror_tags("champion", "ben", "9", "", NOW_MS - 2 * HOUR))
    world.registry.change_version("churn", "11", tags=mirror_tags("old", "eve", "9", "", NOW_MS + 3 * HOUR))
    model = world.registry.get_model("churn")
    world.holders.learn()
    world.health.gather([model], facts=False)
    made = [world.registry.get_version("churn", number) for number in ("12", "11", "10")]
    specs = {one.key: one for one in Versions(model, made, world.health, Notation(NOW_MS)).columns()}
    # A time yet to come is the clock of another machine: it is not told as one.
    assert [text_of(specs["aliases"].cell(one)) for one in made] == [
        "champion · since 2h by ben", "old · since ? by eve  spare · since ?", "",
    ]  # fmt: skip
    assert specs["aliases"].least == len("champion · since 2h by ben")


def test_a_ledger_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / "ledger.jsonl").mkdir()
    assert world.champion() == UNKNOWN and world.holders.unread
    (tmp_path / "ledger.jsonl").rmdir()
    assert world.champion() == UNKNOWN and not world.holders.unread


def test_tags_of_an_earlier_time_are_not_believed(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.registry.change_version("churn", "11", tags=mirror_tags("champion", "ben", "9", "", NOW_MS - 9 * DAY))
    world.move("12")
    world.registry.move("churn", "champion", "11")
    fresh = Holders(world.moves, world.clock)
    fresh.learn()
    model = world.registry.get_model("churn")
    assert fresh.holding(model, "champion", world.registry.get_version("churn", "11")) == Holding(None, "", "12")


def test_what_is_mirrored_says_when(tmp_path: Path) -> None:
    world = World(tmp_path, mirror=True)
    world.move("12")
    tags = world.registry.get_version("churn", "12").tags
    assert mirrored("champion", tags) == Holding(world.clock.now_ms(), "ana", "11")


def test_a_model_made_anew_has_no_past(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.move("12")
    model = replace(world.registry.get_model("churn"), created_ms=NOW_MS)
    world.holders.learn()
    assert world.holders.holding(model, "champion", None) == UNKNOWN
