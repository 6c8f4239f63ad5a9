"""Regular expressions that would never end are refused; all that people write are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.made_runs import MadeRun, snapshot_of
from tui.domain.filter import FilterError, parse
from tui.domain.filter.texts import like, refusal

RUNS = [MadeRun("aa11", "a" * 60 + "!", "FINISHED", "ana", 0, 1, params={"opt": "a" * 60 + "!"})]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$", "(a*)*b", "(a|a)*$", "(a|aa)+$", "(.|a)*b", "(a?b?)*", r"([a-z]+\d)*x", "(a{1,9}){9}",
        "(?=(a+)+$)x", "(?i:(a+)+)$", "(x(a+)?)*y", "a*a*a*a*a*a*a*b", "(a)(?(1)(b+)+|c)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("wanted", ["name ~ '{}'", "params.opt ~ '{}'", "/{}/"])
def test_a_pattern_that_could_run_away_is_refused_with_the_reason(pattern: str, wanted: str) -> None:
    query = parse(wanted.format(pattern))
    with pytest.raises(FilterError) as caught:
        query.mask(snapshot_of(RUNS))
    assert "could take for ever" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "pattern",
    [
        "^ox.*2$", "^(brave|calm)", "(foo|bar)+", r"v\d+\.\d+(\.\d+)?", "(?-i:^adam$)", "(?:ab){2,3}",
        "[a-z]+-[a-z]+-[0-9]+", "(ab)*", "(a|b)*c", ".*x.*y.*", "", "trial-0(0|1)*",
    ],
)  # fmt: skip
def test_what_people_write_is_let_through(pattern: str) -> None:
    assert refusal(pattern) == ""


@given(st.text("ab_%\n", max_size=8), st.text("abA\n", max_size=10), st.booleans())
def test_like_means_what_the_regular_expression_for_it_means(pattern: str, text: str, any_case: bool) -> None:
    signs = {"%": ".*", "_": "."}
    flags = re.DOTALL | (re.IGNORECASE if any_case else 0)
    slow = re.fullmatch("".join(signs.get(sign, re.escape(sign)) for sign in pattern), text, flags)
    assert like(pattern, any_case=any_case)(text) is (slow is not None)


def test_like_does_not_run_away_either() -> None:
    assert not like("%a" * 20 + "%b", any_case=True)("a" * 5_000)
