"""A registry of prompts in memory: that of models, whose versions say something and are used."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.fake_registry import FakeRegistry
from tests.support.fakes import DAY, HOUR, MINUTE, NOW_MS
from tui.domain.models.values import PROMPT_TAG
from tui.domain.prompts import FORMAT_TAG, SETTINGS_TAG, TEXT_TAG, TYPE_TAG, Use, Uses

HOSTILE = "Say \x1b[31m[bold]{{ name }}[/bold]\u202e and {{ odd }}"


class FakePrompts(FakeRegistry):
    """PromptsPort in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.used: dict[tuple[str, str], Uses] = {}
        self.recent: dict[str, dict[str, int]] = {}

    def register(
        self,
        name: str,
        texts: Sequence[str | list[dict[str, str]]],
        *,
        aliases: dict[str, str] | None = None,
        messages: Sequence[str] = (),
        settings: Mapping[str, object] | None = None,
        response_format: Mapping[str, object] | None = None,
        **fields: Any,
    ) -> None:
        """A prompt with a version for each text, a day apart; a list of messages is a chat."""
        tags = {PROMPT_TAG: "true", **fields.pop("tags", {})}
        self.add(name, len(texts), aliases=aliases, tags=tags, **fields)
        for number, text in enumerate(texts, 1):
            said = {PROMPT_TAG: "true", TYPE_TAG: "text" if isinstance(text, str) else "chat"}
            said[TEXT_TAG] = text if isinstance(text, str) else json.dumps(text)
            if settings is not None:
                said[SETTINGS_TAG] = json.dumps(settings)
            if response_format is not None:
                said[FORMAT_TAG] = json.dumps(response_format)
            message = messages[number - 1] if number <= len(messages) else ""
            self.change_version(name, str(number), tags=said, description=message, source="dummy-source")

    def uses(self, name: str, version: str, *, most: int = 100) -> Uses:
        self._call("uses", name, version)
        return self.used.get((name, version), Uses())

    def recent_uses(self, name: str, versions: Sequence[str], since_ms: int) -> dict[str, int]:
        self._call("recent_uses", name, since_ms)
        return {version: self.recent.get(name, {}).get(version, 0) for version in versions}


def fill_prompts(prompts: FakePrompts, run_id: str) -> None:
    """Prompts of each sort: in use and well, of which a variable was lost, without production, hostile."""
    prompts.register(
        "support_reply",
        [
            "Answer {{ name }} kindly.\n\nTheir question: {{ question }}",
            "Answer {{ name }} kindly, in {{ language }}.\n\nTheir question: {{ question }}",
            "Answer {{ name }} kindly and briefly, in {{ language }}.\n\nTheir question: {{ question }}",
            "Answer {{ name }} briefly, in their language.\n\nTheir question: {{ question }}",
        ],
        aliases={"production": "2", "staging": "3"},
        messages=("First", "Say it in their language", "Shorter answers", "Find the language out"),
        settings={"model_name": "gpt-5-mini", "temperature": 0.2},
        response_format={"type": "object", "properties": {"answer": {"type": "string"}}},
        tags={"team": "care"},
        description="What the support agent answers with.",
    )
    prompts.register(
        "triage",
        [
            [
                {"role": "system", "content": "You sort tickets of {{ shop }}."},
                {"role": "user", "content": "{{ ticket }}"},
            ],
            [
                {"role": "system", "content": "You sort tickets of {{ shop }} into {{ queues }}."},
                {"role": "user", "content": "{{ ticket }}"},
            ],
        ],
        aliases={"production": "2"},
        messages=("First", "Name the queues"),
    )
    prompts.register("draft", ["Write about {{ topic }}."], messages=("A try",))
    prompts.register("odd", [HOSTILE], aliases={"production": "1"}, messages=("\x1b[7m[red]look",))
    prompts.used["support_reply", "2"] = Uses(
        (
            Use("trace", "tr-1", "agent.run", "1", NOW_MS - MINUTE, "OK"),
            Use("trace", "tr-2", "agent.run", "1", NOW_MS - HOUR, "ERROR"),
            Use("run", run_id, "gallant-ox-12", "1", NOW_MS - DAY, "FINISHED"),
        )
    )
    prompts.recent["support_reply"] = {"2": 40, "3": 2}
    prompts.recent["triage"] = {"1": 12}
