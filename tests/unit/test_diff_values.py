"""What texts mean, and which way metrics get better."""

from __future__ import annotations

import math

import pytest

from tui.domain.diff.comparison import LONGEST_NESTED, MOST_LEAVES, leaves_of, parsed
from tui.domain.ranking import Direction, direction_of, guess


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1e-3", "0.001"),
        ("1", "1.0"),
        ("-0", "0"),
        (" 5 ", "5"),
        ("+7", "7"),
        ("1e3", "1000"),
        ("nan", "NaN"),
        ("inf", "Infinity"),
        ("True", "true"),
        ("None", "null"),
        ("'adam'", '"adam"'),
        ('{"a": 1, "b": [1, 2]}', "{'b': (1, 2.0), 'a': 1}"),
        ("[]", "()"),
        ("{1, 2}", "{2, 1}"),
    ],
)
def test_texts_that_mean_the_same(one: str, other: str) -> None:
    assert parsed(one).key == parsed(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", "true"),
        ("1", "'1'"),
        ("adam", "'adam'"),
        ("", "None"),
        ("nan", "0"),
        ("inf", "-inf"),
        ("9007199254740993", "9007199254740992"),
        ("1_000", "1000"),
        ("1e99999", "2e99999"),  # digests, not numbers
        ("0e12345", "0e54321"),
        ("123e456", "124e456"),
        ("{1: 2}", '{"1": 2}'),
        ("[1, 2]", "[2, 1]"),
        ('{"a": 1, "a": 2}', '{"a": 2}'),  # a key twice is not a dictionary that anybody meant
    ],
)
def test_texts_that_do_not(one: str, other: str) -> None:
    assert parsed(one).key != parsed(other).key


@pytest.mark.parametrize("text", ["[" * 5000, "(" * 300, "{'a': object()}", "b'x'", "[1, 2", "{" + "1," * 60_000 + "}"])
def test_what_is_no_literal_is_a_text(text: str) -> None:
    assert parsed(text).key == ("text", text)
    assert parsed(text).nested is None


def test_a_text_too_long_is_not_read() -> None:
    text = "[" + "1, " * LONGEST_NESTED + "1]"
    assert parsed(text).nested is None


def test_whole_numbers_are_told() -> None:
    assert parsed("12").whole
    assert not parsed("12.0").whole
    assert math.isnan(parsed("nan").number or 0)


def test_paths_of_nested_values() -> None:
    leaves = leaves_of("cfg", [{"layers": [64, 128], "a b": None}, {"layers": [64], 3: {}}])
    assert leaves is not None
    assert leaves.texts == {
        "cfg.layers[0]": ["64", "64"],
        "cfg.layers[1]": ["128", None],
        'cfg["a b"]': ["null", None],
        "cfg[3]": [None, "{}"],
    }


def test_too_many_leaves_are_not_taken_apart() -> None:
    assert leaves_of("cfg", [list(range(MOST_LEAVES)), None]) is not None
    assert leaves_of("cfg", [list(range(MOST_LEAVES + 1)), None]) is None


@pytest.mark.parametrize(
    ("metric", "way"),
    [
        ("val_loss", "lower"),
        ("train_loss_epoch", "lower"),
        ("rmse", "lower"),
        ("testRMSE", "lower"),
        ("p99_latency_ms", "lower"),
        ("error_rate", "lower"),
        ("val/auc", "higher"),
        ("accuracy", "higher"),
        ("f1_score", "higher"),
        ("precision_at_5", "higher"),
        ("eval.r2", "higher"),
        ("neg_mean_squared_error", "higher"),
        ("neg_log_loss", "higher"),
        ("hit_rate", "higher"),
        ("learning_rate", ""),
        ("best_epoch", ""),
        ("n_samples", ""),
        ("gallant", ""),
        ("", ""),
    ],
)
def test_directions_are_guessed_from_names(metric: str, way: str) -> None:
    assert guess(metric) == way
    assert direction_of(metric).guessed == bool(way)


def test_what_is_configured_wins() -> None:
    configured = {"auc*": "lower", "auc_up": "higher", "plain": "neither"}
    assert direction_of("auc_x", configured) == Direction("lower")
    assert direction_of("auc_up", configured) == Direction("higher")
    assert direction_of("plain", configured) == Direction("")
    assert direction_of("loss", configured) == Direction("lower", guessed=True)


def test_verdicts() -> None:
    lower, higher = Direction("lower"), Direction("higher", guessed=True)
    assert lower.verdict(1.0, 2.0) == "better"
    assert higher.verdict(1.0, 2.0) == "worse"
    assert higher.verdict(math.inf, 2.0) == "better"
    assert lower.verdict(math.nan, 0.25) == "worse"
    assert lower.verdict(0.25, math.nan) == "better"
    assert lower.verdict(math.nan, math.nan) == ""
    assert lower.verdict(2.0, 2.0) == ""
    assert Direction().verdict(1.0, 2.0) == ""
