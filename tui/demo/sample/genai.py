"""A support desk of MLflow's other half: prompts, traces of an agent, a RAG chain and a chat, judged and evaluated.

The spans are MLflow's own entities. They are handed to its store many traces at a time, which is what its log_spans is
for: traced one by one, 600 traces would take as long as all the rest of the sample.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlflow.entities import (
    Assessment,
    AssessmentSource,
    DatasetInput,
    Expectation,
    Feedback,
    Metric,
    Span,
    Trace,
    TraceData,
    TraceInfo,
    TraceLocation,
    TraceState,
)
from mlflow.genai.scorers import Guidelines
from mlflow.tracing.utils import add_size_stats_to_trace_metadata
from numpy.random import Generator
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

from tui.demo.sample.registry import PROMPT
from tui.demo.sample.workshop import HOUR, MINUTE, SECOND, RunPlan, Source, Workshop, random

STEP = "traces"
SUPPORT = "support/agent"
TRIAGE = "support_triage"
TRACES = 600
EVALUATED = 12  # inputs of the evaluation dataset
BATCH = 100
PIECES = 1 + TRACES // BATCH + 2 + 1

_QUESTIONS = (
    "Where is my parcel?", "I want my money back for order 88{n}.", "How do I change my address?",
    "The app says error 4{n}.", "Can I pay by invoice?", "Cancel my plan, please.",
)  # fmt: skip
_USERS = ("ana", "ben", "carla", "deniz", "emma", "farid")
_MODELS = ("gpt-5-mini", "claude-haiku")
_PRICES = ((0.25e-6, 2e-6), (0.8e-6, 4e-6))  # of a token read and a token written


@dataclass
class Step:
    """One span of the story: when it begins and how long it takes, in milliseconds of its trace."""

    name: str
    kind: str
    at: int
    took: int
    inputs: Any = None
    outputs: Any = None
    model: int | None = None
    tokens: tuple[int, int] = (0, 0)
    error: str = ""
    below: list[Step] = field(default_factory=list)


@dataclass
class Told:
    """One trace of the story."""

    id: str
    start_ms: int
    root: Step
    session: str = ""
    user: str = ""
    run: str = ""
    prompt: str = ""
    is_running: bool = False
    feedback: tuple[Assessment, ...] = ()


def make(shop: Workshop) -> None:
    """Register a second prompt, tell of a day of support, and evaluate two versions of the agent."""
    clock = shop.clock
    experiment = shop.experiment(
        STEP,
        SUPPORT,
        folder="support",
        created_ms=clock.ago(days=30),
        note="The support agent: traces of a day, and what judges say of two versions of it.",
    )
    _prompts(shop)
    chance = random(SUPPORT)
    told = [_trace(shop, chance, number) for number in range(TRACES)]
    for at in range(0, TRACES, BATCH):
        _record(shop, experiment, told[at : at + BATCH])
        shop.tick(STEP)
    _evaluation(shop, experiment, chance)


def _prompts(shop: Workshop) -> None:
    clock, client = shop.clock, shop.client
    clock.set(clock.ago(days=20))
    said = [
        {"role": "system", "content": "You sort tickets of {{ shop }}."},
        {"role": "user", "content": "{{ ticket }}"},
    ]
    client.register_prompt(TRIAGE, said, "First", {"owner": "ben"}, model_config={"model_name": "gpt-5-mini"})
    clock.set(clock.ago(days=2))
    said[0]["content"] = "You sort tickets into {{ queues }}. Answer with the name of one."
    client.register_prompt(TRIAGE, said, "Name the queues", model_config={"model_name": "gpt-5-mini"})
    client.set_prompt_alias(TRIAGE, "production", 1)


# what happened


def _trace(shop: Workshop, chance: Generator, number: int) -> Told:
    """The trace of that number: three in six are the agent's, two the chain's, one is a turn of a chat."""
    age = int((number / TRACES) ** 1.5 * 24 * HOUR) + int(chance.integers(0, MINUTE)) + 20 * SECOND
    question = _QUESTIONS[number % len(_QUESTIONS)].format(n=int(chance.integers(10, 99)))
    kind = number % 6
    root = (_agent if kind < 3 else _chain if kind < 5 else _turn)(chance, question)
    failing = next((step for step in _walk(root) if step.error), None)
    if failing is not None:
        root.error, root.outputs = failing.error, None
    session = f"s-{4400 + number // 18}" if kind == 5 else ""
    judged = _judged(chance, bool(root.error)) if number % 4 == 1 else ()
    version = "1" if age > 20 * HOUR else "2"
    return Told(
        _id(chance), shop.clock.now_ms - age, root, session, _USERS[int(chance.integers(0, 6))],
        prompt=version, is_running=number == 0, feedback=judged,
    )  # fmt: skip


def _agent(chance: Generator, question: str) -> Step:
    plan, tool, answer = (int(chance.gamma(2, scale)) + 60 for scale in (350, 200, 400))
    slow = bool(chance.random() < 0.06)
    if slow:
        tool = 5000
    name = "refund" if "money" in question else "find_order"
    call = {"name": name, "arguments": {"order": "88"}}
    steps = [
        _model("plan", 0, plan, question, {"tool_calls": [call]}, chance),
        Step(f"tool:{name}", "TOOL", plan, tool, call["arguments"], None if slow else {"state": "on its way"},
             error="TimeoutError: the order service did not answer within 5 s" if slow else ""),
    ]  # fmt: skip
    if not slow:
        steps.append(_model("answer", plan + tool, answer, question, "It is on its way.", chance))
    took = sum(step.took for step in steps) + 20
    return Step("agent.run", "AGENT", 0, took, {"question": question}, "It is on its way.", below=steps)


def _chain(chance: Generator, question: str) -> Step:
    found, answer = int(chance.gamma(2, 60)) + 20, int(chance.gamma(2, 500)) + 100
    pages = [{"page_content": f"Page {n} about it.", "metadata": {"doc_uri": f"kb/{n}"}} for n in range(3)]
    empty = bool(chance.random() < 0.03)
    steps = [
        Step("retrieve", "RETRIEVER", 0, found, question, pages,
             error="ConnectionError: the index is being rebuilt" if empty else ""),
    ]  # fmt: skip
    if not empty:
        steps.append(_model("generate", found, answer, question, "By invoice, within 14 days.", chance))
    took = sum(step.took for step in steps) + 10
    return Step("rag.answer", "CHAIN", 0, took, {"question": question}, "By invoice, within 14 days.", below=steps)


def _turn(chance: Generator, question: str) -> Step:
    took = int(chance.gamma(2, 450)) + 80
    below = [_model("reply", 5, took, question, "Gladly. Anything else?", chance)]
    return Step("chat.turn", "CHAIN", 0, took + 10, {"message": question}, "Gladly. Anything else?", below=below)


def _model(name: str, at: int, took: int, question: str, answer: Any, chance: Generator) -> Step:
    messages = [{"role": "system", "content": "You answer for a shop."}, {"role": "user", "content": question}]
    said = {"role": "assistant", **({"content": answer} if isinstance(answer, str) else answer)}
    tokens = int(chance.integers(300, 2500)), int(chance.integers(20, 400))
    return Step(name, "CHAT_MODEL", at, took, {"messages": messages}, said, int(chance.integers(0, 2)), tokens)


def _judged(chance: Generator, failed: bool) -> tuple[Feedback, ...]:
    right = bool(chance.random() < 0.85) and not failed
    judge = AssessmentSource(source_type="LLM_JUDGE", source_id="gpt-5")
    why = "It answers what was asked." if right else "The question stays open."
    found = [Feedback(name="correct", value=right, source=judge, rationale=why)]
    if chance.random() < 0.3:
        found.append(Feedback(name="helpful", value=int(chance.integers(2, 6)),
                              source=AssessmentSource(source_type="HUMAN", source_id="ana")))  # fmt: skip
    return tuple(found)


# recording it


def _record(shop: Workshop, experiment: str, told: Sequence[Told]) -> None:
    store: Any = shop.client._tracking_client.store
    for one in told:
        shop.clock.set(one.start_ms + one.root.took)
        if not one.is_running:
            info, made = _info(experiment, one), list(_spans(one))
            # What MLflow's tracing adds when a trace ends: how many spans there are, and how large they are.
            add_size_stats_to_trace_metadata(Trace(info, TraceData(made)))
            store.start_trace(info)
    shop.clock.set(shop.clock.now_ms)
    store.log_spans(experiment, [span for one in told for span in _spans(one)])
    prompts = {version: shop.client.get_prompt_version(PROMPT, version) for version in ("1", "2")}
    for one in told:
        for feedback in one.feedback:
            feedback.trace_id = one.id
            store.create_assessment(feedback)
        if one.prompt and one.root.name == "agent.run":
            store.link_prompts_to_trace(one.id, [prompts[one.prompt]])


def _info(experiment: str, one: Told) -> TraceInfo:
    root = one.root
    used = [step for step in _walk(root) if step.model is not None]
    tokens = [sum(step.tokens[side] for step in used) for side in (0, 1)]
    cost = [sum(step.tokens[side] * _PRICES[step.model or 0][side] for step in used) for side in (0, 1)]
    metadata = {
        "mlflow.trace_schema.version": "3",
        "mlflow.source.name": "agent.py",
        "mlflow.trace.tokenUsage": json.dumps(
            {"input_tokens": tokens[0], "output_tokens": tokens[1], "total_tokens": sum(tokens)}
        ),
        "mlflow.trace.cost": json.dumps({"input_cost": cost[0], "output_cost": cost[1], "total_cost": sum(cost)}),
        **({"mlflow.trace.session": one.session} if one.session else {}),
        **({"mlflow.trace.user": one.user} if one.user else {}),
        **({"mlflow.sourceRun": one.run} if one.run else {}),
    }
    return TraceInfo(
        trace_id=one.id,
        trace_location=TraceLocation.from_experiment_id(experiment),
        request_time=one.start_ms,
        state=TraceState.ERROR if root.error else TraceState.OK,
        request_preview=json.dumps(root.inputs),
        response_preview=json.dumps(root.outputs) if root.outputs is not None else None,
        execution_duration=root.took,
        trace_metadata=metadata,
        tags={
            "mlflow.traceName": root.name,
            "version": f"v{one.prompt or 2}",
            "mlflow.trace.spansLocation": "TRACKING_STORE",
        },
    )


def _spans(one: Told) -> Iterator[Span]:
    trace = int(one.id.removeprefix("tr-"), 16)
    number = 0

    def spans(step: Step, parent: SpanContext | None) -> Iterator[Span]:
        nonlocal number
        number += 1
        context = SpanContext(trace, (trace + number) % 2**64 or 1, is_remote=False, trace_flags=TraceFlags(1))
        start = (one.start_ms + step.at) * 1_000_000
        # A trace that runs has no root yet: of its spans only those that have ended are known.
        if not (one.is_running and parent is None):
            yield Span(_otel(one.id, step, context, parent, start))
        for below in step.below:
            yield from spans(below, context)

    yield from spans(one.root, None)


def _otel(trace_id: str, step: Step, context: SpanContext, parent: SpanContext | None, start: int) -> ReadableSpan:
    said = {"mlflow.traceRequestId": trace_id, "mlflow.spanType": step.kind, "mlflow.spanInputs": step.inputs}
    if step.outputs is not None:
        said["mlflow.spanOutputs"] = step.outputs
    if step.model is not None:
        asked, answered = _PRICES[step.model]
        one, two = step.tokens
        said["mlflow.llm.model"] = _MODELS[step.model]
        said["mlflow.chat.tokenUsage"] = {"input_tokens": one, "output_tokens": two, "total_tokens": one + two}
        cost = (one * asked, two * answered)
        said["mlflow.llm.cost"] = {"input_cost": cost[0], "output_cost": cost[1], "total_cost": sum(cost)}
    return ReadableSpan(
        step.name,
        context,
        parent,
        attributes={key: json.dumps(value) for key, value in said.items()},
        start_time=start,
        end_time=start + step.took * 1_000_000,
        status=Status(StatusCode.ERROR, step.error) if step.error else Status(StatusCode.OK),
    )


def _walk(step: Step) -> Iterator[Step]:
    yield step
    for below in step.below:
        yield from _walk(below)


def _id(chance: Generator) -> str:
    return f"tr-{chance.bytes(16).hex()}"


# evaluating it


def _evaluation(shop: Workshop, experiment: str, chance: Generator) -> None:
    """A dataset of questions, and two runs over it, the second of which is right more often and once newly wrong."""
    from mlflow.genai import datasets

    shop.clock.set(shop.clock.ago(days=3))
    dataset = datasets.create_dataset(name="support_questions", experiment_id=experiment, tags={"owner": "ana"})
    questions = [f"Ticket {n}: {_QUESTIONS[n % len(_QUESTIONS)].format(n=10 + n)}" for n in range(EVALUATED)]
    dataset.merge_records([{"inputs": {"question": q}, "expectations": {"answered": True}} for q in questions])
    for name, guideline in (("polite", "The answer is polite."), ("polite", "The answer is polite, and brief.")):
        Guidelines(name=name, guidelines=[guideline]).register(experiment_id=experiment)
    shop.tick(STEP)
    right = ([n % 3 != 0 for n in range(EVALUATED)], [n % 5 != 4 for n in range(EVALUATED)])
    for version, hours in ((1, 50), (2, 26)):
        answers = right[version - 1]
        start = shop.clock.ago(hours=hours)
        plan = RunPlan(
            experiment,
            f"eval-agent-v{version}",
            start,
            2 * MINUTE,
            source=Source("evaluate.py"),
            params={"agent": f"v{version}"},
            metrics=[
                Metric("correct/mean", sum(answers) / EVALUATED, start, 0),
                Metric("brief/mean", sum(_brief(n, version) for n in range(EVALUATED)) / EVALUATED, start, 0),
            ],
            tags={"mlflow.runType": "genai_evaluate", "mlflow.genaiEvaluate.agent.function": "agent.answer"},
            datasets=[DatasetInput(dataset=dataset._to_mlflow_entity())],
        )
        with shop.run(STEP, plan) as run_id:
            judge = AssessmentSource(source_type="LLM_JUDGE", source_id="gpt-5")
            code = AssessmentSource(source_type="CODE", source_id="brief")
            made_in = {"mlflow.assessment.sourceRunId": run_id}
            told = []
            for number, (question, well) in enumerate(zip(questions, answers, strict=True)):
                why = "It answers what was asked." if well else "The question stays open."
                score = "yes" if well else "no"
                judged: tuple[Assessment, ...] = (
                    Feedback(name="correct", value=score, source=judge, rationale=why, metadata=made_in),
                    Feedback(name="brief", value=_brief(number, version), source=code, metadata=made_in),
                    Expectation(name="answered", value=True, metadata=made_in),
                )
                root = _turn(chance, question)
                root.inputs = {"question": question}
                told.append(Told(_id(chance), start + number * 5 * SECOND, root, run=run_id, feedback=judged))
            _record(shop, experiment, told)


def _brief(number: int, version: int) -> float:
    """How brief an answer is, of one at most; the second version's are briefer but for one in four."""
    return 0.5 + 0.1 * (number % 3) + (0.2 if version == 2 and number % 4 else 0.0)
