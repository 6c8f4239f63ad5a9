"""Traces for tests: made by hand for screens, or logged by MLflow's own tracing into a store."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.support.fakes import MINUTE, NOW_MS
from tui.domain.traces.values import (
    COST,
    ERROR,
    FEEDBACK,
    INPUTS,
    MODEL,
    OK,
    OUTPUTS,
    TYPE,
    USAGE,
    Assessment,
    Span,
    SpanEvent,
    Trace,
    TraceInfo,
)

if TYPE_CHECKING:
    from tests.support.stores import Store

MS = 1_000_000


def assessment(name: str, value: object, **more: Any) -> Assessment:
    """What a judge said, unless said otherwise."""
    said = {"kind": FEEDBACK, "source_type": "LLM_JUDGE", "source_id": "judge", "created_ms": NOW_MS, **more}
    return Assessment(f"a-{name}", name, value=value, **said)


def trace_info(number: int, **more: Any) -> TraceInfo:
    """A trace that began so many minutes before the frozen now."""
    said: dict[str, Any] = {
        "experiment_id": "1",
        "state": OK,
        "started_ms": NOW_MS - number * MINUTE,
        "took_ms": 1000 + number * 100,
        "name": "agent.run",
        "request": f"where is parcel {number}",
        "response": f"it is at depot {number}",
        "session": f"s-{number // 3}",
        "user": ("ana", "ben", "cho")[number % 3],
        "input_tokens": 1500 + number,
        "output_tokens": 500,
        "tokens": 2000 + number,
        "cost": 0.006 + number / 10_000,
        "spans": 5,
    }
    return TraceInfo(f"tr-{number:032x}", **{**said, **more})


def span(
    span_id: str,
    parent: str = "",
    name: str = "step",
    start: int = 0,
    end: int | None = 10,
    *,
    type: str = "",  # noqa: A002  MLflow's own name for it
    inputs: object = None,
    outputs: object = None,
    model: str = "",
    tokens: int | None = None,
    cost: float | None = None,
    failed: str = "",
    events: Sequence[SpanEvent] = (),
    more: Mapping[str, object] | None = None,
) -> Span:
    """A span of whole milliseconds from the beginning of its trace."""
    attributes: dict[str, object] = dict(more or {})
    known = {TYPE: type.upper(), INPUTS: inputs, OUTPUTS: outputs, MODEL: model}
    attributes |= {key: value for key, value in known.items() if value not in (None, "")}
    if tokens is not None:
        attributes[USAGE] = {"input_tokens": tokens - 5, "output_tokens": 5, "total_tokens": tokens}
    if cost is not None:
        attributes[COST] = {"total_cost": cost}
    if failed:
        stack = f'Traceback (most recent call last):\n  File "agent.py", line 20, in {name}\nTimeoutError: {failed}'
        said = {"exception.type": "TimeoutError", "exception.message": failed, "exception.stacktrace": stack}
        events = (*events, SpanEvent("exception", (end or start) * MS, said))
    base = NOW_MS * MS
    return Span(
        span_id,
        parent,
        name,
        base + start * MS,
        base + end * MS if end is not None else None,
        ERROR if failed else OK,
        failed,
        attributes,
        tuple(events),
    )


def refund(info: TraceInfo) -> Trace:
    """An agent that plans, looks an order up, fails to refund it and answers."""
    asked = [
        {"role": "system", "content": "You answer for a shop."},
        {"role": "user", "content": info.request},
    ]
    calls = [{"id": "c1", "type": "function", "function": {"name": "refund", "arguments": '{"order": "88"}'}}]
    called = {"role": "assistant", "content": "", "tool_calls": calls}
    spans = (
        span("1", "", "agent.run", 0, 8200, type="agent", inputs={"question": info.request}),
        span("2", "1", "plan", 50, 1150, type="chat_model", inputs={"messages": asked},
             outputs={"choices": [{"message": called}]}, model="gpt-4o", tokens=900, cost=0.009),
        span("3", "1", "tool:find_order", 1200, 1400, type="tool", inputs={"order": "88"}, outputs={"state": "sent"}),
        span("4", "1", "tool:refund", 1450, 7350, type="tool", inputs={"order": "88"}, failed="no answer after 5 s"),
        span("5", "1", "answer", 7400, 8190, type="chat_model", inputs={"messages": [*asked, called]},
             outputs={"choices": [{"message": {"role": "assistant", "content": "It could not be refunded."}}]},
             model="gpt-4o-mini", tokens=300, cost=0.001),
    )  # fmt: skip
    return Trace(info, spans)


def log_agent(store: Store, experiment: str = "agent", *, many: int = 3) -> list[str]:
    """Traces of an agent as MLflow's own tracing logs them, the last of them failed; answers their ids."""
    import mlflow
    from mlflow.entities import AssessmentSource, SpanType

    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    mlflow.set_tracking_uri(store.uri)
    mlflow.set_experiment(experiment)
    made: list[str] = []
    for number in range(many):
        with mlflow.start_span("agent.run", span_type=SpanType.AGENT) as root:
            root.set_inputs({"question": f"where is parcel {number}"})
            mlflow.update_current_trace(
                tags={"tier": "gold"},
                metadata={"mlflow.trace.session": f"s-{number // 2}", "mlflow.trace.user": "ana"},
            )
            with mlflow.start_span("chat", span_type=SpanType.CHAT_MODEL) as chat:
                chat.set_inputs({"messages": [{"role": "user", "content": "where?"}]})
                chat.set_outputs({"choices": [{"message": {"role": "assistant", "content": "there"}}]})
                chat.set_attribute(MODEL, "gpt-4o")
                chat.set_attribute(USAGE, {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15})
                chat.set_attribute(COST, {"input_cost": 0.001, "output_cost": 0.002, "total_cost": 0.003})
            with mlflow.start_span("tool", span_type=SpanType.TOOL) as tool:
                tool.set_inputs({"parcel": number})
                if number == many - 1:
                    tool.record_exception(TimeoutError("no answer after 5 s"))
                    tool.set_status("ERROR")
                    root.set_status("ERROR")
            root.set_outputs({"answer": "there"})
        made.append(root.trace_id)
    source = AssessmentSource("LLM_JUDGE", "judge")
    mlflow.log_feedback(trace_id=made[0], name="correctness", value=True, rationale="so it is", source=source)
    mlflow.log_expectation(trace_id=made[0], name="expected", value={"parcel": [0]})
    return made


def many_infos(many: int = 12) -> list[TraceInfo]:
    """Traces of an agent, of which every fourth has failed and the newest still runs."""
    made = []
    for number in range(many):
        failed = number % 4 == 1
        said = (assessment("correctness", not failed, rationale="as it stands"),) if number % 2 else ()
        more: dict[str, Any] = {"state": ERROR, "took_ms": 8200, "response": ""} if failed else {}
        made.append(trace_info(number + 1, assessments=said, tags={"tier": "gold" if number % 3 else "free"}, **more))
    return made
