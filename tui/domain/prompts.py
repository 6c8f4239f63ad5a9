"""Prompts as MLflow keeps them, whether one is fit to be used, and how they read as rows.

A prompt is a registered model with a tag, whose versions hold text, settings and links in tags.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from tui.domain.columns import Cell, ColumnSpec
from tui.domain.diff.text_change import Painted, beside, body_of, inline, pieces
from tui.domain.models.readiness import OFF, SEVERITIES, Finding, Severity
from tui.domain.models.rows import Notation
from tui.domain.models.values import PROMPT_TAG, ModelVersion, RegisteredModel
from tui.domain.preview.values import TextBody
from tui.domain.runs.run_facts import Facts, facts
from tui.domain.table import Tone
from tui.domain.text import clean, clean_block, named

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


# Whether a prompt is fit to be used: rules as data, each with its severity, sentence and remedy, as models have them.
#
# Evidence that was not gathered (None) is no finding: a rule that needs it keeps silent.


PRODUCTION: Final = ("production", "champion")
"""Aliases that say that a version is in production, while nobody has configured others."""


@dataclass(frozen=True)
class JudgedPrompt:
    """What is known of one prompt: ``versions`` by number, the newest and those around aliased ones at least.

    ``recent`` says how many traces of the last ``hours`` used each version. None: not asked.
    """

    prompt: RegisteredModel
    versions: Mapping[str, ModelVersion] | None = None
    is_whole: bool = False  # whether ``versions`` are all that there are
    recent: Mapping[str, int] | None = None
    hours: int = 24
    production: tuple[str, ...] = PRODUCTION

    def before(self, version: str) -> ModelVersion | None:
        """The version before one, where it is known."""
        number = int(version)
        earlier = [made for made in (self.versions or {}).values() if made.number < number]
        return max(earlier, key=lambda made: made.number, default=None)


@dataclass(frozen=True)
class PromptRule:
    """One rule: ``check`` finds pairs of a version ("" for the prompt) and a sentence."""

    id: str
    severity: Severity
    about: str
    remedy: str
    check: Callable[[JudgedPrompt], Iterator[tuple[str, str]]]


def _no_production(judged: JudgedPrompt) -> Iterator[tuple[str, str]]:
    held = judged.prompt.aliases
    if judged.production and not any(alias in held for alias in judged.production) and judged.prompt.latest:
        names = " or ".join(judged.production)
        near = next(
            (alias for alias in sorted(held) if alias.casefold() in {p.casefold() for p in judged.production}), ""
        )
        but = f", but {near} is v{held[near]}: aliases differ by case" if near else ""
        yield "", f"No version is {names}{but}."


def _dangling(judged: JudgedPrompt) -> Iterator[tuple[str, str]]:
    if judged.versions is None or not judged.is_whole:
        return
    for alias, version in sorted(judged.prompt.aliases.items()):
        if version not in judged.versions:
            yield version, f"{alias} points to v{version}, which has been deleted."


def _watched(judged: JudgedPrompt) -> Iterator[tuple[str, ModelVersion]]:
    """The versions that aliases name, and the newest, each once with what it is called."""
    versions = judged.versions or {}
    seen: set[str] = set()
    newest = judged.prompt.newest
    named = [(alias, version) for alias, version in sorted(judged.prompt.aliases.items())]
    for called, version in [*named, *([("the newest", newest.version)] if newest is not None else [])]:
        if version in versions and version not in seen:
            seen.add(version)
            yield called, versions[version]


def _lost_variable(judged: JudgedPrompt) -> Iterator[tuple[str, str]]:
    for called, made in _watched(judged):
        before = judged.before(made.version)
        if before is not None and (lost := lost_variables(template_of(before), template_of(made))):
            names = ", ".join(f"{{{{ {name} }}}}" for name in lost)
            yield made.version, f"{called} v{made.version} no longer has {names}, which v{before.version} has."


def _unreadable(judged: JudgedPrompt) -> Iterator[tuple[str, str]]:
    for called, made in _watched(judged):
        said: Template = template_of(made)
        if said.broken:
            yield made.version, f"{called} v{made.version} cannot be used: {said.broken}"


def _unused(judged: JudgedPrompt) -> Iterator[tuple[str, str]]:
    recent = judged.recent
    if not recent or not any(recent.values()):
        return
    used = ", ".join(f"v{version} {number}" for version, number in recent.items() if number)
    for alias, version in sorted(judged.prompt.aliases.items()):
        if alias in judged.production and not recent.get(version, 0):
            yield (
                version,
                f"{alias} is v{version}, and no trace of the last {judged.hours} hours used it (traces: {used}).",
            )


_RULES = (
    PromptRule(
        "dangling-alias", "error", "aliases point to versions that exist", "Move it or take it away.", _dangling
    ),
    PromptRule(
        "unreadable",
        "error",
        "what calls itself a chat is one",
        "Register it anew as a list of messages.",
        _unreadable,
    ),
    PromptRule(
        "no-production",
        "warning",
        "a version is in production",
        "Set production (a), or name the alias that stands for it under prompts: production_aliases.",
        _no_production,
    ),
    PromptRule(
        "lost-variable",
        "warning",
        "no version in use has lost a variable",
        "Look at the difference (d): callers still pass it, and nothing tells them.",
        _lost_variable,
    ),
    PromptRule(
        "unused-alias",
        "warning",
        "recent traces use what production is",
        "See who loads a version by its number, or keeps one from before the move.",
        _unused,
    ),
)
PROMPT_RULES: Final[Mapping[str, PromptRule]] = {rule.id: rule for rule in _RULES}
"""Every rule by its id."""


def judge_prompt(judged: JudgedPrompt, grades: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """What is wrong with a prompt, the gravest first; ``grades`` overrule severities, OFF leaves a rule out."""
    findings = []
    for rule in PROMPT_RULES.values():
        grade = (grades or {}).get(rule.id, rule.severity)
        if grade == OFF:
            continue
        severity = next(known for known in SEVERITIES if known == grade)
        for version, sentence in rule.check(judged):
            sentence = sentence[0].upper() + sentence[1:]
            findings.append(Finding(rule.id, severity, sentence, rule.remedy, judged.prompt.name, version))
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


# Prompts and their versions as rows, and what a version says as text with its variables marked.


_ALIAS_COLUMNS = 5  # aliases that get a column of their own
_WHO = ("author", "user", "mlflow.user")


def searched_prompt(prompt: RegisteredModel) -> str:
    """What the words of a filter are looked for in."""
    aliases = " ".join(f"@{alias} v{version}" for alias, version in prompt.aliases.items())
    return f"{prompt.name} {aliases} {_tags(prompt.tags)} {prompt.description}"


def prompt_columns(
    prompts: Sequence[RegisteredModel], reading: Notation, findings: Callable[[RegisteredModel], Sequence[Finding]]
) -> tuple[ColumnSpec[RegisteredModel], ...]:
    """The columns of the list of prompts: what each is, a column for each alias in use, what is wrong."""
    counted = Counter(alias for prompt in prompts for alias in prompt.aliases)
    aliases = sorted(counted, key=lambda alias: (-counted[alias], alias))[:_ALIAS_COLUMNS]

    def alias_column(alias: str) -> ColumnSpec[RegisteredModel]:
        def cell(prompt: RegisteredModel) -> Cell:
            at = prompt.aliases.get(alias)
            return (f"v{clean(at)}", "") if at is not None else (reading.glyphs.absent, "muted")

        return ColumnSpec(
            f"alias.{alias}",
            clean(alias),
            cell,
            lambda p: _number(p.aliases.get(alias)),
            group="aliases",
            align="right",
        )

    def newest(prompt: RegisteredModel) -> Cell:
        made = prompt.newest
        return (
            f"v{made.version}  {reading.when(made.created_ms)}"
            if made is not None
            else (reading.glyphs.absent, "muted")
        )

    def kind(prompt: RegisteredModel) -> Cell:
        return (template_of(prompt.newest).kind, "muted") if prompt.newest is not None else ""

    def found(prompt: RegisteredModel) -> Cell:
        some = findings(prompt)
        return (str(len(some)), "bad" if some[0].severity == "error" else "warn") if some else ""

    def others(prompt: RegisteredModel) -> Cell:
        rest = {alias: at for alias, at in sorted(prompt.aliases.items()) if alias not in aliases}
        return clean(" ".join(f"{alias} v{at}" for alias, at in rest.items()))

    def why(prompt: RegisteredModel) -> Cell:
        some = findings(prompt)
        tone: Tone = "" if not some else "bad" if some[0].severity == "error" else "warn"
        return clean("  ".join(finding.sentence for finding in some)), tone

    return (
        ColumnSpec("name", "prompt", lambda p: (named(p.name), "strong"), lambda p: p.name, frozen=True, widest=32),
        ColumnSpec("found", reading.glyphs.warning, found, lambda p: len(findings(p)), better="higher", align="right",
                   group="facts", default=any(findings(prompt) for prompt in prompts), detail="what the rules found"),
        ColumnSpec("kind", "kind", kind, group="facts"),
        *map(alias_column, aliases),
        ColumnSpec("latest", "latest", newest, lambda p: _number(p.newest.version) if p.newest else None,
                   better="higher", align="right", group="facts"),
        ColumnSpec("tags", "tags", lambda p: (clean(_tags(p.tags)), "muted"), group="facts", widest=40),
        ColumnSpec("about", "about", lambda p: (clean(p.description[:200]), "muted"), group="facts", widest=40),
        ColumnSpec("others", "other aliases", others, group="aliases", widest=40,
                   default=any(len(p.aliases.keys() - set(aliases)) for p in prompts)),
        ColumnSpec("changed", "changed", lambda p: (reading.when(p.updated_ms), "muted"), lambda p: p.updated_ms,
                   better="higher", align="right", group="facts"),
        ColumnSpec("why", "what is wrong", why, group="facts", widest=100,
                   default=any(findings(prompt) for prompt in prompts)),
        ColumnSpec("created", "created", lambda p: (reading.when(p.created_ms), "muted"), lambda p: p.created_ms,
                   better="higher", align="right", group="facts", default=False),
    )  # fmt: skip


def searched_version(prompt: RegisteredModel, made: ModelVersion) -> str:
    """What the words of a filter are looked for in: the text too."""
    aliases = " ".join(f"@{alias}" for alias in prompt.aliases_of(made.version))
    return f"v{made.version} {aliases} {author(made)} {made.description} {_tags(made.tags)} {template_of(made).text}"


def version_columns(
    prompt: RegisteredModel, versions: Sequence[ModelVersion], reading: Notation
) -> tuple[ColumnSpec[ModelVersion], ...]:
    """The columns of a prompt's versions."""
    ordered = sorted(versions, key=lambda made: made.number)
    lost = {
        after.version: lost_variables(template_of(before), template_of(after)) for before, after in pairwise(ordered)
    }

    def variables(made: ModelVersion) -> Cell:
        said = " ".join(template_of(made).variables)
        gone = lost.get(made.version, ())
        return (
            (clean(f"{said}  {reading.glyphs.warning} lost {' '.join(gone)}".strip()), "warn") if gone else clean(said)
        )

    def message(made: ModelVersion) -> Cell:
        return clean(made.description.split("\n")[0][:200])

    return (
        ColumnSpec("version", "ver", lambda v: f"v{clean(v.version)}", lambda v: v.number, better="higher",
                   frozen=True),
        ColumnSpec("aliases", "aliases", lambda v: (clean(" ".join(prompt.aliases_of(v.version))), "accent"),
                   widest=30),
        ColumnSpec("message", "commit message", message, widest=44),
        ColumnSpec("age", "age", lambda v: (reading.when(v.created_ms), "muted"), lambda v: v.created_ms,
                   better="higher", align="right"),
        ColumnSpec("by", "by", lambda v: clean(author(v)), widest=20,
                   default=any(author(made) for made in versions)),
        ColumnSpec("kind", "kind", lambda v: (template_of(v).kind, "muted"), default=False),
        ColumnSpec("variables", "variables", variables, widest=44),
        ColumnSpec("model", "model", lambda v: clean(_model(template_of(v))), widest=24,
                   default=any(_model(template_of(made)) for made in versions)),
        ColumnSpec("format", "response format",
                   lambda v: (clean(template_of(v).response_format.replace("\n", " ")), "muted"),
                   widest=30, default=False),
        ColumnSpec("length", "letters", lambda v: str(len(template_of(v).text)), lambda v: len(template_of(v).text),
                   align="right", default=False),
        ColumnSpec("tags", "tags", lambda v: (clean(_tags(v.tags)), "muted"), widest=40, default=False),
    )  # fmt: skip


def author(made: ModelVersion) -> str:
    """Who registered a version, as the registry or a tag tells it."""
    return made.user or next((made.tags[key] for key in _WHO if made.tags.get(key)), "")


def _model(said: Template) -> str:
    settings = said.settings or {}
    return settings.get("model_name", "")


def _tags(tags: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in sorted(own_tags_left_out(tags).items()))


def _number(version: str | None) -> int | None:
    return int(version) if version is not None and version.isdecimal() else None


# what a version says


def text_of_template(said: Template, cells: int) -> TextBody:
    """What a version says, folded to so many cells: roles as headings, variables marked."""
    lines: list[Painted] = [(said.broken, ((0, len(said.broken), "bad"),)), ("", ())] if said.broken else []
    for number, message in enumerate(said.messages):
        if said.is_chat:
            role = clean(message.role) or "?"
            lines += [*([("", ())] if number else []), (role, ((0, len(role), "heading"),))]
        for line in clean_block(message.content).split("\n"):
            lines.append((line, tuple((found.start(), found.end(), "accent") for found in VARIABLE.finditer(line))))
    return body_of(lines, cells)


def about_version(prompt: RegisteredModel, made: ModelVersion, reading: Notation, query: str = "") -> Facts:
    """A version's facts: who made it when and why, its settings, the format of its answers, tags."""
    said = template_of(made)
    aliases = " ".join(prompt.aliases_of(made.version))
    when = reading.when(made.created_ms)
    pairs = [
        ("version", f"v{made.version}"),
        ("aliases", aliases or reading.glyphs.absent),
        ("commit message", made.description or reading.glyphs.absent),
        ("registered", f"{when}{f' by {author(made)}' if author(made) else ''}"),
        ("kind", said.kind),
        ("variables", ", ".join(said.variables) or "none"),
        *((f"setting {key}", value) for key, value in (said.settings or {}).items()),
        *([("response format", said.response_format)] if said.response_format else []),
        *((f"tag {key}", value) for key, value in sorted(own_tags_left_out(made.tags).items())),
    ]
    return facts(pairs, query)


def use_columns(reading: Notation) -> tuple[ColumnSpec[Use], ...]:
    """The columns of who used a version."""

    def state(use: Use) -> Cell:
        glyphs = reading.glyphs
        if use.state in ("OK", "FINISHED"):
            return glyphs.done
        if use.state in ("ERROR", "FAILED", "KILLED"):
            return glyphs.failed, "bad"
        return (glyphs.running, "warn") if use.state in ("RUNNING", "IN_PROGRESS") else ""

    return (
        ColumnSpec("kind", "kind", lambda use: (use.kind, "muted")),
        ColumnSpec("state", "", state, least=1),
        ColumnSpec("age", "age", lambda use: (reading.when(use.at_ms), "muted"), align="right"),
        ColumnSpec("name", "name", lambda use: named(use.name) or clean(use.id), widest=40),
        ColumnSpec("id", "id", lambda use: (clean(use.id), "muted"), widest=36),
    )


# two versions


@dataclass(frozen=True)
class PromptDifference:
    """Two versions as one text, the lines at which something differs, and sentences about both."""

    body: TextBody
    starts: tuple[int, ...]
    notes: tuple[str, ...]


def whole_text(said: Template) -> str:
    """All that a version says: its text, then its settings, then the format of its answers."""
    parts = [clean_block(said.text)]
    if said.settings:
        lines = "\n".join(f"  {clean(key)}: {clean(value)}" for key, value in sorted(said.settings.items()))
        parts.append(f"settings:\n{lines}")
    if said.response_format:
        parts.append(f"response format:\n{clean_block(said.response_format)}")
    return "\n\n".join(parts) + "\n"


def difference(before: Template, after: Template, cells: int, *, side_by_side: bool) -> PromptDifference:
    """What differs between two versions word by word, in one text or beside each other."""
    found = pieces(whole_text(before), whole_text(after))
    body = beside(found, cells) if side_by_side else inline(found, cells)
    differing = [any(tone in ("good", "bad") for _, _, tone in spans) for spans in body.spans]
    starts = tuple(at for at, differs in enumerate(differing) if differs and not (at and differing[at - 1]))
    lost, come = lost_variables(before, after), lost_variables(after, before)
    notes = [f"lost: {', '.join(lost)}"] if lost else []
    notes += [f"new: {', '.join(come)}"] if come else []
    if before.kind != after.kind:
        notes.append(f"{before.kind} → {after.kind}")
    return PromptDifference(body, starts, tuple(map(clean, notes)))
