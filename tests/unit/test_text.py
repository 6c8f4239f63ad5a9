"""What clean, width and fit promise, over examples and over whatever hypothesis thinks of."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcwidth

from tui.domain.table import Align
from tui.domain.text import clean, clean_block, fit, fit_all, named, telling_apart, width, wrap

HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("\x00\x07\x1b\r\n\t\x7f\x9b\u200b\u200d\u202e\u2066\ufe0f\ufeff\u0301\u20e3\ud800\U000e0041"),
        st.sampled_from("a漢字한글がé👍🏽🇩🇪⚠❤नि "),
    ),
    max_size=40,
)
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, with ~!@#$%^&*() and \\x1b spelled", "plain text, with ~!@#$%^&*() and \\x1b spelled"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("two\nlines\r\n\tand a tab", "two\\nlines\\r\\n\\tand a tab"),
        ("model\u202egpj.exe", "model\\u202egpj.exe"),
        ("prod\u200b", "prod\\u200b"),
        ("\x9b2J", "\\x9b2J"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\ue0b0", "\\ue0b0"),
        ("école 漢字 한국어 Ελλάδα", "école 漢字 한국어 Ελλάδα"),
        ("e\u0301cole", "e\u0301cole"),
        ("🎉 done ✅", "🎉 done ✅"),
        ("⚠\ufe0f careful", "⚠ careful"),
        ("1\ufe0f\u20e3", "1\u20e3"),
        ("model\ufe0f", "model\\ufe0f"),
        ("🇩🇪", "\\U0001f1e9\\U0001f1ea"),
        ("👩\u200d💻", "👩\\u200d💻"),
        ("\u0301x", "\\u0301x"),
        ("e" + "\u0301" * 10, "e" + "\u0301" * 8 + "\\u0301\\u0301"),
        ("a\u00a0b", "a\u00a0b"),
        ("[bold]not markup[/]", "[bold]not markup[/]"),
        ("", ""),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_clean_block_keeps_lines_and_expands_tabs() -> None:
    assert clean_block("a\tb\r\nc\x1b\rd\n") == "a   b\nc\\x1b\\rd\n"


@given(HOSTILE)
@example("\u200d\ufe0f")
@example("a\ufe0f\ufe0e")
def test_clean_leaves_nothing_that_acts_or_hides(text: str) -> None:
    shown = clean(text)
    assert not {unicodedata.category(character) for character in shown} & INVISIBLE
    assert clean(shown) == shown


@given(HOSTILE)
def test_clean_keeps_plain_ascii(text: str) -> None:
    plain = "".join(character for character in text if " " <= character <= "~")
    assert clean(plain) is plain


@given(HOSTILE)
def test_clean_block_has_the_lines_of_the_text(text: str) -> None:
    lines = clean_block(text).split("\n")
    assert len(lines) == text.count("\n") + 1
    assert all(clean(line) == line for line in lines)


@given(HOSTILE)
def test_width_is_what_wcwidth_and_textual_measure(text: str) -> None:
    shown = clean(text)
    assert width(shown) == cell_len(shown) == sum(max(0, wcwidth(character)) for character in shown)


def test_width_agrees_for_every_character_there_is() -> None:
    shown = [
        character for point in range(sys.maxunicode + 1) if clean(f"a{(character := chr(point))}")[1:] == character
    ]
    assert len(shown) > 100_000
    assert [c for c in shown if not width(c) == cell_len(c) == wcwidth(c)] == []


@given(HOSTILE, st.integers(-2, 30), st.booleans(), st.sampled_from(["…", "~", "", "漢", "..."]))
def test_fit_is_exactly_as_wide_as_told(text: str, cells: int, right: bool, ellipsis: str) -> None:
    fitted = fit(text, cells, "right" if right else "left", ellipsis)
    assert width(fitted) == cell_len(fitted) == max(0, cells)
    if width(clean(text)) <= cells:
        assert fitted.strip() == clean(text).strip()


@pytest.mark.parametrize(
    ("text", "cells", "fitted"),
    [
        ("gallant-ox-12", 8, "gallant…"),
        ("漢字漢字", 8, "漢字漢字"),
        ("漢字漢字", 7, "漢字漢…"),
        ("漢字漢字", 6, "漢字… "),
        ("漢字", 1, "…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("ab", 0, ""),
    ],
)
def test_fit_cuts_between_letters(text: str, cells: int, fitted: str) -> None:
    assert fit(text, cells) == fitted


def test_fit_to_the_right() -> None:
    assert fit("0.93", 7, "right") == "   0.93"


@given(st.lists(HOSTILE | st.text("abc 123", max_size=12), max_size=6), st.integers(0, 12), st.booleans())
def test_fit_all_is_fit_for_each(texts: list[str], cells: int, right: bool) -> None:
    align: Align = "right" if right else "left"
    assert fit_all(texts, cells, align) == [fit(text, cells, align) for text in texts]


def test_what_is_cut_keeps_what_tells_it_apart() -> None:
    tables = ["prod.ml.features.customers@414", "prod.ml.features.customers@418", "s3://elsewhere/and/far/away/data"]
    assert telling_apart(tables, 14) == ["…customers@414", "…customers@418", tables[2]]
    assert telling_apart(tables, 40) == tables
    tree = ["▾ sweep", "  ├ trial-of-the-long-sweep-7", "  └ trial-of-the-long-sweep-8"]
    assert [fit(text, 14) for text in telling_apart(tree, 14)] == ["▾ sweep       ", "  ├ …g-sweep-7", "  └ …g-sweep-8"]
    ends = ["a very long beginning, then 漢字 one", "a very long beginning, then 漢字 two"]
    assert [fit(text, 12) for text in telling_apart(ends, 12)] == ["…en 漢字 one", "…en 漢字 two"]


@pytest.mark.parametrize(
    ("text", "cells", "lines"),
    [
        ("short", 10, ["short"]),
        ("one two three", 7, ["one two", "three"]),
        ("a averyverylongword b", 6, ["a", "averyverylongword", "b"]),
        ("漢字 漢字", 4, ["漢字", "漢字"]),
        ("", 5, [""]),
    ],
)
def test_wrap_breaks_between_words(text: str, cells: int, lines: list[str]) -> None:
    assert wrap(text, cells) == lines


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("loss", "loss"),
        ("loss ", "loss\\x20"),
        ("  loss", "\\x20\\x20loss"),
        ("a b", "a b"),
        ("a  b", "a \\x20b"),
        ("a\u00a0b", "a\\xa0b"),
        ("a\u2003b", "a\\u2003b"),
        ("漢　字", "漢　字"),
        ("漢　", "漢\\u3000"),
        ("trail\n", "trail\\n"),
    ],
)
def test_names_that_differ_by_spaces_only_are_told_apart(name: str, shown: str) -> None:
    assert named(name) == shown
    assert clean(named(name)) == shown


@given(st.text(max_size=12))
def test_a_name_reads_as_no_other(name: str) -> None:
    assert named(name).isprintable() or " " in named(name) or "\u3000" in named(name)
    assert named(f"{name} ") != named(name)
