"""``plan`` and ``apply``: the files that are taken, what a plan shows, and that only what was shown is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.command_line import Ended, command_line
from tests.support.stores import Store, make_store
from tui.console.command import EXIT_UNDONE
from tui.console.wanted import WantedModel, wanted_of
from tui.domain.problem import Kind, Problem
from tui.resources import state_dir
from tui.services.clock import SystemClock
from tui.services.ledger import Ledger

HOSTILE = "evil \x1b[31m\u202ename: [x]"
Deck = Callable[..., Ended]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "models:"),
        ("models: [churn]", "models:"),
        ("models: {}\nother: {}", "models:"),
        ("models: {churn: {}}", "aliases, tags, description can be said"),
        ("models: {churn: {alias: {a: 1}}}", "aliases, tags, description can be said"),
        ("models: {churn: {aliases: [a]}}", "names with values"),
        ("models: {churn: {aliases: {a: two}}}", "no version"),
        ("models: {churn: {aliases: {a: 1.5}}}", "no version"),
        ("models: {churn: {aliases: {a: true}}}", "no version"),
        ("models: {churn: {aliases: {yes: 1}}}", "put it in quotes"),
        ("models: {churn: {tags: {a: 1}}}", "put it in quotes"),
        ("models: {churn: {description: 3}}", "put it in quotes"),
        ("models: {churn: {aliases: {a: 1, a: 2}}}", "stands there twice"),
        ("models: {churn: {aliases: {a: 1}}, churn: {aliases: {a: 2}}}", "stands there twice"),
        ("models: {churn: {aliases: {a: !!python/object/apply:os.getcwd []}}}", "python"),
        ("models: [", "models"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        wanted_of(text, "aliases.yaml")
    assert caught.value.kind is Kind.CONFIG
    assert said in caught.value.message


def test_what_a_file_wants() -> None:
    about = "{aliases: {champion: v3, old: null}, tags: {team: risk, gone: null}, description: hi}"
    text = f"models: {{churn: {about}}}"
    assert wanted_of(text, "f") == {
        "churn": WantedModel({"champion": "3", "old": None}, {"team": "risk", "gone": None}, "hi")
    }


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The models ``churn`` (three versions, the last not ready) and ``fraud`` (one)."""
    made = make_store(tmp_path / "store")
    client = made.client()
    for name, many in (("churn", 3), ("fraud", 1)):
        client.create_registered_model(name, description=HOSTILE, tags={"team": HOSTILE})
        for _ in range(many):
            client.create_model_version(name, "file:///nowhere")
        client.set_registered_model_alias(name, "champion", "1")
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(made.path)) as connection, connection:
        connection.execute(
            "UPDATE model_versions SET status = 'PENDING_REGISTRATION' WHERE name = 'churn' AND version = 3"
        )
    return made


@pytest.fixture
def deck(store: Store) -> Deck:
    return command_line(store)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "aliases.yaml"
    path.write_text(
        "models:\n"
        "  churn:\n    aliases: {champion: 2, candidate: 1}\n    tags: {team: risk}\n    description: About\n"
        "  fraud:\n    aliases: {champion: null}\n"
    )
    return path


def aliases(store: Store, name: str) -> dict[str, str]:
    return {alias: str(at) for alias, at in store.client().get_registered_model(name).aliases.items()}


def entries() -> int:
    return len(Ledger(state_dir() / "ledger.jsonl", SystemClock(), "").read().entries)


def test_an_export_is_what_a_plan_wants(deck: Deck, tmp_path: Path) -> None:
    text = deck("export", "aliases", "--tags", "--descriptions").out
    assert "\x1b" not in text and "\u202e" not in text
    said = yaml.safe_load(text)["models"]
    assert said["churn"] == {"aliases": {"champion": 1}, "tags": {"team": HOSTILE}, "description": HOSTILE}
    (tmp_path / "now.yaml").write_text(text)
    same = deck("plan", str(tmp_path / "now.yaml"))
    assert (same.status, same.out) == (0, "Everything is as wanted.\n")
    assert yaml.safe_load(deck("export", "aliases", "fraud").out) == {"models": {"fraud": {"aliases": {"champion": 1}}}}


def test_a_plan_shows_and_writes_nothing(deck: Deck, store: Store, file: Path) -> None:
    shown = deck("plan", str(file))
    assert shown.status == 2
    assert "champion of fraud: v1 → none" in shown.out and "5 changes; plan " in shown.out
    said = deck("plan", str(file), "--json").json
    assert shown.out.rstrip().endswith(said["plan"])
    assert [(one["name"], one["field"], one["before"], one["after"]) for one in said["steps"]] == [
        ("churn", "alias champion", "1", "2"),
        ("churn", "alias candidate", None, "1"),
        ("churn", "tag team", HOSTILE, "risk"),
        ("churn", "description", HOSTILE, "About"),
        ("fraud", "alias champion", "1", None),
    ]
    assert (aliases(store, "churn"), entries()) == ({"champion": "1"}, 0)


def test_only_the_plan_that_was_shown_is_done(deck: Deck, store: Store, file: Path) -> None:
    plan = deck("plan", str(file), "--json").json["plan"]
    assert deck("apply", str(file)).status == 2  # nobody is there to confirm it
    store.client().set_registered_model_alias("churn", "champion", "3")
    moved = deck("apply", str(file), "--plan", plan)
    assert moved.status == EXIT_UNDONE and "Plan again" in moved.err
    said = deck("apply", str(file), "--plan", plan, "--json").json
    assert (said["results"], len(said["not_tried"])) == ([], 5) and "Plan again" in said["problem"]
    assert entries() == 0
    store.client().set_registered_model_alias("churn", "champion", "1")
    done = deck("apply", str(file), "--plan", plan, "--reason", "release", "--json")
    assert done.status == 0
    assert [one["outcome"] for one in done.json["results"]] == ["done"] * 4
    assert aliases(store, "churn") == {"champion": "2", "candidate": "1"} and aliases(store, "fraud") == {}
    assert store.client().get_registered_model("churn").description == "About"
    assert entries() == 4
    assert deck("plan", str(file)).status == 0
    assert deck("apply", str(file), "--plan", plan).status == 0
    assert deck("apply", str(file), "--json").json == {"results": [], "not_tried": [], "problem": None}


def test_what_is_refused_holds_up_all_or_is_left_out(deck: Deck, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(
        "models:\n  none-such: {aliases: {a: 1}}\n  churn: {aliases: {next: 3}}\n  fraud: {aliases: {a: 9, b: 1}}\n"
    )
    shown = deck("plan", str(file), "--json")
    assert shown.status == 1
    reasons = {one["model"]: " ".join(one["reasons"]) for one in shown.json["refused"]}
    assert set(reasons) == {"none-such", "churn", "fraud"}
    assert "v3 is not ready" in reasons["churn"] and "no version 9" in reasons["fraud"]
    assert deck("apply", str(file), "--plan", "x").status == 2
    file.write_text(file.read_text().replace("a: 9, b: 1", "b: 1"))
    assert deck("plan", str(file)).status == 1
    for left, said in ((1, ""), (0, "Nothing else is to be changed.")):
        plan = deck("plan", str(file), "--partly", "--json")
        assert len(plan.json["steps"]) == left
        done = deck("apply", str(file), "--plan", plan.json["plan"], "--partly")
        assert done.status == 0 and "v3 is not ready" in done.err and said in done.err
        assert "as wanted" not in done.err
    assert aliases(store, "fraud") == {"champion": "1", "b": "1"} and aliases(store, "churn") == {"champion": "1"}


def test_a_protected_name_is_repeated(store: Store, tmp_path: Path, file: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"contexts: {{prod: {{tracking_uri: '{store.uri}', protected: true}}}}\n")
    run = command_line()

    def deck(*arguments: str) -> Ended:
        return run("--config", str(config), "--context", "prod", *arguments)

    said = deck("plan", str(file), "--json").json
    assert said["protected"] == ["churn", "fraud"]
    refused = deck("apply", str(file), "--plan", said["plan"], "--name", "churn")
    assert refused.status == 2 and "--name fraud" in refused.said
    assert entries() == 0
    assert deck("--read-only", "apply", str(file), "--plan", said["plan"]).status == 2
    assert deck("apply", str(file), "--plan", said["plan"], "--name", "churn", "--name", "fraud").status == 0


def test_a_plan_that_is_wrongly_asked_for_ends_with_1(deck: Deck, tmp_path: Path) -> None:
    assert deck("plan").status == 1
    assert deck("plan", str(tmp_path / "none.yaml")).status == 1
    assert deck("plan", "--tracking-uri", "ftp://h", str(tmp_path)).status == 1
