"""Prompts and their versions as rows, and what a version says as text with its variables marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.domain.columns import Cell, ColumnSpec
from tui.domain.diff.text_change import Painted, beside, body_of, inline, pieces
from tui.domain.models.readiness import Finding
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.preview.values import TextBody
from tui.domain.prompts.values import VARIABLE, Template, Use, lost_variables, own_tags_left_out, template_of
from tui.domain.runs.tables import Facts, facts
from tui.domain.table import Tone
from tui.domain.text import clean, clean_block, named

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
