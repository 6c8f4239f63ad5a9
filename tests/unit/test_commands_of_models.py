"""``models``, ``versions``, ``alias``, ``undo``, ``diff``, ``export`` and ``download`` over a real store."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable
from pathlib import Path

import pandas
import pytest

from tests.support.command_line import Ended, command_line
from tests.support.stores import Store, make_store
from tui.console.command import EXIT_PROBLEM, EXIT_UNDONE
from tui.resources import state_dir
from tui.services.clock import SystemClock
from tui.services.ledger import Entry, Ledger

HOSTILE = "evil \x1b[31m\u202etext"
Deck = Callable[..., Ended]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with the model ``churn`` of three versions, and ``sales/uk`` of none."""
    made = make_store(tmp_path / "store")
    runs = made.add_runs(made.add_experiment("churn"), 3)
    client = made.client()
    client.create_registered_model("churn", description=HOSTILE, tags={"team": HOSTILE})
    for run_id in runs:
        client.create_model_version("churn", f"runs:/{run_id}/model", run_id=run_id, description=HOSTILE)
    client.set_registered_model_alias("churn", "champion", "1")
    client.set_registered_model_alias("churn", "challenger", "3")
    client.create_registered_model("sales uk")
    return made


@pytest.fixture
def deck(store: Store) -> Deck:
    return command_line(store)


def ledger() -> tuple[Entry, ...]:
    return Ledger(state_dir() / "ledger.jsonl", SystemClock(), "").read().entries


def at(store: Store, alias: str) -> str | None:
    found = store.client().get_registered_model("churn").aliases.get(alias)
    return str(found) if found is not None else None


def test_models_in_every_form(deck: Deck) -> None:
    models = {one["name"]: one for one in deck("models", "list", "--json").json}
    assert set(models) == {"churn", "sales uk"}
    assert models["churn"]["aliases"] == {"champion": "1", "challenger": "3"}
    assert (models["churn"]["description"], models["churn"]["tags"]) == (HOSTILE, {"team": HOSTILE})
    assert [line["name"] for line in deck("models", "list", "--named", "SALES", "--csv").csv] == ["sales uk"]
    for arguments in (("models", "list"), ("models", "get", "churn"), ("versions", "churn")):
        table = deck(*arguments).out
        assert "\x1b" not in table and "\u202e" not in table
    assert deck("models", "get", "sales uk", "--json").json["aliases"] == {}


def test_a_version_by_its_number_and_by_its_alias(deck: Deck) -> None:
    by_alias = deck("models", "get", "models:/churn@challenger", "--json").json
    assert by_alias["version"] == "3"
    assert by_alias["description"] == HOSTILE
    assert deck("models", "get", "models:/churn/3", "--json").json == by_alias
    assert deck("models", "get", "models:/churn@nobody").status == EXIT_PROBLEM
    assert deck("models", "get", "models:/churn/9").status == EXIT_PROBLEM
    assert deck("models", "get", "models:/m-" + "0" * 32).status == EXIT_PROBLEM


def test_the_versions_of_a_model(deck: Deck) -> None:
    assert [one["version"] for one in deck("versions", "churn", "--json").json] == ["3", "2", "1"]
    assert [line["version"] for line in deck("versions", "models:/churn", "--csv", "--limit", "1").csv] == ["3"]
    assert deck("versions", "churn", "--json").json[0]["aliases"] == ["challenger"]


def test_where_an_alias_points(deck: Deck) -> None:
    assert deck("alias", "get", "models:/churn@champion").out == "1\n"
    aliases = deck("alias", "get", "churn", "--json").json
    assert {one["alias"]: one["version"] for one in aliases} == {"champion": "1", "challenger": "3"}
    gone = deck("alias", "get", "churn@nobody")
    assert (gone.status, gone.out) == (EXIT_PROBLEM, "")
    assert "It has challenger, champion." in gone.said


def test_a_move_is_read_back_and_in_the_ledger(deck: Deck, store: Store) -> None:
    moved = deck("alias", "set", "churn@champion", "v2", "--if-currently", "1", "--reason", "INC-42", "--yes")
    assert moved.status == 0
    assert moved.out.startswith("Moved champion of churn: v1 → v2, read back ") and "ledger #1" in moved.out
    assert at(store, "champion") == "2"
    (entry,) = ledger()
    assert (entry.subject, entry.why, entry.outcome) == ("churn", "INC-42", "done")
    held = deck("alias", "get", "churn@champion", "--json").json
    assert (held["version"], held["was"], held["by"]) == ("2", "1", entry.actor)


def test_a_move_as_json(deck: Deck) -> None:
    said = deck("alias", "set", "churn@new", "@challenger", "--yes", "--json").json
    assert (said["outcome"], said["ledger"]) == ("done", 1)
    assert said["steps"] == [
        {
            "kind": "model",
            "name": "churn",
            "field": "alias new",
            "before": None,
            "after": "3",
            "outcome": "done",
            "found": "3",
            "problem": None,
        }
    ]


def test_who_is_overtaken_within_moments_is_told_so(store: Store) -> None:
    """MLflow has no compare-and-set: what was read back as wanted is read once more."""
    others = iter(("3", "1", "3", "1"))

    def meanwhile() -> None:
        store.client().set_registered_model_alias("churn", "champion", next(others))

    deck = command_line(store, meanwhile)
    ended = deck("alias", "set", "churn@champion", "2", "--yes")
    assert ended.status == EXIT_UNDONE
    moved, overtaken = ended.out.splitlines()
    assert moved.startswith("Moved champion of churn: v1 → v2, read back ")
    assert overtaken.startswith("champion of churn: done at ") and overtaken.endswith(" by v3")
    assert ledger()[-1].outcome == "overtaken"
    ended = deck("alias", "set", "churn@champion", "2", "--yes", "--json")
    assert (ended.status, ended.json["outcome"]) == (EXIT_UNDONE, "overtaken")
    assert [(step["outcome"], step["found"]) for step in ended.json["steps"]] == [("overtaken", "1")]
    ended = deck("alias", "set", "churn@champion", "2", "--yes", "--no-second-look")
    assert ended.status == 0 and at(store, "champion") == "2", "nobody waits for that"
    file = store.path.with_name("aliases.yaml")
    file.write_text("models: {churn: {aliases: {champion: 1}}}")
    shown = deck("plan", str(file), "--json").json["plan"]
    ended = deck("apply", str(file), "--plan", shown)
    assert ended.status == EXIT_UNDONE and ended.out.endswith(" by v3\n") and ledger()[-1].outcome == "overtaken"


def test_an_alias_that_is_elsewhere_is_not_moved(deck: Deck, store: Store) -> None:
    refused = deck("alias", "set", "churn@champion", "2", "--if-currently", "3", "--yes")
    assert (refused.status, refused.out) == (EXIT_UNDONE, "")
    assert "champion of churn is on v1, not on v3" in refused.err
    assert deck("alias", "set", "churn@champion", "2", "--if-currently", "none", "--yes").status == EXIT_UNDONE
    assert deck("alias", "unset", "churn@champion", "--if-currently", "2", "--yes").status == EXIT_UNDONE
    assert (at(store, "champion"), ledger()) == ("1", ())
    said = deck("alias", "set", "churn@champion", "2", "--if-currently", "3", "--yes", "--json").json
    step = {"kind": "model", "name": "churn", "field": "alias champion", "before": "3", "after": "2"}
    assert said == {"outcome": "conflict", "steps": [{**step, "outcome": "conflict", "found": "1"}]}


def test_what_is_so_already_needs_no_write(deck: Deck) -> None:
    same = deck("alias", "set", "churn@champion", "1", "--yes")
    assert (same.status, same.err) == (0, "champion of churn is on v1 already.\n")
    assert deck("alias", "unset", "churn@nobody", "--yes").status == 0
    assert deck("alias", "set", "churn@champion", "1", "--yes", "--json").json == {
        "outcome": "nothing to do",
        "steps": [],
    }
    assert ledger() == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("churn@champion", "9", "--yes"), "There is no version 9"),
        (("churn@champion", "two", "--yes"), "is no version"),
        (("churn@champion", "@nobody", "--yes"), "has no alias nobody"),
        (("churn@Champion", "2", "--yes"), "champion"),
        (("churn@latest", "2", "--yes"), "latest"),
        (("churn", "2", "--yes"), "names no alias"),
        (("nothing@champion", "2", "--yes"), "nothing"),
        (("churn@champion", "2"), "Nobody is there to confirm it."),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    deck: Deck, store: Store, arguments: tuple[str, ...], said: str
) -> None:
    refused = deck("alias", "set", *arguments)
    assert refused.status == EXIT_PROBLEM
    assert said in refused.said
    assert (at(store, "champion"), ledger()) == ("1", ())


def test_a_read_only_context_is_not_written_to(deck: Deck) -> None:
    for arguments in (("alias", "set", "churn@champion", "2"), ("alias", "unset", "churn@champion"), ("undo", "churn")):
        refused = deck("--read-only", *arguments, "--yes")
        assert refused.status == EXIT_PROBLEM
        assert "is read-only" in refused.said


def test_a_dry_run_writes_nothing(deck: Deck, store: Store) -> None:
    shown = deck("alias", "set", "churn@champion", "2", "--dry-run").out
    assert shown.startswith("Move champion of churn: v1 → v2\n  error no-files: The files of v2 cannot be read")
    assert deck("alias", "set", "churn@champion", "2", "--dry-run", "--json").json["outcome"] == "dry run"
    assert (at(store, "champion"), ledger()) == ("1", ())


def configured(store: Store, tmp_path: Path, models: str) -> Deck:
    file = tmp_path / "config.yaml"
    file.write_text(f"contexts: {{prod: {{tracking_uri: '{store.uri}'}}}}\nmodels: {models}\n")
    run = command_line()
    return lambda *arguments: run("--config", str(file), "--context", "prod", *arguments)


def test_a_protected_alias_wants_the_name_once_more(store: Store, tmp_path: Path) -> None:
    deck = configured(store, tmp_path, "{protected_aliases: [champion]}")
    move = ("alias", "set", "churn@champion", "2")
    for arguments in ((), ("--yes",), ("--name", "churn"), ("--yes", "--name", "Churn")):
        refused = deck(*move, *arguments)
        assert refused.status == EXIT_PROBLEM
        assert "--yes --name churn" in refused.said
    assert deck("alias", "set", "churn@challenger", "2", "--yes").status == 0
    assert deck(*move, "--yes", "--name", "churn").status == 0
    assert at(store, "champion") == "2"
    assert deck("undo", "churn", "--yes").status == EXIT_PROBLEM
    assert deck("undo", "churn", "--yes", "--name", "churn").status == 0
    assert at(store, "champion") == "1"


def test_a_reason_that_is_required_is_asked_for(store: Store, tmp_path: Path) -> None:
    deck = configured(store, tmp_path, "{reason_required: true}")
    assert "wants a reason" in deck("alias", "set", "churn@champion", "2", "--yes").said
    assert deck("alias", "set", "churn@champion", "2", "--yes", "--reason", "INC-42").status == 0


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_it_is_asked(deck: Deck, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, moved in (("n\n", False), ("", False), ("y\n", True)):
        monkeypatch.setattr(sys, "stdin", _Terminal(answer))
        ended = deck("alias", "set", "churn@champion", "2")
        assert ended.err.startswith("Move champion of churn: v1 → v2\n") and "\nGo on? [y/N] " in ended.err
        assert (ended.status == 0) is moved
        assert (at(store, "champion") == "2") is moved


def test_undo_takes_back_and_is_refused_where_somebody_moved_it(deck: Deck, store: Store) -> None:
    assert "could be undone" in deck("undo", "churn", "--yes").said
    deck("alias", "set", "churn@champion", "2", "--yes")
    store.client().set_registered_model_alias("churn", "champion", "3")
    refused = deck("undo", "churn", "--yes")
    assert refused.status == EXIT_UNDONE
    assert "not done, somebody had changed it, is now v3" in refused.out
    store.client().set_registered_model_alias("churn", "champion", "2")
    back = deck("undo", "models:/churn", "--yes", "--reason", "no good")
    assert back.status == 0
    assert (at(store, "champion"), ledger()[-1].why) == ("1", "no good")


def test_a_ledger_that_cannot_be_written_stops_it(deck: Deck, store: Store) -> None:
    (state_dir() / "ledger.jsonl").mkdir(parents=True)
    assert deck("alias", "set", "churn@champion", "2", "--yes").status == EXIT_PROBLEM
    assert at(store, "champion") == "1"


def test_versions_are_compared_as_runs_are(deck: Deck) -> None:
    made = deck("diff", "models:/churn@champion", "models:/churn/3", "--json", "--exit-code")
    assert made.status == 1
    assert [one["name"] for one in made.json["runs"]] == ["v1", "v3"]
    other = deck("diff", "models:/churn/1", "models:/churn/3", "--json", "--baseline", "models:/churn@challenger")
    assert other.json["baseline"] == other.json["runs"][1]["id"]
    assert deck("diff", "models:/churn/1", "models:/churn/3", "--format", "md").out.startswith("Compared 2 versions: ")
    assert deck("diff", "models:/churn/1", "models:/churn/1", "--exit-code").status == 0
    assert deck("diff", "models:/churn/1", "models:/sales uk/1").status == EXIT_PROBLEM


def test_an_export_read_by_pandas_has_the_same_values(deck: Deck, store: Store, tmp_path: Path) -> None:
    client = store.client()
    run_id = client.create_run(client.create_experiment("odd")).info.run_id
    for name, value in (("third", 1 / 3), ("none", math.nan), ("high", math.inf), ("low", -math.inf)):
        client.log_metric(run_id, name, value)
    client.log_param(run_id, "text", HOSTILE)
    read = pandas.read_csv(io.StringIO(deck("export", "runs", "odd").out))
    assert list(read["metrics.third"]) == [1 / 3]
    assert math.isnan(read["metrics.none"][0])
    assert (read["metrics.high"][0], read["metrics.low"][0]) == (math.inf, -math.inf)
    assert read["params.text"][0] == HOSTILE
    several = pandas.read_csv(io.StringIO(deck("export", "runs", "churn", "odd").out))
    assert len(several) == 4 and "params.param_0" in several
    as_json = deck("export", "runs", "odd", "--json").json
    assert as_json[0]["metrics"] == {"third": 1 / 3, "none": "NaN", "high": "Infinity", "low": "-Infinity"}
    # A second run that has nothing of it but an empty text: Parquet tells all of them apart, as JSON does.
    client.set_tag(client.create_run(client.get_run(run_id).info.experiment_id).info.run_id, "text", "")
    file = tmp_path / "odd.parquet"
    assert deck("export", "runs", "odd", "--parquet", str(file)).status == 0
    whole = pandas.read_parquet(file, dtype_backend="pyarrow").set_index("run_id")
    first, second = whole.loc[run_id], whole.drop(run_id).iloc[0]
    assert first["metrics.third"] == 1 / 3 and math.isnan(first["metrics.none"])
    assert (first["metrics.high"], first["metrics.low"], first["params.text"]) == (math.inf, -math.inf, HOSTILE)
    assert all(second[name] is pandas.NA for name in ("metrics.none", "metrics.high", "params.text"))
    assert second["tags.text"] == "" and first["tags.text"] is pandas.NA
    again = deck("export", "runs", "odd", "--parquet", str(file))
    assert again.status == EXIT_PROBLEM and "Name another file" in again.err
    table = deck("export", "runs", "odd", "--markdown").out.splitlines()
    assert len(table) == 4 and table[0].startswith("| run_id | name |") and set(table[1]) <= set("| -")
    assert deck("export", "runs", "odd", "--markdown", "--json").status == EXIT_PROBLEM


def test_a_download_is_whole_and_replaces_nothing(deck: Deck, store: Store, tmp_path: Path) -> None:
    client = store.client()
    run_id = client.create_run(client.create_experiment("files", str(tmp_path / "artifacts"))).info.run_id
    (tmp_path / "notes.txt").write_text("hello")
    client.log_artifact(run_id, str(tmp_path / "notes.txt"), "docs")
    first = deck("download", f"runs:/{run_id}/docs/notes.txt", "--to", str(tmp_path / "to")).out.strip()
    assert Path(first).read_text() == "hello"
    second = deck("download", f"runs:/{run_id}/docs/notes.txt", "--to", str(tmp_path / "to"), "--json").json
    assert second["path"] != first and (second["files"], second["bytes"]) == (1, 5)
    whole = deck("download", f"runs:/{run_id}", "--to", str(tmp_path / "to")).out.strip()
    assert (Path(whole) / "docs" / "notes.txt").read_text() == "hello"
    assert deck("download", f"runs:/{run_id}/none.txt").status == EXIT_PROBLEM
    assert deck("download", "experiments:/files").status == EXIT_PROBLEM


def test_what_a_place_names_is_told_without_asking(deck: Deck) -> None:
    place = deck("open", "https://h.example.com/#/models/churn/versions/3", "--json").json
    assert place == {"kind": "model", "server": "https://h.example.com", "model": "churn", "version": "3"}
    assert deck("open", "nothing-like-it", "--json").status == EXIT_PROBLEM
