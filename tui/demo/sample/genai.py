"""A support desk of MLflow's other half: prompts, traces of an agent, a RAG chain and a chat, judged and evaluated.

All of it is made as a program makes it: spans by MLflow's tracing, which takes the moments at which they began and
ended, feedback by ``mlflow.log_assessment``, and two evaluation runs by ``mlflow.genai.evaluate`` with scorers in code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import mlflow
from mlflow.entities import AssessmentSource, Feedback, LiveSpan, SpanEvent, SpanStatus, SpanStatusCode
from mlflow.genai import datasets, evaluate, scorer
from mlflow.genai.scorers import Guidelines
from mlflow.tracing.constant import SpanAttributeKey, TraceMetadataKey
from numpy.random import Generator

from tui.demo.sample.registry import PROMPT
from tui.demo.sample.workshop import COSTS, HOUR, MINUTE, SECOND, RunPlan, Source, Workshop, random

STEP = "traces"
SUPPORT = "support/agent"
TRIAGE = "support_triage"
TRACES = 576  # and those of two evaluation runs
EVALUATED = 12  # inputs of the evaluation dataset
BATCH = 96
_KEPT, _SAID = 85, 9  # what it costs to trace a batch, and to say what was said of it
COST = TRACES // BATCH * (_KEPT + _SAID) + 4 * COSTS[STEP]  # experiment and dataset, and two evaluations over it

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

    start_ms: int
    root: Step
    session: str = ""
    user: str = ""
    version: str = "2"
    prompt: str = ""  # the version of the prompt that it used, if any
    is_running: bool = False
    feedback: tuple[Feedback, ...] = ()


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
    _evaluation(shop, experiment)


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
    user = int(chance.integers(0, 6))
    return Told(
        shop.clock.now_ms - age, root, session, _USERS[number // 18 % 6 if session else user],
        version=version, prompt=version if kind < 2 else "", is_running=number == 0, feedback=judged,
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
    """Trace what happened, wait for it to be in the store, and say what judges said and which prompts were used."""
    traced = [(_traced(experiment, one), one) for one in told]
    mlflow.flush_trace_async_logging()
    shop.tick(STEP, _KEPT)
    prompts = {version: shop.client.get_prompt_version(PROMPT, version) for version in ("1", "2")}
    for trace_id, one in traced:
        shop.clock.set(one.start_ms + one.root.took)
        for feedback in one.feedback:
            mlflow.log_assessment(trace_id, feedback)
        if one.prompt:
            shop.client.link_prompt_versions_to_trace([prompts[one.prompt]], trace_id)
    shop.tick(STEP, _SAID)


def _traced(experiment: str, one: Told) -> str:
    """Trace it and answer the trace's id; what runs never ends its root, which is all that tells a running trace."""
    about = {
        TraceMetadataKey.TRACE_SESSION: one.session,
        TraceMetadataKey.TRACE_USER: one.user,
        "mlflow.source.name": "agent.py",
        "mlflow.user": "ana",
    }
    root = _begun(
        one.root,
        one.start_ms,
        experiment_id=experiment,
        tags={"version": f"v{one.version}"},
        metadata={key: value for key, value in about.items() if value},
    )
    _below(root, one.root, one.start_ms)
    if not one.is_running:
        _ended(root, one.root, one.start_ms)
    return root.trace_id


def _below(parent: LiveSpan, step: Step, start_ms: int) -> None:
    for below in step.below:
        span = _begun(below, start_ms, parent_span=parent)
        _below(span, below, start_ms)
        _ended(span, below, start_ms)


def _begun(step: Step, start_ms: int, **more: Any) -> LiveSpan:
    """A span that began when the story says."""
    at = (start_ms + step.at) * 1_000_000
    return mlflow.start_span_no_context(step.name, step.kind, inputs=step.inputs, start_time_ns=at, **more)


def _ended(span: LiveSpan, step: Step, start_ms: int) -> None:
    """End a span when the story says, with what a model was asked and answered, or the exception that ended it."""
    end = (start_ms + step.at + step.took) * 1_000_000
    if step.model is not None:
        prices, (asked, answered) = _PRICES[step.model], step.tokens
        cost = asked * prices[0], answered * prices[1]
        usage = {"input_tokens": asked, "output_tokens": answered, "total_tokens": asked + answered}
        span.set_attributes(
            {
                SpanAttributeKey.MODEL: _MODELS[step.model],
                SpanAttributeKey.CHAT_USAGE: usage,
                SpanAttributeKey.LLM_COST: {"input_cost": cost[0], "output_cost": cost[1], "total_cost": sum(cost)},
            }
        )
    if step.error:
        span.add_event(_exception(step.error, end))
    span.end(
        outputs=step.outputs,
        status=SpanStatus(SpanStatusCode.ERROR, step.error) if step.error else SpanStatusCode.OK,
        end_time_ns=end,
    )


def _exception(error: str, at_ns: int) -> SpanEvent:
    """What tracing notes of an exception, at a moment of the story."""
    name, _, said = error.partition(": ")
    try:
        raise {"TimeoutError": TimeoutError, "ConnectionError": ConnectionError}[name](said)
    except OSError as raised:
        event = SpanEvent.from_exception(raised)
    event.timestamp = at_ns
    return event


def _walk(step: Step) -> Iterator[Step]:
    yield step
    for below in step.below:
        yield from _walk(below)


# evaluating it


def _evaluation(shop: Workshop, experiment: str) -> None:
    """A dataset of questions, and two runs over it, the second of which is right more often and once newly wrong."""
    shop.clock.set(shop.clock.ago(days=3))
    dataset = datasets.create_dataset(name="support_questions", experiment_id=experiment, tags={"owner": "ana"})
    questions = [f"Ticket {n}: {_QUESTIONS[n % len(_QUESTIONS)].format(n=10 + n)}" for n in range(EVALUATED)]
    dataset.merge_records([{"inputs": {"question": q}, "expectations": {"answered": True}} for q in questions])
    for name, guideline in (("polite", "The answer is polite."), ("polite", "The answer is polite, and brief.")):
        Guidelines(name=name, guidelines=[guideline]).register(experiment_id=experiment)
    shop.tick(STEP)
    for version, hours in ((1, 50), (2, 26)):
        plan = RunPlan(
            experiment,
            f"eval-agent-v{version}",
            shop.clock.ago(hours=hours),
            2 * MINUTE,
            source=Source("evaluate.py"),
            params={"agent": f"v{version}"},
        )
        with shop.run(STEP, plan) as run_id, mlflow.start_run(run_id=run_id):
            agent = _Agent(experiment, version, plan.start_ms, questions)
            evaluate(data=dataset, predict_fn=agent.answer, scorers=agent.scorers())


class _Agent:
    """A version of the agent, and what those who judge it say; the same for the same question."""

    def __init__(self, experiment: str, version: int, start_ms: int, questions: Sequence[str]) -> None:
        self._experiment = experiment
        self._version = version
        self._start_ms = start_ms
        self._numbers = {question: number for number, question in enumerate(questions)}

    def answer(self, question: str) -> str:
        """Answer as a turn of the chat, traced when the story says."""
        root = _turn(random(f"{self._version}{question}"), question)
        root.inputs = {"question": question}
        start = self._start_ms + self._numbers[question] * 5 * SECOND
        _traced(self._experiment, Told(start, root, version=str(self._version)))
        return str(root.outputs)

    def scorers(self) -> list[Any]:
        """Two scorers in code, of which one speaks as the judge would: a model that judges needs a network."""
        judge = AssessmentSource(source_type="LLM_JUDGE", source_id="gpt-5")
        numbers, version = self._numbers, self._version

        @scorer
        def correct(inputs: dict[str, str]) -> Feedback:
            number = numbers[inputs["question"]]
            well = number % 3 != 0 if version == 1 else number % 5 != 4
            why = "It answers what was asked." if well else "The question stays open."
            return Feedback(value="yes" if well else "no", source=judge, rationale=why)

        @scorer
        def brief(inputs: dict[str, str]) -> float:
            return _brief(numbers[inputs["question"]], version)

        return [correct, brief]


def _brief(number: int, version: int) -> float:
    """How brief an answer is, of one at most; the second version's are briefer but for one in four."""
    return 0.5 + 0.1 * (number % 3) + (0.2 if version == 2 and number % 4 else 0.0)
