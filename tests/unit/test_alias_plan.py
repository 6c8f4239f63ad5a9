"""Plans of alias moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.models.values import alias_refusal, alias_twin, model_name_refusal, tag_key_refusal
from tui.domain.writes import plans
from tui.domain.writes.changes import ALIAS, Change, Plan, Thing, put_back, renewed
from tui.domain.writes.plans import AliasPlan, AliasStep
from tui.services.alias_moves import aliases_of

STATE = {"champion": "12", "challenger": "14", "old": "11"}
ALIASES = st.sampled_from(["champion", "challenger", "old", "blue"])
VERSIONS = st.sampled_from([None, "11", "12", "13", "14"])
STATES = st.dictionaries(ALIASES, st.sampled_from(["11", "12", "13", "14"]))


def test_a_move_says_where_from_and_where_to() -> None:
    plan = plans.plan("churn", STATE, {"champion": "11"})
    assert plan.steps == (AliasStep("champion", "11", "12"),)
    assert (plan.words, plan.purpose) == ("champion: v12 → v11", plans.MOVE)
    assert plans.plan("churn", STATE, {"blue": "11"}).words == "blue: none → v11"
    assert plans.plan("churn", STATE, {"old": None}).words == "old: v11 → none"


def test_what_is_set_comes_before_what_is_taken_away() -> None:
    plan = plans.plan("churn", STATE, {"old": None, "champion": "14", "challenger": None, "blue": "11"})
    assert [step.alias for step in plan.steps] == ["champion", "blue", "old", "challenger"]
    assert plan.purpose == plans.SEVERAL


def test_a_swap() -> None:
    plan = plans.swap("churn", STATE, "champion", "challenger")
    assert plans.after(plan, STATE) == {"champion": "14", "challenger": "12", "old": "11"}
    handed_over = plans.swap("churn", {"challenger": "3"}, "champion", "challenger")
    assert plans.after(handed_over, {"challenger": "3"}) == {"champion": "3"}
    assert [step.to for step in handed_over.steps] == ["3", None]


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("", "needs a name"),
        ("two words", "letters, digits, _ and -"),
        ("a.b", "letters, digits"),
        ("champion\n", "letters, digits"),
        ("🐙", "letters, digits"),
        ("[red]", "letters, digits"),
        ("latest", "reserved"),
        ("LATEST", "reserved"),
        ("v12", "reserved"),
        ("V1", "reserved"),
        ("x" * 256, "255"),
    ],
)
def test_aliases_that_mlflow_refuses(alias: str, words: str) -> None:
    assert words in alias_refusal(alias)
    assert any(words in refusal for refusal in plans.refusals(plans.plan("m", {}, {alias: "1"})))


@pytest.mark.parametrize("alias", ["champion", "eu-prod", "A_1", "v", "v1b", "späte", "x" * 255])
def test_aliases_that_mlflow_takes(alias: str) -> None:
    assert alias_refusal(alias) == ""


@pytest.mark.parametrize(
    ("typed", "version"),
    [("12", "12"), (" 12 ", "12"), ("v12", "12"), ("V012", "12"), ("0", "0"), ("", ""), ("v", ""), ("vv1", ""),
     ("1.0", ""), ("-1", ""), ("\uff11\uff12", ""), ("\u0663", ""), ("1_0", ""), ("latest", ""), ("9" * 30, "")],
)  # fmt: skip
def test_a_version_is_spelled_as_the_server_answers_it(typed: str, version: str) -> None:
    assert plans.version_number(typed) == version


def test_an_alias_that_differs_in_case_only_is_refused_beside_the_one_in_use() -> None:
    (refusal,) = plans.refusals(plans.plan("m", STATE, {"Champion": "11"}), state=STATE)
    assert "“champion” is in use" in refusal
    assert plans.refusals(plans.plan("m", STATE, {"champion": "11"}), state=STATE) == ()
    assert alias_twin("blue", ("champion",)) == "" and alias_twin("B", ("B", "b")) == ""


def test_the_rules_are_those_of_mlflow() -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.utils.validation import _validate_model_alias_name, _validate_model_alias_name_reserved

    for alias in [
        "",
        "two words",
        "a.b",
        "latest",
        "Latest",
        "v12",
        "V1",
        "champion",
        "eu-prod",
        "v",
        "v1b",
        "x" * 256,
    ]:
        try:
            _validate_model_alias_name(alias)  # type: ignore[no-untyped-call]  # MLflow declares no types here
            _validate_model_alias_name_reserved(alias)  # type: ignore[no-untyped-call]  # as above
            refused = False
        except MlflowException:
            refused = True
        assert bool(alias_refusal(alias)) == refused, alias


def test_names_of_models_and_tags() -> None:
    assert "neither / nor :" in model_name_refusal("a/b")
    assert model_name_refusal("解約 🐙") == ""
    assert "three levels" in model_name_refusal("churn", catalog=True)
    assert "three levels" in model_name_refusal("a..b", catalog=True)
    assert model_name_refusal("prod.ml.churn", catalog=True) == ""
    assert tag_key_refusal("a b.c:d/e-f_g") == "" and tag_key_refusal("a=b") and tag_key_refusal(" ")


def test_what_cannot_be_carried_out() -> None:
    assert "nothing to do" in plans.refusals(plans.plan("churn", STATE, {"champion": "12"}))[0]
    assert plans.refusals(plans.plan("churn", STATE, {"champion": "99"}), {"12"}) == ("There is no version 99.",)
    twice = AliasPlan("churn", (AliasStep("a", "1", None), AliasStep("a", "2", None)))
    assert plans.refusals(twice) == ("a comes twice.",)
    in_use = plans.plan("churn", {"odd name": "1"}, {"odd name": "2"})
    assert plans.refusals(in_use) == ()


def test_conflicts_name_where_it_is_now() -> None:
    plan = plans.plan("churn", STATE, {"champion": "11", "old": None})
    assert plans.conflicts(plan, STATE) == ()
    moved = plans.conflicts(plan, {**STATE, "champion": "13"})
    assert [entry.words for entry in moved] == ["champion is on v13 now, not on v12"]


def steps_of(plan: Plan) -> AliasPlan:
    return AliasPlan("m", tuple(AliasStep(change.alias, change.after, change.before) for change in plan.changes))


@given(STATES, st.dictionaries(ALIASES, VERSIONS, max_size=4), st.data())
def test_whatever_part_was_done_can_be_finished_or_put_back(
    state: dict[str, str], wanted: dict[str, str | None], data: st.DataObject
) -> None:
    plan = plans.plan("m", state, wanted)
    end = plans.after(plan, state)
    assert {alias: end.get(alias) for alias in wanted} == wanted
    done = plan.steps[: data.draw(st.integers(0, len(plan.steps)))]
    between = plans.after(AliasPlan("m", done), state)
    written = [Change(Thing.MODEL, "m", "m", ALIAS + step.alias, step.expected, step.to) for step in plan.steps]
    now = {(change.kind, change.id, change.field): aliases_of("m", between) for change in written}
    rest = steps_of(renewed(written[len(done) :], now, 1, Plan(tuple(written))))
    back = steps_of(put_back([(change, change.id) for change in written[: len(done)]], 1))
    assert not plans.conflicts(rest, between) and not plans.conflicts(back, between)
    assert plans.after(rest, between) == end
    assert plans.after(back, between) == state
    kinds = [step.to is None for step in back.steps]
    assert kinds == sorted(kinds)
    assert plans.after(plans.undo("m", plan.steps, 1), end) == state
