"""The messages in what went into a model's call and came out of it, in whichever of the common forms they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui.domain.traces.values import Span, value_text

_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "developer": "system"}
_DEEPEST = 8


@dataclass(frozen=True)
class Message:
    """One turn: who speaks, what is said, and what is called with which arguments."""

    role: str
    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    answers: str = ""  # of a tool's result, which call it is of


def conversation(span: Span) -> tuple[Message, ...]:
    """The messages that went in, then those that came out; empty where these are no messages."""
    asked = tuple(messages_in(span.inputs))
    said = tuple(messages_in(span.outputs, speaker="assistant"))
    if not asked and not any(message.calls or message.role != "assistant" for message in said) and not _is_chat(span):
        return ()
    return (*asked, *(message for message in said if message not in asked))


def _is_chat(span: Span) -> bool:
    return span.type in ("chat_model", "llm")


def messages_in(value: object, *, speaker: str = "", depth: int = 0) -> Iterator[Message]:
    """Every message in a value; ``speaker`` is who says a text of which that is not told."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        if speaker and depth < 2:
            yield Message(speaker, value)
        return
    if isinstance(value, Mapping):
        if _is_message(value):
            yield _message(value, speaker)
            return
        for key in ("messages", "input", "choices", "generations", "message", "output", "inputs"):
            inner = value.get(key)
            if isinstance(inner, (Mapping, list)):
                found = tuple(messages_in(inner, speaker=speaker if key != "input" else "", depth=depth + 1))
                if found:
                    yield from found
                    return
        return
    if isinstance(value, Sequence):
        for inner in value:
            if isinstance(inner, (Mapping, list)):
                yield from messages_in(inner, speaker=speaker, depth=depth + 1)


def _is_message(value: Mapping[str, object]) -> bool:
    kind = value.get("type")
    has_content = "content" in value or "tool_calls" in value or "parts" in value
    return has_content and ("role" in value or (isinstance(kind, str) and kind in (*_ROLES, "system", "tool", "user")))


def _message(value: Mapping[str, object], speaker: str) -> Message:
    said = str(value.get("role") or value.get("type") or speaker or "?")
    texts: list[str] = []
    calls: list[tuple[str, str]] = []
    content = value.get("content", value.get("parts"))
    answers = str(value.get("tool_call_id") or value.get("name") or "") if said in ("tool", "function") else ""
    for part in content if isinstance(content, list) else [content]:
        if part is None:
            continue
        if not isinstance(part, Mapping):
            texts.append(value_text(part))
            continue
        kind = part.get("type")
        if kind == "tool_use":
            calls.append((str(part.get("name", "?")), arguments(part.get("input"))))
        elif kind == "tool_result":
            said, answers = "tool", str(part.get("tool_use_id") or "")
            inner = part.get("content")
            parts = inner if isinstance(inner, list) else [inner]
            texts += [str(one.get("text", "")) if isinstance(one, Mapping) else value_text(one) for one in parts]
        elif isinstance(part.get("text"), str):
            texts.append(str(part["text"]))
        elif isinstance(kind, str) and ("image" in kind or "audio" in kind or "file" in kind):
            texts.append(f"[{kind}]")
        else:
            texts.append(value_text(dict(part)))
    held = value.get("tool_calls")
    for call in held if isinstance(held, list) else []:
        if isinstance(call, Mapping):
            function = call.get("function")
            of = function if isinstance(function, Mapping) else call
            calls.append((str(of.get("name", "?")), arguments(of.get("arguments", of.get("args")))))
    return Message(_ROLES.get(said, said), "\n".join(text for text in texts if text), tuple(calls), answers)


def arguments(value: object) -> str:
    """Arguments as they would be written in a call: ``order="88", fast=true``."""
    held = value
    if isinstance(value, str):
        try:
            held = json.loads(value)
        except ValueError:
            return value
    if isinstance(held, Mapping):
        return ", ".join(f"{key}={json.dumps(one, ensure_ascii=False)}" for key, one in held.items())
    return "" if held is None else value_text(held)
