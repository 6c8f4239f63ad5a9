"""Asking a serving endpoint: the request is shown before it is sent, and each answer with who gave it and how fast."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.domain.problem import Kind, Problem
from tui.domain.quantities import size
from tui.domain.serving import MOST_SENT, Answer, Body, Endpoint, ServedEntity, body_refusal
from tui.domain.text import clean, clean_block
from tui.resources import BREAKPOINTS, style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.dialogs.choices import AskLineModal

_SHOWN = 2_000  # letters of a request or an answer that are shown
_READING = "Reading the input example …"


class QueryModal(ModalScreen[None], Asking):
    """One endpoint and what it is asked: the input example of the version that is meant, or a file."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    CSS_PATH = style_sheets("dialogs.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "leave", show=False),
        Binding("enter", "send", "send", show=False),
        Binding("e", "send_each", "each", show=False),
        Binding("f", "file", "file", show=False),
        Binding("y", "copy", "copy", show=False),
        Binding("j,down", "scroll('scroll_down')", show=False),
        Binding("k,up", "scroll('scroll_up')", show=False),
    ]

    def __init__(
        self,
        session: Session,
        endpoint: Endpoint,
        entity: ServedEntity | None,
        aliases: Mapping[str, Mapping[str, str]],
    ) -> None:
        super().__init__(classes="text-modal")
        self._session = session
        self._endpoint = endpoint
        self._entity = entity
        self._aliases = aliases
        self._body = ""
        self._source = ""
        self._said = _READING
        self._told: list[str] = []
        self._words = Static("", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue") as frame:
            frame.border_title = Content(f" Ask {clean(self._endpoint.name)} ")
            with VerticalScroll():
                yield self._words

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        entity = self._entity
        if entity is None or entity.kind != "model" or not entity.version:
            self._said = "What is served here has no input example: f chooses a file."
            self._show()
            return
        registry, name, version = self._session.registry, entity.entity, entity.version

        def got(example: str) -> None:
            refused = body_refusal(example) if example else "It has no input example that could be sent."
            if refused:
                self._said = f"{clean(entity.label)}: {refused} f chooses a file."
            else:
                self._take(example, f"input example of {entity.label}")
            self._show()

        self.ask(self._session.pool, "example", lambda: registry.input_example(name, version), got, self._not_read)
        self._show()

    def _not_read(self, problem: Problem) -> None:
        self._said = clean(f"{problem} f chooses a file.")
        self._show()

    def _take(self, body: str, source: str) -> None:
        self._body, self._source, self._said, self._told = body, source, "", []

    # what is shown

    def _show(self) -> None:
        entities = self._endpoint.config.entities
        lines = [f"POST /serving-endpoints/{self._endpoint.name}/invocations"]
        if self._body:
            lines.append(f"with the {self._source}, {size(len(self._body.encode()))}")
        lines += ["", *(f"  {_label(entity, self._aliases)}" for entity in entities)]
        if any(name == "inference table" for name, _ in self._endpoint.facts):
            lines.append("  Requests to it are recorded in its inference table.")
        if self._body:
            lines += ["", _bounded(_indented(self._body))]
        lines += [*(["", self._said] if self._said else []), *self._told]
        self._words.update(Content(clean_block("\n".join(lines))))
        each = "e each that is served   " if len(entities) > 1 and self._body else ""
        keys = f"enter send   {each}" if self._body else ""
        copy = "y copy   " if self._told else ""
        self.query_one(".dialogue").border_subtitle = Content(f" {keys}f file   {copy}esc leave ")

    # keys

    def action_send(self) -> None:
        """Send it to the endpoint, which chooses by its split of the traffic."""
        self._send([""])

    def action_send_each(self) -> None:
        """Send it to each of what is served, for their answers beside each other."""
        self._send([entity.name for entity in self._endpoint.config.entities])

    def _send(self, names: Sequence[str]) -> None:
        serving = self._session.serving
        if not self._body or serving is None or self.is_asking("query"):
            return
        body, endpoint = Body(self._body), self._endpoint.name
        self._said, self._told = "Asking …", []
        self._show()

        def got(answers: list[tuple[str, Answer | Problem]]) -> None:
            self._said = ""
            self._told = self._words_of(answers)
            self._show()
            self.query_one(VerticalScroll).scroll_end(animate=False)

        def ask() -> list[tuple[str, Answer | Problem]]:
            found: list[tuple[str, Answer | Problem]] = []
            for name in names:
                try:
                    found.append((name, serving.query(endpoint, name, body)))
                except Problem as problem:  # what one does not answer keeps no other answer away
                    found.append((name, problem))
            return found

        self.ask(self._session.pool, "query", ask, got, self._not_read)

    def _words_of(self, answers: Sequence[tuple[str, Answer | Problem]]) -> list[str]:
        entities = {entity.name: entity for entity in self._endpoint.config.entities}
        lines = []
        for name, answer in answers:
            by = answer.served_by if isinstance(answer, Answer) else name
            who = _label(entities[by], self._aliases) if by in entities else by or self._endpoint.name
            if isinstance(answer, Problem):
                lines += ["", who, f"  {answer}"]
                continue
            lines += ["", who, f"{answer.status}  ·  {answer.took_ms} ms", _bounded(_indented(answer.text))]
            if answer.is_cut:
                lines.append("  … and more, which was not kept")
        told = [answer for _, answer in answers if isinstance(answer, Answer)]
        if len(answers) > 1 and len(told) == len(answers):
            same = len({(answer.status, _indented(answer.text)) for answer in told}) == 1
            lines += ["", "Their answers are the same." if same else "Their answers differ."]
        return lines

    def action_file(self) -> None:
        """Send what a file holds instead."""

        def given(path: str | None) -> None:
            if path is not None:
                self.ask(self._session.pool, "file", lambda: _read(path), got, self._not_read)

        def got(text: str) -> None:
            self._take(text, "content of the file")
            self._show()

        question = "A file of this machine that holds the request as JSON."
        modal = AskLineModal("Ask with a file", question, refuse=lambda p: "" if p.strip() else "A path.")
        self.app.push_screen(modal, given)

    def action_copy(self) -> None:
        if self._told:
            said = self.deck.copy_text("the answer", "\n".join(self._told).strip())
            self.query_one(".dialogue").border_subtitle = Content(f" {said}   esc leave ")

    def action_scroll(self, how: str) -> None:
        getattr(self.query_one(VerticalScroll), how)(animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)


def _label(entity: ServedEntity, aliases: Mapping[str, Mapping[str, str]]) -> str:
    """``churn-12  prod.ml.churn v12  @champion  90 %``."""
    named = [f"@{alias}" for alias, at in sorted(aliases.get(entity.entity, {}).items()) if at == entity.version]
    share = f"{entity.traffic}% of the traffic" if entity.traffic is not None else ""
    return "  ".join(part for part in (entity.name, entity.label, *named, share) if part)


def _indented(text: str) -> str:
    """JSON with a line for each thing in it; anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _bounded(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\n… {len(text) - _SHOWN} characters more"


def _read(path: str) -> str:
    """What a file holds, where it can be sent; raises Problem."""
    title = "The file cannot be sent"
    try:
        file = Path(path.strip()).expanduser()
        if file.stat().st_size > MOST_SENT:
            raise Problem(Kind.BAD_REQUEST, title, f"It is too large: {MOST_SENT} bytes are the most.")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(Kind.BAD_REQUEST, title, str(error)) from error
    refused = body_refusal(text)
    if refused:
        raise Problem(Kind.BAD_REQUEST, title, refused)
    return text
