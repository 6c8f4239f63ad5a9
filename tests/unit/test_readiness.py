"""The rules of readiness: each finds its case, keeps silent without evidence, and can be graded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.fakes import DAY, NOW_MS
from tui.domain.artifacts import ModelMetric
from tui.domain.models.readiness import GRADES, RULES, SEVERITIES, Judged, is_pinned, judge, tally, warnings_of_target
from tui.domain.models.values import (
    FAILED,
    MISSING,
    PENDING,
    ModelFacts,
    ModelVersion,
    RegisteredModel,
    Signature,
    SignatureField,
    SourceModel,
    SourceRun,
)
from tui.domain.serving import ServedAt

RUN = SourceRun("r12", "good", "FINISHED", metrics={"auc": 0.93, "loss": 0.2})
OTHER = SourceRun("r14", "newer", "FINISHED", metrics={"auc": 0.92, "loss": 0.3})
FACTS = ModelFacts(
    Signature((SignatureField("a", "double"),)), "input_example.json", requirements=("mlflow==3.17.2",), size_bytes=10
)
TWELVE = ModelVersion("churn", "12", NOW_MS - 9 * DAY, run_id="r12")
FOURTEEN = ModelVersion("churn", "14", NOW_MS - DAY, run_id="r14")
GOOD = Judged(
    RegisteredModel("churn", description="About", aliases={"champion": "12", "challenger": "14"}),
    {"12": TWELVE, "14": FOURTEEN},
    {"r12": RUN, "r14": OTHER},
    {"12": FACTS, "14": FACTS},
    "auc",
    "higher",
    NOW_MS,
)


def with_twelve(**fields: object) -> Judged:
    changed = replace(TWELVE, **fields)  # type: ignore[arg-type]
    return replace(GOOD, versions={"12": changed, "14": FOURTEEN})


def with_facts(**fields: object) -> Judged:
    changed = replace(FACTS, **fields)  # type: ignore[arg-type]
    return replace(GOOD, facts={"12": changed, "14": FACTS})


def with_run(run: SourceRun) -> Judged:
    return replace(GOOD, runs={"r12": run, "r14": OTHER})


def with_models(values: dict[str, float]) -> Judged:
    """Both versions from logged models, of which the test data says another thing than the training data."""
    models = {
        one: SourceModel(
            one, metrics=(ModelMetric("auc", value, 1, "test", "t1"), ModelMetric("auc", 1.7 - value, 1, "train", "r1"))
        )
        for one, value in values.items()
    }
    versions = {"12": replace(TWELVE, model_id="m-12"), "14": replace(FOURTEEN, model_id="m-14")}
    return replace(GOOD, versions=versions, models=models, metric="auc@test")


def with_model(**fields: object) -> Judged:
    return replace(GOOD, model=replace(GOOD.model, **fields))  # type: ignore[arg-type]


def test_a_good_model_has_no_fault() -> None:
    assert judge(GOOD) == ()


BAD: list[tuple[str, Judged, str]] = [
    ("no-champion", with_model(aliases={}), "No version is champion."),
    (
        "no-champion",
        with_model(aliases={"Champion": "12"}),
        "No version is champion, but Champion is v12: aliases differ by case.",
    ),
    (
        "alias-case",
        with_model(aliases={"champion": "12", "Champion": "14"}),
        "Champion (v14) and champion (v12) differ by case only.",
    ),
    (
        "challenger-better",
        with_models({"m-12": 0.71, "m-14": 0.83}),
        "Challenger v14 beats champion v12 on auc@test: 0.83 against 0.71.",
    ),
    ("not-ready", with_twelve(status=FAILED, status_message="cut"), "Champion v12 failed to register: cut."),
    ("not-ready", with_twelve(status=PENDING), "Champion v12 is PENDING_REGISTRATION."),
    ("dangling-alias", with_model(aliases={"champion": "12", "old": "3"}), "old points to v3, which has been deleted."),
    ("no-run", with_twelve(run_id=""), "Champion v12 names no source run."),
    (
        "source-run",
        with_run(SourceRun("r12", lifecycle=MISSING)),
        "The source run of champion v12 is not on the server.",
    ),
    ("source-run", with_run(replace(RUN, lifecycle="deleted")), "is deleted."),
    ("source-run", with_run(replace(RUN, status="FAILED")), "failed."),
    ("source-run", with_run(replace(RUN, status="KILLED")), "was killed."),
    ("no-signature", with_facts(signature=None), "Champion v12 has no signature."),
    ("no-input-example", with_facts(input_example=""), "Champion v12 has no input example."),
    ("no-files", with_facts(unread="There is no MLmodel file."), "cannot be read: There is no MLmodel file."),
    ("unpinned", with_facts(requirements=("a==1", "b>=2", "c")), "leaves versions open: b>=2, c."),
    ("challenger-better", with_run(replace(RUN, metrics={"auc": 0.9})), "beats champion v12 on auc: 0.92 against 0.9."),
    (
        "challenger-better",
        replace(with_run(replace(RUN, metrics={"loss": 0.4})), metric="loss", better="lower"),
        "loss",
    ),
    ("no-description", with_model(description=" \n"), "The model has no description."),
    ("stage", with_twelve(stage="Production"), "v12 is still in the stage Production"),
    ("old", replace(GOOD, now_ms=NOW_MS + 300 * DAY), "Champion v12 is 309 days old."),
    (
        "served-elsewhere",
        replace(
            GOOD, served=(ServedAt("live", "churn-11", "churn", "11", 90), ServedAt("live", "b", "churn", "12", 10))
        ),
        "champion is v12, live serves v11 90%, v12 10%.",
    ),
]


@pytest.mark.parametrize(("rule", "judged", "words"), BAD, ids=[f"{rule} {n}" for n, (rule, _, _) in enumerate(BAD)])
def test_each_rule_finds_its_fault_and_no_other_does(rule: str, judged: Judged, words: str) -> None:
    (finding,) = judge(judged)
    assert (finding.rule, finding.severity, finding.model) == (rule, RULES[rule].severity, "churn")
    assert words in finding.sentence and finding.sentence.endswith(".") and finding.remedy
    assert judge(judged, {rule: "ignore"}) == ()
    (graded,) = judge(judged, {rule: "note"})
    assert graded.severity == "note"
    assert judge(judged, rules=["no-such-rule"]) == ()


def test_every_rule_is_tried_above() -> None:
    assert {rule for rule, _, _ in BAD} == set(RULES)
    assert set(GRADES) == {*SEVERITIES, "ignore"}


def test_what_was_not_asked_is_no_fault() -> None:
    assert judge(Judged(GOOD.model)) == ()
    assert {finding.rule for finding in judge(Judged(RegisteredModel("new")))} == {"no-champion", "no-description"}


def test_archived_versions_are_in_no_use() -> None:
    assert judge(with_model(latest=(replace(TWELVE, version="9", stage="Archived"),))) == ()


def test_a_metric_that_is_no_number_beats_nothing() -> None:
    nan = float("nan")
    assert judge(replace(GOOD, runs={"r12": RUN, "r14": replace(OTHER, metrics={"auc": nan})})) == ()


def test_the_gravest_come_first() -> None:
    findings = judge(with_model(aliases={"challenger": "14"}, description=""))
    assert [finding.severity for finding in findings] == ["error", "note"]
    counted = dict(tally(findings))
    assert counted == {"error": 1, "warning": 0, "note": 1}


def test_warnings_of_a_version_to_come() -> None:
    eleven = replace(TWELVE, version="11", status=FAILED, run_id="r11")
    judged = replace(
        GOOD, runs={"r11": replace(RUN, run_id="r11", status="KILLED")}, facts={"11": replace(FACTS, signature=None)}
    )
    found = warnings_of_target(judged, eleven, {})
    assert [finding.sentence for finding in found] == [
        "v11 failed to register.",
        "The source run of v11 was killed.",
        "v11 has no signature.",
    ]


@pytest.mark.parametrize(
    ("line", "pinned"),
    [
        ("mlflow==3.17.2", True),
        ("numpy === 1.0", True),
        ("torch @ https://x/torch.whl", True),
        ("git+https://h/x@4f2c", True),
        ("./wheels/x.whl", True),
        ("-r other.txt", True),
        ("scikit-learn", False),
        ("pandas>=2,<3", False),
        ("pandas==2.*", False),
        ('tomli==2.0; python_version < "3.11"', True),
    ],
)
def test_pinned(line: str, pinned: bool) -> None:
    assert is_pinned(line) == pinned
