"""Prompts as MLflow keeps them: registered models with a tag, whose versions hold text, settings and links in tags.

So a prompt is a ``RegisteredModel`` and its versions are ``ModelVersion``; what their tags say is read here. Texts are
as the server gave them (hostile until ``domain.text.clean`` has seen them).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tui.domain.models.values import PROMPT_TAG, ModelVersion

TEXT_TAG = "mlflow.prompt.text"
TYPE_TAG = "_mlflow_prompt_type"
FORMAT_TAG = "_mlflow_prompt_response_format"
SETTINGS_TAG = "_mlflow_prompt_model_config"
EXPERIMENTS_TAG = "_mlflow_experiment_ids"
RUNS_TAG = "mlflow.prompt.associatedRunIds"
OWN_TAGS = frozenset((PROMPT_TAG, TEXT_TAG, TYPE_TAG, FORMAT_TAG, SETTINGS_TAG, EXPERIMENTS_TAG, RUNS_TAG))
"""Tags in which MLflow itself keeps what a prompt is; they are neither shown as tags nor edited."""
CHAT = "chat"

# As MLflow finds them: names with dots in doubled braces.
VARIABLE = re.compile(r"\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*)\s*\}\}")


@dataclass(frozen=True)
class PromptMessage:
    """One message of a chat prompt; the only one of a text prompt has no role."""

    role: str
    content: str


@dataclass(frozen=True)
class Template:
    """What a version of a prompt says. ``broken`` is a sentence where its text cannot be read as what it claims."""

    messages: tuple[PromptMessage, ...]
    is_chat: bool = False
    settings: Mapping[str, str] | None = None
    response_format: str = ""  # JSON, indented
    broken: str = ""

    @property
    def kind(self) -> str:
        return CHAT if self.is_chat else "text"

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables, each once, in the order in which they come."""
        return tuple(dict.fromkeys(name for said in self.messages for name in VARIABLE.findall(said.content)))

    @property
    def text(self) -> str:
        """All of it as one text; of a chat each message under its role."""
        if not self.is_chat:
            return self.messages[0].content if self.messages else ""
        return "\n\n".join(f"{said.role}:\n{said.content}" for said in self.messages)


@dataclass(frozen=True)
class Use:
    """A run or a trace that used a version of a prompt."""

    kind: str  # "run" or "trace"
    id: str
    name: str
    experiment_id: str
    at_ms: int | None
    state: str = ""


@dataclass(frozen=True)
class Uses:
    """Who used a version, newest first; ``more`` says that there are others, ``unread`` why some are not known."""

    found: tuple[Use, ...] = ()
    more: bool = False
    unread: str = ""


def template_of(made: ModelVersion) -> Template:
    """What a version says, read from its tags."""
    tags = made.tags
    return _template(
        tags.get(TEXT_TAG, ""), tags.get(TYPE_TAG, ""), tags.get(SETTINGS_TAG, ""), tags.get(FORMAT_TAG, "")
    )


@lru_cache(maxsize=4096)
def _template(text: str, kind: str, settings: str, response_format: str) -> Template:
    messages: tuple[PromptMessage, ...] = (PromptMessage("", text),)
    broken = ""
    is_chat = kind == CHAT
    if is_chat:
        said = _json(text)
        if isinstance(said, list) and all(isinstance(each, dict) for each in said):
            messages = tuple(
                PromptMessage(str(each.get("role", "")), _content(each.get("content", ""))) for each in said
            )
        else:
            is_chat, broken = False, "It calls itself a chat, and its text is no list of messages."
    held = _json(settings)
    told = {str(key): _brief(value) for key, value in held.items()} if isinstance(held, dict) else None
    wanted = _json(response_format)
    shape = json.dumps(wanted, indent=2, ensure_ascii=False) if wanted is not None else response_format
    return Template(messages, is_chat, told, shape, broken)


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _content(said: Any) -> str:
    """The text of a message; what is no text (parts, tool calls) as JSON."""
    return said if isinstance(said, str) else json.dumps(said, indent=2, ensure_ascii=False)


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def own_tags_left_out(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that people set."""
    return {key: value for key, value in tags.items() if key not in OWN_TAGS}


def lost_variables(before: Template, after: Template) -> tuple[str, ...]:
    """The variables of an earlier version that a later one no longer has."""
    kept = set(after.variables)
    return tuple(name for name in before.variables if name not in kept)


def prompt_uri(name: str, version: str = "", alias: str = "") -> str:
    """``prompts:/NAME/VERSION`` or ``prompts:/NAME@ALIAS``."""
    return f"prompts:/{name}" + (f"@{alias}" if alias else f"/{version}" if version else "")


def uri_parts(uri: str) -> tuple[str, str, str] | None:
    """The name, the version and the alias in a ``prompts:/`` URI, the latter two "" where not said; None for others."""
    scheme, colon, rest = uri.strip().partition(":")
    name = rest.lstrip("/").rstrip("/")
    if not colon or scheme.lower() != "prompts" or not rest.startswith("/") or not name:
        return None
    if "@" in name:
        name, _, alias = name.rpartition("@")
        return (name, "", alias) if name and re.fullmatch(r"[\w-]+", alias) else None
    name, _, version = name.partition("/")
    return (name, version, "") if not version or version.isdecimal() else None
