"""Whether a prompt is fit to be used: rules as data, each with its severity, sentence and remedy, as models have them.

Evidence that was not gathered (None) is no finding: a rule that needs it keeps silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tui.domain.models.readiness import OFF, SEVERITIES, Finding, Severity
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.prompts.values import Template, lost_variables, template_of

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
