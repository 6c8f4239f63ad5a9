"""A configuration file: what it may say, and what is said of one that cannot be used."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

import tui.app.themes
from tui import resources
from tui.app.actions import ACTIONS
from tui.config.check import check
from tui.config.load import DECIDE, load, recall
from tui.config.model import THEMES, ContextSettings, ModelSettings, Settings
from tui.domain.problem import Kind, Problem
from tui.resources import example_config

FILE = Path("/etc/deck/config.yaml")
# A few lines that would be millions of values, were each reference written out.
BOMB = "a: &a [x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGED_BOMB = "a: &a {x: y}\n" + "".join(
    f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


def checked(text: str) -> Settings:
    return check(text, FILE, lambda: ACTIONS)


def refusal(text: str) -> Problem:
    with pytest.raises(Problem) as caught:
        checked(text)
    assert caught.value.kind is Kind.CONFIG
    assert str(FILE) in caught.value.message
    return caught.value


def test_everything_that_can_be_said() -> None:
    settings = checked(
        """
        context: prod
        contexts:
          prod:
            tracking_uri: https://mlflow.example.com
            registry_uri: workspace
            experiment_path: churn/weekly
            read_only: true
            columns: [name, metrics.val_auc]
            timeout: 4.5
            page_size: 500
          lake: {tracking_uri: databricks, registry_uri: databricks-uc, profile: DEFAULT}
          here: {tracking_uri: "sqlite:///stores/mlflow.db"}
        theme: deck-light
        ascii: true
        mouse: false
        ssh: true
        watch_seconds: 5
        watch_running_seconds: 3
        cache: false
        models:
          alias_columns: [champion]
          metric: val_auc
          protected_aliases: [champion]
          gate: [min auc:+0.002, rules]
          reason_required: true
          mirror_tags: true
          bell: true
          old_after_days: 90
          rules: {no-signature: error, old: ignore}
        keys:
          runs.filter: f3
          app.back: [esc, backspace]
          app.browse: 9
          rename: f2
          runs.rename: [f2, ctrl+r]
        """
    )
    assert settings == Settings(
        context="prod",
        contexts={
            "prod": ContextSettings(
                "https://mlflow.example.com",
                registry_uri="workspace",
                experiment_path="churn/weekly",
                read_only=True,
                columns=("name", "metrics.val_auc"),
                timeout=4.5,
                page_size=500,
            ),
            "lake": ContextSettings("databricks", registry_uri="databricks-uc", profile="DEFAULT"),
            "here": ContextSettings("sqlite:////etc/deck/stores/mlflow.db"),
        },
        theme="deck-light",
        ascii=True,
        mouse=False,
        ssh=True,
        watch_seconds=5,
        watch_running_seconds=3,
        cache=False,
        models=ModelSettings(
            alias_columns=("champion",),
            metric="val_auc",
            protected_aliases=("champion",),
            gate=("min auc:+0.002", "rules"),
            reason_required=True,
            mirror_tags=True,
            bell=True,
            old_after_days=90,
            rules={"no-signature": "error", "old": "ignore"},
        ),
        keys={
            "runs.filter": "f3",
            "app.back": "escape,backspace",
            "app.experiments": "9",  # which an earlier id still names
            **dict.fromkeys(("experiments.rename", "run.rename", "registry.rename"), "f2"),
            "runs.rename": "f2,ctrl+r",
        },
    )


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "contexts:\nkeys:\n", "---\n"])
def test_an_empty_file_is_the_defaults(text: str) -> None:
    assert checked(text) == Settings()


def test_the_example_is_the_defaults_and_names_every_setting() -> None:
    text = example_config()
    assert checked(text) == Settings()
    for setting in (*fields(Settings), *fields(ContextSettings)):
        assert f"{setting.name}:" in text, setting.name


def test_the_example_with_its_comments_taken_away_can_be_used() -> None:
    lines = []
    in_example = False
    for line in example_config().splitlines():
        in_example = line.startswith("#   ") if line.startswith("#") else False
        if in_example:
            lines.append(line.replace("#", "", 1)[1:])
        elif line.endswith(": {}"):
            lines.append(line.removesuffix(" {}"))
        elif line.startswith("# context:"):
            lines.append(line.removeprefix("# "))
        else:
            lines.append(line)
    settings = checked("\n".join(lines))
    assert list(settings.contexts) == ["prod", "behind", "lakehouse"]
    assert settings.contexts["prod"].read_only
    assert settings.keys


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("theme: deck-dark\nthmee: x", 2, "there is no setting “thmee”", "“theme”"),
        ("timeout_s: 8", 1, "there is no setting “timeout_s”", "“timeout” stands under contexts: NAME."),
        ("read_only: true", 1, "there is no setting “read_only”", "“read_only” stands under contexts: NAME."),
        ("models: {themes: {}}", 1, "there is no setting “themes”", "“themes” stands at the top, in no group."),
        ("contexts:\n  p:\n    tracking_url: http://h", 3, "“tracking_url” in contexts.p", "“tracking_uri”"),
        ("contexts:\n  p:\n    read_only: true", 2, "“tracking_uri” is missing in contexts.p", ""),
        ("mouse: perhaps", 1, "“mouse” should be true or false, and is 'perhaps'", ""),
        ("\nwatch_seconds: often", 2, "should be a whole number, and is 'often'", ""),
        ("watch: {plateau: [loss]}", 1, "METRIC:N, like loss:20, and not “loss”", ""),
        ("watch_seconds: 0", 1, "between 2 and 86400", ""),
        ("models: {old_after_days: 0}", 1, "between 1 and 36500", ""),
        ("models: {protected_aliases: [latest]}", 1, "“latest” is no alias", ""),
        ("models: {gate: [rules, min auc]}", 1, "“min auc” is no condition", "min auc:+0.002"),
        ("models:\n  rules:\n    no-signatur: error", 3, "there is no rule “no-signatur”", "“no-signature”"),
        ("models:\n  rules:\n    old: fatal", 3, "one of error, warning, note, ignore, and not “fatal”", ""),
        ("models: {alias_colums: [a]}", 1, "there is no setting “alias_colums”", "“alias_columns”"),
        ("tolerance: 2", 1, "between 0 and 1", ""),
        ("metric_directions:\n  auc: higher\n  rmse: down", 3, "one of higher, lower, neither, and not “down”", ""),
        ("theme: deck-drak", 1, "there is no theme “deck-drak”", "“deck-dark”"),
        ("readers: fast", 1, "“readers” is one of own, client, and not “fast”", ""),
        ("images: sixel", 1, "“images” is one of auto, kitty, blocks, and not “sixel”", ""),
        ("context: prd\ncontexts:\n  prod: {tracking_uri: databricks}", 1, "no context “prd”", "“prod”"),
        ("contexts:\n  p: {tracking_uri: ftp://h}", 2, "no store of the kind “ftp:”", "sqlite:///"),
        ("contexts:\n  p: {tracking_uri: databricks-uc}", 2, "is a model registry", "databricks"),
        ("contexts:\n  p: {tracking_uri: mlflow.db}", 2, "folder of files", "sqlite:///mlflow.db"),
        ("contexts:\n  p: {tracking_uri: 'http://'}", 2, "names no host", ""),
        ("contexts:\n  p: {tracking_uri: databricks, registry_uri: nowhere://x}", 2, "“nowhere:”", "workspace"),
        ("contexts:\n  p:\n    tracking_uri: http://h\n    profile: x", 4, "is for a tracking URI of databricks", ""),
        ("contexts:\n  p:\n    tracking_uri: databricks://a\n    profile: b", 4, "different profiles", ""),
        ("contexts:\n  p:\n    tracking_uri: http://h\n    page_size: 1", 4, "between 10 and 50000", ""),
        ("contexts:\n  p:\n    tracking_uri: http://h\n    columns: name", 4, "should be a list", ""),
        (
            "contexts:\n  p:\n    tracking_uri: http://h\n    columns:\n      - name\n      - metric.auc\n      - bad",
            6,
            "there is no column “metric.auc” (1 more after that)",
            "metrics.KEY",
        ),
        ("contexts: 3", 1, "“contexts” should be settings", ""),
        ("keys:\n  runs.srot: x", 2, "no action “runs.srot”", "“runs.sort”"),
        ("keys:\n  runs.sort: hyper+x", 2, "“hyper+x” is no key", "ctrl+s"),
        ("keys:\n  runs.sort: []", 2, "without a key", ""),
        ("keys:\n  runs.sort: x", 2, "“x” is the key of “runs.differences” too", "“runs.differences”"),
        ("keys:\n  mouse: x\n  sort: x", 2, "no action “mouse”", ""),
        ("keys:\n  runs.tags: f2\n  sort: x", 3, "“x” is the key of “", "another key"),
        ("keys:\n  filter: ctrl+f", 2, "“ctrl+f” is the key of “grid.page_down” too", "“grid.page_down”"),
        ("keys:\n  runs.sort: ctrl+d", 2, "“ctrl+d” is the key of “grid.half_down” too", "another key"),
        ("keys:\n  help: c", 2, "“c” is the key of “runs.compare” too", "another key"),
        ("keys:\n  doctor: f9", 2, "no action “doctor”", "mlflow-deck keys"),
        ("keys: [x]", 1, "“keys” should be a list", "mlflow-deck keys"),
        ("mouse: true\nmouse: false", 2, "“mouse” is given twice, first on line 1", ""),
        ("a: [b\nc: d", 2, "", "YAML"),
        ("- a", 1, "`name: value`", ""),
        ("a: &a [*a]", 1, "contains itself", ""),
        ("mouse: true\na: \x00", 2, "the sign U+0000 cannot stand in YAML", "YAML"),
        (BOMB, 6, "written out, this would be more than 20000 values", "YAML"),
        (MERGED_BOMB, 5, "more than 20000 values", "YAML"),
        ("? [a]\n: b", 1, "a key must be a plain word", ""),
        ("mouse: !!python/object:os.system x", 1, "", "YAML"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(text: str, line: int, said: str, hint: str) -> None:
    problem = refusal(text)
    assert f"line {line}: " in problem.message
    assert said in problem.message
    assert hint in problem.hint


def test_several_faults_are_counted_and_the_misspelling_comes_before_what_it_leaves_missing() -> None:
    problem = refusal("contexts:\n  p:\n    tracking_url: http://h\n    colour: red")
    assert "tracking_url" in problem.message
    assert "(2 more after that)" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "contexts:\n  p: {tracking_uri: 'http://ana:hunter2@h'}",
        "contexts:\n  p: {tracking_uri: 'https://hunter2@h'}",
        "contexts:\n  p: {tracking_uri: 'http://h?access_token=hunter2'}",
        "contexts:\n  p: {tracking_uri: 'postgresql://ana:hunter2@h/db'}",
        "contexts:\n  p: {tracking_uri: databricks, registry_uri: 'https://ana:hunter2@h'}",
        "contexts:\n  p: {tracking_uri: databricks, token: hunter2}",
        "contexts:\n  p: {tracking_uri: databricks, profile: dapi0123456789abcdefhunter2}",
        "password: hunter2",
    ],
)
def test_secrets_are_refused_and_never_repeated(text: str) -> None:
    problem = refusal(text)
    assert "hunter2" not in str(problem)
    assert "Secrets stay out of this file" in problem.hint


def test_a_context_may_be_called_token() -> None:
    assert checked("contexts:\n  token: {tracking_uri: 'http://h'}").contexts["token"].tracking_uri == "http://h"


def test_merge_keys_share_settings_between_contexts() -> None:
    settings = checked(
        "contexts:\n  a: &a {tracking_uri: 'http://a', read_only: true}\n  b: {<<: *a, tracking_uri: 'http://b'}"
    )
    assert settings.contexts["b"] == ContextSettings("http://b", read_only=True)


def test_themes_are_those_that_the_deck_has() -> None:
    assert set(THEMES) == set(tui.app.themes.THEMES)


def test_columns_are_those_that_runs_have() -> None:
    from tui.domain.runs.table import ATTRIBUTE_TITLES

    names = list(ATTRIBUTE_TITLES)
    settings = checked(f"contexts: {{p: {{tracking_uri: 'http://h', columns: [{', '.join(names)}]}}}}")
    assert list(settings.contexts["p"].columns) == names


def never() -> tuple[()]:
    raise AssertionError("the file was checked again")


def test_a_checked_file_is_remembered_until_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "watch_seconds: 7\nkeys: {runs.filter: f3}\ncontexts: {p: {tracking_uri: 'http://h', columns: [name]}}"
    )
    first = load(file, "--config", lambda: ACTIONS)
    assert load(file, "--config", never) == first
    kept = list(resources.cache_dir().iterdir())
    assert [stat.S_IMODE(entry.stat().st_mode) for entry in kept] == [0o600]
    file.write_text("watch_seconds: 8")
    assert load(file, "--config", lambda: ACTIONS).watch_seconds == 8


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"key": 1}', b"\xff"])
def test_a_spoilt_cache_is_no_matter(tmp_path: Path, spoilt: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("watch_seconds: 7")
    load(file, "", lambda: ACTIONS)
    (kept,) = resources.cache_dir().iterdir()
    kept.write_bytes(spoilt)
    assert load(file, "", lambda: ACTIONS).watch_seconds == 7


def test_a_cache_that_cannot_be_written_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "config.yaml"
    file.write_text("watch_seconds: 7")
    assert load(file, "", lambda: ACTIONS).watch_seconds == 7
    assert recall(file, file.read_bytes()) is None


def test_a_file_that_nobody_named_may_be_absent(tmp_path: Path) -> None:
    assert load(tmp_path / "none.yaml", "", never) == Settings()


@pytest.mark.parametrize("named_by", ["--config", "MLFLOW_DECK_CONFIG"])
def test_a_file_that_was_named_must_be_there(tmp_path: Path, named_by: str) -> None:
    with pytest.raises(Problem, match=f"no such file .{named_by} names it"):
        load(tmp_path / "none.yaml", named_by, never)


def test_a_folder_or_other_bytes_are_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="is a directory"):
        load(tmp_path, "", never)
    file = tmp_path / "config.yaml"
    file.write_bytes(b"mouse: true\ntheme: \xff\xfe")
    with pytest.raises(Problem, match="line 2 is not UTF-8"):
        load(file, "", never)


def test_where_the_file_is(tmp_path: Path) -> None:
    assert resources.config_file("a.yaml", {"MLFLOW_DECK_CONFIG": "b.yaml"}, tmp_path) == (
        tmp_path / "a.yaml",
        "--config",
    )
    assert resources.config_file(None, {"MLFLOW_DECK_CONFIG": "/b.yaml"}, tmp_path) == (
        Path("/b.yaml"),
        "MLFLOW_DECK_CONFIG",
    )
    usual, named_by = resources.config_file(None, {}, tmp_path)
    assert usual.parts[-2:] == ("mlflow-deck", "config.yaml")
    assert named_by == ""


def test_what_decides_over_a_file_is_there() -> None:
    assert [name for name in DECIDE if not (Path(tui.app.themes.__file__).parents[1] / name).is_file()] == []
