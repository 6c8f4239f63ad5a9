"""Prompts as values: what a version says, differences by words, texts folded, rules, the commands for scripts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.support.fake_prompts import FakePrompts, fill_prompts
from tests.support.fake_registry import FakeRegistry
from tests.support.fakes import NOW_MS, FrozenClock
from tests.support.stores import make_store
from tui.config.model import PromptSettings
from tui.console.report import lint, lint_table
from tui.domain.diff.text_change import beside, folded, inline, pieces
from tui.domain.models.values import ModelVersion
from tui.domain.prompts import (
    FORMAT_TAG,
    SETTINGS_TAG,
    TEXT_TAG,
    TYPE_TAG,
    JudgedPrompt,
    difference,
    judge_prompt,
    template_of,
    text_of_template,
    uri_parts,
)
from tui.services.model_health import ModelHealth
from tui.services.prompt_desk import PromptHealth


def made(text: str, kind: str = "text", **tags: str) -> ModelVersion:
    return ModelVersion("p", "1", tags={TEXT_TAG: text, TYPE_TAG: kind, **tags})


def test_a_chat_is_read_from_its_messages_and_what_is_none_says_so() -> None:
    chat = template_of(made(json.dumps([{"role": "user", "content": [{"type": "text", "text": "{{ a.b }}"}]}]), "chat"))
    assert chat.kind == "chat" and chat.variables == ("a.b",)
    for text in ("no json", '{"role": "user"}', "[1]", "[" * 100_000):
        broken = template_of(made(text, "chat"))
        assert not broken.is_chat and "no list of messages" in broken.broken and broken.text == text


def test_settings_and_formats_that_cannot_be_read_are_shown_as_they_are() -> None:
    said = template_of(made("x", **{SETTINGS_TAG: "nonsense", FORMAT_TAG: "{broken"}))
    assert said.settings is None and said.response_format == "{broken"
    assert template_of(made("x", **{SETTINGS_TAG: '{"stop": ["a"]}'})).settings == {"stop": '["a"]'}


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        ("prompts:/a/3", ("a", "3", "")),
        ("prompts:/a@production", ("a", "", "production")),
        ("prompts:/a", ("a", "", "")),
        ("prompts:/a/x", None),
        ("models:/a/3", None),
        ("prompts:/", None),
    ],
)
def test_uris(uri: str, parts: tuple[str, str, str] | None) -> None:
    assert uri_parts(uri) == parts


def test_words_that_go_and_come_are_marked_in_one_text() -> None:
    body = inline(pieces("Be kind to {{ name }}.\nAlways.\n", "Be brief with {{ name }}.\nAlways.\nNever lie.\n"), 80)
    assert body.lines == ("Be [-kind to-]{+brief with+} {{ name }}.", "Always.", "{+Never lie.+}")
    assert [line[start:end] for line, spans in zip(body.lines, body.spans, strict=True) for start, end, _ in spans] == [
        "[-kind to-]",
        "{+brief with+}",
        "{+Never lie.+}",
    ]


def test_texts_stand_level_beside_each_other() -> None:
    body = beside(pieces("one\ntwo\nthree\n", "one\nthree\nfour\n"), 43)
    assert body.lines == (
        "one                  │ one",
        "[-two-]              │",
        "three                │ three",
        "                     │ {+four+}",
    )


def test_long_texts_are_told_as_a_whole() -> None:
    old, new = " ".join(f"a{n}" for n in range(4000)), " ".join(f"b{n}" for n in range(4000))
    assert pieces(old, new) == [("-", old), ("+", new)]
    assert pieces("same\n", "same\n") == [(" ", "same\n")]


def test_lines_are_folded_between_words_with_their_spans() -> None:
    assert folded("aaaa bbbb cccc", ((5, 9, "accent"),), 9) == [("aaaa bbbb", ((5, 9, "accent"),)), ("cccc", ())]
    assert [text for text, _ in folded("x" * 20, (), 8)] == ["x" * 8, "x" * 8, "x" * 4]
    assert [text for text, _ in folded("解約" * 4, (), 8)] == ["解約解約", "解約解約"]


def test_hostile_texts_are_cleaned_before_they_are_compared_and_shown() -> None:
    first, second = template_of(made("\x1b[31m[bold]{{ a }}")), template_of(made("\x1b[31m[red]{{ a }}\u202e"))
    assert text_of_template(first, 80).lines == ("\\x1b[31m[bold]{{ a }}",)
    shown = difference(first, second, 80, side_by_side=False)
    assert all("\x1b" not in line and "\u202e" not in line for line in shown.body.lines) and shown.starts == (0,)


def filled() -> FakePrompts:
    prompts = FakePrompts()
    fill_prompts(prompts, "r")
    return prompts


def rules_of(name: str, judged: JudgedPrompt | None = None, **settings: object) -> list[str]:
    prompts = filled()
    judging = PromptHealth(prompts, FrozenClock(), PromptSettings(**settings))  # type: ignore[arg-type]
    prompt = prompts.get_model(name)
    judging.gather(prompt)
    return [finding.rule for finding in (judging.findings(prompt) if judged is None else judge_prompt(judged))]


def test_the_rules() -> None:
    assert rules_of("support_reply") == ["lost-variable"]
    assert rules_of("draft") == ["no-production"]
    assert rules_of("triage") == ["unused-alias"]
    assert rules_of("odd") == []
    assert rules_of("draft", production_aliases=()) == []
    assert rules_of("draft", rules={"no-production": "ignore"}) == []


def test_an_alias_to_a_version_that_is_gone_and_a_chat_that_is_none() -> None:
    prompts = filled()
    prompts.register("sick", ["x"], aliases={"production": "9"})
    prompts.change_version("sick", "1", tags={TEXT_TAG: "no list", TYPE_TAG: "chat"})
    prompt = prompts.get_model("sick")
    judged = JudgedPrompt(prompt, dict(prompts.by_model["sick"]), is_whole=True)
    assert [finding.rule for finding in judge_prompt(judged)] == ["dangling-alias", "unreadable"]
    assert judge_prompt(replace(judged, is_whole=False))[0].rule == "unreadable"


def test_without_traces_the_rule_about_them_keeps_silent() -> None:
    prompts = filled()
    prompts.recent.clear()
    judging = PromptHealth(prompts, FrozenClock(), PromptSettings())
    prompt = prompts.get_model("triage")
    judging.gather(prompt)
    assert judging.findings(prompt) == () and judging.is_known(prompt)
    assert prompts.calls[-1][1][1] == NOW_MS - 24 * 3_600_000


def test_lint_judges_prompts_beside_models() -> None:
    prompts, registry = filled(), FakeRegistry()
    health = ModelHealth(registry, FrozenClock())
    judging = PromptHealth(prompts, FrozenClock(), PromptSettings())
    report = lint(registry, health, (), prompts=judging)
    assert report.prompts == 4 and report.passes(allow_empty=False)
    assert "0 models, 4 prompts: 0 errors, 3 warnings, 0 notes" in lint_table(report)
    named = lint(registry, health, ("prompts:/draft",), prompts=judging)
    assert [finding.model for finding in named.findings] == ["draft"] and named.prompts == 1


def test_prompts_for_scripts(tmp_path: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    from tui.cli import cli

    store = make_store(tmp_path_factory.mktemp("scripts"))
    client = store.client()
    client.register_prompt("reply", "Answer {{ name }} kindly.", "First")
    client.register_prompt("reply", "Answer {{ name }} briefly.", "Second")
    client.set_prompt_alias("reply", "production", 1)

    def run(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(cli, ["--tracking-uri", store.uri, *words])
        return found.exit_code, found.output

    assert json.loads(run("prompts", "list", "--json")[1])[0]["aliases"] == {"production": "1"}
    assert json.loads(run("prompts", "get", "reply@production", "--json")[1])["text"] == "Answer {{ name }} kindly."
    assert json.loads(run("prompts", "get", "prompts:/reply", "--json")[1])["version"] == "2"
    assert [row["version"] for row in json.loads(run("prompts", "versions", "reply", "--json")[1])] == ["2", "1"]
    code, said = run("diff", "prompts:/reply@production", "prompts:/reply/2", "--exit-code")
    assert code == 1 and "Answer {{ name }} [-kindly-]{+briefly+}." in said
    assert json.loads(run("diff", "prompts:/reply/1", "prompts:/reply/2", "--json")[1])["differs"] is True
    assert run("diff", "prompts:/reply/1", "prompts:/reply/1", "--exit-code") == (
        0,
        "reply v1 against reply v1\nNothing differs.\n",
    )
