"""Themes: legible by WCAG's measure, told apart without red and green, suited to the terminal, accents of contexts."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from tui.app.themes import (
    HIGH_CONTRAST,
    LEAST_CONTRAST,
    THEMES,
    Appearance,
    contrast,
    of_person,
    suited,
    themes_of,
    with_accent,
)
from tui.config.model import ACCENTS, AUTO, FAMILIES, ThemeSettings
from tui.terminal.telling import ASKED, EXPECTED_S, HELD_S, AnswerAside, Question, is_light, light_by_environment

NUMBERED = [theme for theme in THEMES.values() if not theme.ansi]
TEXTS = ("foreground", "accent", "success", "warning", "error", "text-accent", "text-success", "text-warning")


def colours_of(theme: Theme) -> dict[str, str]:
    return {**theme.to_color_system().generate(), **theme.variables}


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", NUMBERED, ids=lambda theme: theme.name)
def test_texts_stand_out_from_every_ground(theme: Theme) -> None:
    colours = colours_of(theme)
    high = theme.name.startswith("contrast")
    too_near = {
        (text, ground): round(ratio, 2)
        for text in TEXTS
        for ground in ("background", "surface", "panel", "cursor", "cursor-blurred")
        if (ratio := contrast(Color.parse(colours[text]), Color.parse(colours[ground])))
        < (HIGH_CONTRAST if high else LEAST_CONTRAST)
    }
    assert too_near == {}
    muted, least = Color.parse(colours["muted"]), HIGH_CONTRAST if high else LEAST_CONTRAST
    assert contrast(muted, Color.parse(colours["background"])) >= least
    assert contrast(muted, Color.parse(colours["cursor"])) >= (HIGH_CONTRAST if high else 3.8)


# How those see who lack one kind of cone, in linear light (Viénot, Brettel and Mollon 1999).
BLIND = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def seen(color: Color, kind: str) -> tuple[float, ...]:
    linear = [part**2.2 for part in color.normalized]
    mixed = [sum(weight * part for weight, part in zip(row, linear, strict=True)) for row in BLIND[kind]]
    return tuple(max(0.0, part) ** (1 / 2.2) for part in mixed)


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("name", ["safe-dark", "safe-light"])
def test_the_safe_themes_tell_good_odd_and_bad_apart_without_red_and_green(name: str, kind: str) -> None:
    colours = colours_of(THEMES[name])
    tones = [seen(Color.parse(colours[tone]), kind) for tone in ("success", "warning", "error")]
    for number, one in enumerate(tones):
        for other in tones[number + 1 :]:
            assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.2


def test_the_terminals_own_colours_are_used_by_number_alone() -> None:
    for name in ("terminal-dark", "terminal-light"):
        theme = THEMES[name]
        colours = [theme.primary, theme.accent, theme.foreground, theme.background, theme.success, theme.error]
        assert all(str(colour).startswith("ansi_") for colour in (*colours, theme.variables["cursor"]))


def test_a_pair_suits_the_terminal_and_a_name_is_taken_at_its_word() -> None:
    assert [suited(name, THEMES, light=False) for name in (AUTO, *FAMILIES)] == [
        "deck-dark", "contrast-dark", "safe-dark", "terminal-dark",
    ]  # fmt: skip
    assert suited(AUTO, THEMES, light=True) == "deck-light"
    assert suited("safe-dark", THEMES, light=True) == "safe-dark"
    assert suited("one that is no more", THEMES, light=True) == "deck-light"


def test_accents_are_legible_in_every_theme() -> None:
    for theme in NUMBERED:
        least = HIGH_CONTRAST if theme.name.startswith("contrast") else LEAST_CONTRAST
        for accent in (*ACCENTS, "#808080"):
            worn = with_accent(theme, accent)
            assert worn.name == f"{theme.name} {accent}"
            assert contrast(Color.parse(worn.accent or ""), Color.parse(theme.panel or "")) >= least
    assert with_accent(THEMES["terminal-dark"], "red").accent == "ansi_red"
    assert with_accent(THEMES["deck-dark"], "") is THEMES["deck-dark"]


def test_a_theme_of_ones_own_is_one_of_the_decks_with_other_colours() -> None:
    own = of_person("solar", ThemeSettings(base="deck-light", background="#fdf6e3", accent="#0a58a8", muted="#555555"))
    assert (own.name, own.background, own.primary, own.dark) == ("solar", "#fdf6e3", "#0a58a8", False)
    assert own.foreground == THEMES["deck-light"].foreground
    assert own.variables["muted"] == "#555555" and own.variables["rule"] == THEMES["deck-light"].variables["rule"]
    assert list(themes_of({"solar": ThemeSettings()})) == [*THEMES, "solar"]


# the terminal's background


@pytest.mark.parametrize(
    ("answer", "light"),
    [
        ("rgb:ffff/ffff/ffff", True),
        ("rgb:0f/13/18", False),
        ("rgba:fbfb/fbfb/fafa/ffff", True),
        ("rgb:f/f/0", True),
        ("?", None),
        ("", None),
    ],
)
def test_what_a_terminal_answers(answer: str, light: bool | None) -> None:
    assert is_light(answer) is light


@pytest.mark.parametrize(
    ("said", "light"), [("15;0", False), ("0;15", True), ("0;default;7", True), ("default", None), ("", None)]
)
def test_what_the_environment_says(said: str, light: bool | None) -> None:
    assert light_by_environment({"COLORFGBG": said}) is light


class Heard:
    """What was told and what passed on, by a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[bool] = []
        self.aside = AnswerAside(self.told.append, lambda: self.now)

    def typed(self, *parts: str) -> str:
        return "".join(self.aside.passed_on(part) for part in parts)


ANSWER = "\x1b]11;rgb:fbfb/fbfb/fafa\x1b\\"


@pytest.mark.parametrize("cut", range(1, len(ANSWER)))
def test_no_part_of_a_late_answer_is_a_key_wherever_it_is_cut(cut: int) -> None:
    heard = Heard()
    heard.aside.expect()
    assert heard.typed("j", "k" + ANSWER[:cut], ANSWER[cut:] + "l", "\x1b") == "jkl\x1b"
    assert heard.told == [True]


def test_a_key_that_an_answer_could_begin_with_waits_a_moment_only() -> None:
    heard = Heard()
    heard.aside.expect("typed ahead")
    assert heard.typed("\x1b") == "typed ahead"
    assert heard.aside.overdue() == ""
    heard.now = HELD_S
    assert heard.aside.overdue() == "\x1b" and heard.aside.overdue() == ""
    heard.now = EXPECTED_S + 1
    assert heard.typed("\x1b") == "\x1b", "no answer is expected any more"
    assert heard.told == []


def test_a_question_is_asked_of_no_terminal_that_would_print_it() -> None:
    for kind in ("", "dumb", "linux"):
        question = Question({"TERM": kind})
        assert not question.asked and question.answer() is None and question.before is None
    assert ASKED.endswith("\x1b\\")


def test_the_last_answer_counts_until_the_next(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/cache")
    monkeypatch.setenv("XDG_STATE_HOME", f"{tmp_path}/state")
    silent = Question({})
    first = Appearance.at_start(silent, {})
    assert not first.light and first.chosen == ""
    first.light, first.chosen = True, "safe"
    first.remember_light()
    assert first.remember_chosen()
    again = Appearance.at_start(silent, {})
    assert again.light and again.chosen == "safe"
    assert not Appearance.at_start(silent, {"COLORFGBG": "15;0"}).light
    assert not Appearance().remember_chosen()
