"""A span as lines to read: what was said, what went in and came out, what went wrong, and all else it carries.

Lines fold by their keys. Nothing is wrapped or laid out but what is shown: of a long text its beginning, until it is
unfolded, and never more than ``LONGEST`` letters of it here; the whole is opened by itself.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from difflib import SequenceMatcher

from tui.domain import quantities
from tui.domain.diff.text_change import TextChange, text_change
from tui.domain.glyphs import Glyphs
from tui.domain.preview.text import plain
from tui.domain.preview.tree import tree_of
from tui.domain.table import Tone
from tui.domain.text import clean, clean_block, named, wrap
from tui.domain.traces import table
from tui.domain.traces.table import tone_of
from tui.domain.traces.tree import SpanTree
from tui.domain.traces.values import INPUTS, OUTPUTS, TOLD_APART, Assessment, Span, SpanEvent, value_text

# The messages in what went into a model's call and came out of it, in whichever of the common forms they are.


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


SHORT = 10  # lines that a text has before it folds
LONGEST = 100_000  # letters that are laid out of one text
_MOST_FACTS = 8  # attributes that stand unfolded
_MS = 1_000_000

_TONES: dict[str, Tone] = {"system": "muted", "user": "accent", "assistant": "strong", "tool": "warn"}


@dataclass(frozen=True)
class TextLine:
    """One line. ``folds`` is the key of what enter folds or unfolds here, ``whole`` the title and text it opens."""

    key: str
    text: str
    tone: Tone = ""
    folds: str = ""
    whole: tuple[str, str] | None = None


class SpanReader:
    """Lays one span out as lines."""

    def __init__(
        self, tree: SpanTree, number: int, said: Sequence[Assessment], glyphs: Glyphs, zone: tzinfo, cells: int
    ) -> None:
        self._tree = tree
        self._node = tree.nodes[number]
        self._span = self._node.span
        self._said = said
        self._glyphs = glyphs
        self._zone = zone
        self._cells = max(16, cells)

    def lines(self, turned: Collection[str]) -> list[TextLine]:
        """All lines; ``turned`` are the keys of what is not folded as it is by itself."""
        return [*self._head(), *self._body(frozenset(turned))]

    def _head(self) -> Iterator[TextLine]:
        span, tree = self._span, self._tree
        took, own = span.took_ns, tree.own_ns[self._node.number]
        parts = [clean(span.type) or "span", table.took(took / _MS) if took is not None else "still running"]
        if took is not None and self._node.below:
            parts.append(f"own {table.took(own / _MS)}")
        if span.model:
            parts.append(clean(span.model))
        if span.tokens is not None:
            parts.append(f"{table.tokens(span.tokens)} tokens")
        if span.cost is not None:
            parts.append(table.cost(span.cost))
        yield TextLine("head", " · ".join(parts), "muted")
        since = (span.start_ns - tree.window[0]) / _MS
        begun = quantities.stamp(span.start_ns // _MS, self._zone)
        yield TextLine("begun", f"began {table.took(since)} into the trace, {begun}", "muted")
        if self._node.wrong:
            yield TextLine("wrong", f"{self._glyphs.warning} {self._node.wrong}", "warn")

    def _body(self, turned: frozenset[str]) -> Iterator[TextLine]:
        span = self._span
        for number, event in enumerate(span.exceptions):
            yield from self._exception(f"exception{number}", event, turned)
        if span.failed and not span.exceptions:
            yield from self._text("failed", f"{self._glyphs.failed} {span.message or 'failed'}", turned, "bad", "error")
        told = conversation(span)
        for number, message in enumerate(told):
            yield from self._message(f"message{number}", message, turned)
        for key, title, value in (("in", "inputs", span.inputs), ("out", "outputs", span.outputs)):
            if INPUTS in span.attributes if key == "in" else OUTPUTS in span.attributes:
                yield from self._value(key, title, value, turned, folded=bool(told))
        for number, one in enumerate(self._said):
            yield from self._assessment(f"said{number}", one, turned)
        yield from self._attributes(turned)
        others = [event for event in span.events if event.name != "exception"]
        for number, event in enumerate(others):
            yield from self._event(f"event{number}", event, turned)

    # parts

    def _sign(self, unfolded: bool) -> str:
        return self._glyphs.unfolded if unfolded else self._glyphs.folded

    def _section(self, key: str, title: str, unfolded: bool, whole: tuple[str, str] | None = None) -> TextLine:
        return TextLine(key, f"{self._sign(unfolded)} {title}", "strong", key, whole)

    def _text(
        self, key: str, text: str, turned: frozenset[str], tone: Tone = "", title: str = "", indent: int = 0
    ) -> Iterator[TextLine]:
        """A text wrapped; one that is long shows its beginning until it is unfolded."""
        cells = self._cells - indent
        unfolded = key in turned
        most = LONGEST if unfolded else (SHORT + 1) * cells * 2
        shown = _wrapped(text[:most], cells, None if unfolded else SHORT + 1)
        cut = len(text) > most or (not unfolded and len(shown) > SHORT)
        if not unfolded:
            shown = shown[:SHORT]
        whole = (title or key, text) if cut or (unfolded and len(text) > most) else None
        pad = " " * indent
        for number, line in enumerate(shown):
            yield TextLine(
                f"{key}.{number}", f"{pad}{line}", tone, key if cut or (unfolded and number == 0) else "", whole
            )
        if cut and unfolded:
            left = quantities.count(len(text) - most)
            yield TextLine(f"{key}.more", f"{pad}{self._glyphs.ellipsis} {left} more letters: enter opens all of it",
                           "muted", "", (title or key, text))  # fmt: skip
        elif cut:
            size = quantities.count(len(text))
            yield TextLine(f"{key}.more", f"{pad}{self._sign(False)} {size} letters: enter unfolds them", "muted", key)

    def _message(self, key: str, message: Message, turned: frozenset[str]) -> Iterator[TextLine]:
        tone = _TONES.get(message.role, "")
        of = f" {clean(message.answers)}" if message.answers else ""
        yield TextLine(key, f"{clean(message.role)}{of}", tone, "", (message.role, message.text))
        if message.text:
            yield from self._text(f"{key}.text", message.text, turned, "", message.role, 2)
        for number, (name, given) in enumerate(message.calls):
            yield from self._text(f"{key}.call{number}", f"→ {name}({given})", turned, "accent", name, 2)

    def _exception(self, key: str, event: SpanEvent, turned: frozenset[str]) -> Iterator[TextLine]:
        kind, said, stack = (
            value_text(event.attributes.get(f"exception.{part}", "")) for part in ("type", "message", "stacktrace")
        )
        yield from self._text(f"{key}.said", f"{self._glyphs.failed} {kind}: {said}", turned, "bad", kind)
        if stack:
            lines = stack.count("\n") + 1
            yield self._section(
                key,
                f"stack, {quantities.counted(lines, 'line')}",
                key in turned,
                (f"{kind}: stack", stack),
            )
            if key in turned:
                for number, line in enumerate(_wrapped(stack[-LONGEST:], self._cells - 2, None)):
                    yield TextLine(f"{key}.{number}", f"  {line}", "muted", "", (f"{kind}: stack", stack))

    def _value(
        self, key: str, title: str, value: object, turned: frozenset[str], *, folded: bool = False
    ) -> Iterator[TextLine]:
        unfolded = (key in turned) is folded
        if isinstance(value, str):
            yield self._section(key, title, unfolded, (title, value))
            if unfolded:
                yield from self._text(f"{key}.text", value, turned, "", title, 2)
            return
        whole = title, json.dumps(value, ensure_ascii=False, indent=2, default=str)
        if not isinstance(value, (dict, list)):
            yield TextLine(key, f"  {title}: {clean(value_text(value))}", "", "", whole)
            return
        yield self._section(key, f"{title} {_size(value)}", unfolded, whole)
        if unfolded:
            yield from self._nested(key, value, turned)

    def _nested(self, key: str, value: object, turned: frozenset[str]) -> Iterator[TextLine]:
        texts: dict[int, str] = {}
        body, notes = tree_of(value, texts)
        at = 0
        while at < len(body.nodes):
            node = body.nodes[at]
            mine = f"{key}.{at}"
            open_ = (mine in turned) is (node.depth >= 3)
            sign = f"{self._sign(open_)} " if node.below else "  "
            head = f"  {'  ' * node.depth}{sign}{node.name}"
            shown = f"{head}: {node.value}" if node.value and not node.below else f"{head} {node.value}"
            long = len(shown) > self._cells or at in texts
            tone: Tone = "accent" if node.tone in ("number", "keyword") else "muted" if node.below else ""
            if long and not node.below:
                indent = 4 + 2 * node.depth
                yield TextLine(mine, f"{head}:")
                text = texts.get(at, node.value)
                yield from self._text(f"{mine}.text", text, turned, tone, node.name, indent)
            else:
                yield TextLine(mine, shown, tone, mine if node.below else "")
            at += 1 if open_ or not node.below else 1 + node.below
        for number, note in enumerate(notes):
            yield TextLine(f"{key}.note{number}", f"  {note}", "muted")

    def _assessment(self, key: str, one: Assessment, turned: frozenset[str]) -> Iterator[TextLine]:
        by = " ".join(part for part in (one.source_type.lower().replace("_", " "), clean(one.source_id)) if part)
        held = "" if one.valid else ", overwritten"
        said = clean(one.text[:200])
        tone = tone_of(one) if one.valid else "muted"
        whole = one.name, f"{one.text}\n\n{one.rationale}"
        yield TextLine(key, f"{one.kind} {named(one.name)}: {said}  ({by}{held})", tone, "", whole)
        if one.rationale:
            yield from self._text(f"{key}.why", one.rationale, turned, "muted", one.name, 2)

    def _attributes(self, turned: frozenset[str]) -> Iterator[TextLine]:
        rest = {name: value for name, value in self._span.attributes.items() if name not in TOLD_APART}
        if not rest:
            return
        folded = len(rest) > _MOST_FACTS
        unfolded = ("attributes" in turned) is folded
        yield self._section("attributes", f"attributes {{{len(rest)}}}", unfolded)
        if unfolded:
            for number, (name, value) in enumerate(sorted(rest.items())):
                text = value_text(value)
                yield from self._text(f"attribute{number}", f"{name}: {text}", turned, "", name, 2)

    def _event(self, key: str, event: SpanEvent, turned: frozenset[str]) -> Iterator[TextLine]:
        at = table.took((event.at_ns - self._tree.window[0]) / _MS)
        yield self._section(key, f"event {named(event.name)} at {at}", key in turned)
        if key in turned:
            for number, (name, value) in enumerate(sorted(event.attributes.items())):
                yield from self._text(f"{key}.{number}", f"{name}: {value_text(value)}", turned, "", name, 2)


def _size(value: dict[str, object] | list[object]) -> str:
    return f"{{{len(value)}}}" if isinstance(value, dict) else f"[{len(value)}]"


def _wrapped(text: str, cells: int, most: int | None) -> list[str]:
    """Cleaned lines of at most so many cells, and no more than ``most`` of them; what has no blanks is cut hard."""
    found: list[str] = []
    for line in clean_block(text).split("\n"):
        for part in wrap(line, cells):
            while len(part) > cells:
                found.append(part[:cells])
                part = part[cells:]
                if most is not None and len(found) >= most:
                    return found
            found.append(part)
            if most is not None and len(found) >= most:
                return found
    return found


def searched_in(span: Span) -> str:
    """What the words of a filter are looked for in: name, type, inputs, outputs, and what went wrong."""
    return "\n".join((span.name, span.type, value_text(span.inputs), value_text(span.outputs), span.message))


# Two traces side by side: spans paired by where they stand and what they are called, and where they part.


_MOST_BESIDE = 2000  # siblings that are matched by their order; of more, each name's are paired one by one
_LONGEST = 200_000  # letters of a text that are compared


@dataclass(frozen=True)
class AlignedRow:
    """A pair of spans at the same place, or one that only one of the traces has."""

    number: int
    depth: int
    left: Span | None
    right: Span | None
    differs: tuple[str, ...] = ()  # in what: "status", "inputs", "outputs", "model"

    @property
    def span(self) -> Span:
        """Either of them."""
        found = self.left or self.right
        assert found is not None  # a row has one at least
        return found

    @property
    def parts(self) -> bool:
        """Whether the traces part here: one of them lacks it, or it came out otherwise."""
        return self.left is None or self.right is None or "status" in self.differs or "outputs" in self.differs

    @property
    def took_ms(self) -> float | None:
        """By how much longer it took on the right."""
        before, after = (span.took_ns if span is not None else None for span in (self.left, self.right))
        return (after - before) / 1e6 if before is not None and after is not None else None

    @property
    def tokens(self) -> int | None:
        before, after = (span.tokens if span is not None else None for span in (self.left, self.right))
        return after - before if before is not None and after is not None else None

    @property
    def cost(self) -> float | None:
        before, after = (span.cost if span is not None else None for span in (self.left, self.right))
        return after - before if before is not None and after is not None else None


def aligned(left: SpanTree, right: SpanTree) -> tuple[AlignedRow, ...]:
    """Every span of both, parents before children, in the order of the left with what only the right has between."""
    rows: list[AlignedRow] = []
    roots = _paired(left, _roots(left), right, _roots(right))
    stack = [(0, one, other) for one, other in reversed(roots)]
    while stack:
        depth, one, other = stack.pop()
        a = left.nodes[one].span if one is not None else None
        b = right.nodes[other].span if other is not None else None
        rows.append(AlignedRow(len(rows), depth, a, b, _differs(a, b)))
        below = _paired(
            left,
            list(left.children(one)) if one is not None else [],
            right,
            list(right.children(other)) if other is not None else [],
        )
        stack += [(depth + 1, *pair) for pair in reversed(below)]
    return tuple(rows)


def divergence(rows: Sequence[AlignedRow]) -> int | None:
    """The first row at which the traces part, as deep as that can be told; None where they do not.

    What came out otherwise above is because of what came out otherwise below it.
    """
    found: int | None = None
    for at, row in enumerate(rows):
        if found is not None and row.depth <= rows[found].depth:
            break
        if row.parts:
            found = at
            if row.left is None or row.right is None:
                break
    return found


def texts_of(row: AlignedRow, *, everything: bool = False) -> TextChange:
    """What differs in what the pair was given and has said, by words."""
    before, after = (plain(said(span))[0] for span in (row.left, row.right))
    return text_change(before, after, everything=everything)


def said(span: Span | None) -> str:
    """What a span was given and has answered, as lines: a conversation as such, all else as JSON."""
    if span is None:
        return ""
    told = conversation(span)
    lines = [f"status {span.status.lower()}" + (f": {span.message}" if span.message else "")]
    if span.model:
        lines.append(f"model {span.model}")
    for message in told:
        lines.append(f"{message.role}:")
        lines += message.text.split("\n") if message.text else []
        lines += [f"→ {name}({given})" for name, given in message.calls]
    if not told:
        for title, value in (("inputs", span.inputs), ("outputs", span.outputs)):
            if value is None:
                continue
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)
            lines += [f"{title}:", *text.split("\n")]
    return "\n".join(lines)[:_LONGEST]


def _roots(tree: SpanTree) -> list[int]:
    return [node.number for node in tree.nodes if node.above < 0]


def _paired(
    left: SpanTree, ones: Sequence[int], right: SpanTree, others: Sequence[int]
) -> list[tuple[int | None, int | None]]:
    """Siblings paired by name and type in their order."""
    names, other_names = (
        [(t.nodes[n].span.name, t.nodes[n].span.type) for n in ns] for t, ns in ((left, ones), (right, others))
    )
    if not ones or not others or names == other_names:
        longest = max(len(ones), len(others))
        return [(_at(ones, at), _at(others, at)) for at in range(longest)]
    if max(len(ones), len(others)) > _MOST_BESIDE:
        return list(_by_name(ones, names, others, other_names))
    found: list[tuple[int | None, int | None]] = []
    for tag, a, b, c, d in SequenceMatcher(None, names, other_names, autojunk=False).get_opcodes():
        if tag == "equal":
            found += zip(ones[a:b], others[c:d], strict=True)
        else:
            found += [(one, None) for one in ones[a:b]]
            found += [(None, other) for other in others[c:d]]
    return found


def _at(numbers: Sequence[int], at: int) -> int | None:
    return numbers[at] if at < len(numbers) else None


def _by_name(
    ones: Sequence[int], names: Sequence[object], others: Sequence[int], other_names: Sequence[object]
) -> Iterator[tuple[int | None, int | None]]:
    waiting: dict[object, list[int]] = {}
    for other, name in zip(reversed(others), reversed(other_names), strict=True):
        waiting.setdefault(name, []).append(other)
    for one, name in zip(ones, names, strict=True):
        same = waiting.get(name)
        yield one, same.pop() if same else None
    for same in waiting.values():
        yield from ((None, other) for other in reversed(same))


def _differs(left: Span | None, right: Span | None) -> tuple[str, ...]:
    if left is None or right is None:
        return ()
    pairs = (
        ("status", left.status, right.status),
        ("model", left.model, right.model),
        ("inputs", left.inputs, right.inputs),
        ("outputs", left.outputs, right.outputs),
    )
    return tuple(name for name, one, other in pairs if one != other)
