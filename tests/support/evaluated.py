"""Evaluations for tests: made by hand for screens, or by mlflow.genai.evaluate in a store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.support.fakes import HOUR, NOW_MS
from tests.support.traced import assessment, trace_info
from tui.domain.traces.values import ERROR, EvaluationRun, EvaluationSet, Scorer, SetRecord, TraceInfo

if TYPE_CHECKING:
    from tests.support.deck import World
    from tests.support.stores import Store

INPUTS = 5
RUNS = tuple(
    EvaluationRun(
        f"{9 + version:032x}",
        f"agent-v{version}",
        "1",
        "FINISHED",
        NOW_MS - (3 - version) * HOUR,
        120_000,
        {"correctness/mean": 0.8 if version == 1 else 0.6, "length/mean": 10.0 * version},
        "golden",
        "d-1",
        f"m-{version}",
    )
    for version in (1, 2)
)


def judged_trace(version: int, number: int, **more: object) -> TraceInfo:
    """The trace of an input in a run: the second run answers 1 rightly and 3 wrongly, 4 ends in an error."""
    run = RUNS[version - 1]
    right = number != 1 if version == 1 else number not in (3, 4)
    why = "It answers what was asked." if right else "The question stays open."
    said = (
        assessment("correctness", "yes" if right else "no", rationale=why, run_id=run.id),
        assessment("length", 10 * version, source_type="CODE", source_id="length", run_id=run.id),
    )
    failed = version == 2 and number == 4
    known = {
        "request": json.dumps({"question": f"question {number}"}),
        "response": "" if failed else f"answer {number} of v{version}",
        "state": ERROR if failed else "OK",
        "metadata": {"mlflow.sourceRun": run.id},
        "assessments": () if failed else said,
        **more,
    }
    return trace_info(100 * version + number, **known)


def evaluate(world: World) -> None:
    """Two evaluation runs over a dataset of five questions, and two scorers that are registered."""
    infos = [judged_trace(version, number) for version in (1, 2) for number in range(INPUTS)]
    ids = {info.id for info in world.traces.infos}
    world.traces.infos += [info for info in infos if info.id not in ids]
    world.traces.filters = of_run
    world.evaluations.evaluated = list(RUNS)
    owner = {"owner": "ana"}
    schema = json.dumps({"inputs": {"question": "string"}, "expectations": {"answer": "string"}, "version": "1.0"})
    golden = EvaluationSet("d-1", "golden", INPUTS, owner, schema, "e2849", NOW_MS - HOUR, NOW_MS, "ana", ("1",))
    world.traces.sets["d-1"] = golden, set()
    world.traces.sets["d-2"] = EvaluationSet("d-2", "other", 0), set()
    source = world.traces.infos[0].id
    world.evaluations.held["d-1"] = [
        SetRecord(
            f"dr-{number}",
            {"question": f"question {number}"},
            {"answer": str(number)},
            None,
            owner,
            "TRACE" if not number else "HUMAN",
            source if not number else "",
            NOW_MS,
        )
        for number in range(INPUTS)
    ]
    world.evaluations.registered = [
        Scorer("polite", 2, "Guidelines", "gpt-5", "be very polite", '{"guidelines": ["be very polite"]}', NOW_MS, "1"),
        Scorer("correctness", 1, "instructions", "", "Is {{ outputs }} right?", "{}", NOW_MS, "1"),
    ]


def of_run(said: str, info: TraceInfo) -> bool:
    """Whether a server's filter for the traces of a run leaves a trace."""
    return "sourceRun" not in said or (bool(info.run_id) and info.run_id in said)


def log_evaluation(store: Store, experiment: str = "judged") -> tuple[str, str, str]:
    """A dataset of four questions, a scorer registered twice, two runs over it; answers dataset and runs by their ids.

    The first run answers one wrongly and fails at one; in both, a scorer fails itself at the same question.
    """
    import mlflow
    from mlflow.entities import Feedback
    from mlflow.genai import datasets, scorer
    from mlflow.genai.scorers import Guidelines

    os.environ["MLFLOW_GENAI_EVAL_MAX_WORKERS"] = "1"
    mlflow.set_tracking_uri(store.uri)
    place = mlflow.set_experiment(experiment).experiment_id
    made = datasets.create_dataset(name="questions", experiment_id=place, tags={"owner": "ana"})
    made.merge_records(
        [
            {"inputs": {"question": f"q{n}"}, "expectations": {"answer": str(n)}, "tags": {"kind": "new"}}
            for n in range(4)
        ]
    )
    for guideline in ("be polite", "be very polite"):
        Guidelines(name="polite", guidelines=[guideline]).register(experiment_id=place)

    @scorer
    def exact(outputs: str, expectations: dict[str, str]) -> bool:
        return outputs == expectations["answer"]

    @scorer
    def grade(outputs: str) -> Feedback:
        if outputs == "2":
            raise ValueError("cannot judge 2")
        return Feedback(value="yes" if outputs in ("0", "1", "3") else "no", rationale=f"it says {outputs}")

    def made_of(wrong: bool) -> Callable[[str], str]:
        asked: list[str] = []

        @mlflow.trace(name="agent")
        def agent(question: str) -> str:
            asked.append(question)
            if wrong and question == "q3" and len(asked) > 1:  # MLflow tries the first question before it begins
                raise RuntimeError("the shop is closed")
            return "x" if wrong and question == "q0" else question[1:]

        return agent

    runs = []
    for version, agent in enumerate((made_of(wrong=True), made_of(wrong=False)), 1):
        with mlflow.start_run(run_name=f"agent-v{version}") as run:
            mlflow.genai.evaluate(data=made, scorers=[exact, grade], predict_fn=agent)
        runs.append(run.info.run_id)
    return made.dataset_id, runs[0], runs[1]
