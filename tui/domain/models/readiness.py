"""Whether a registered model is fit to be served: rules as data, each with its severity, sentence and remedy.

A rule looks at evidence that has been gathered and says what it found, or nothing. Evidence that was not gathered
(None) is no finding: a rule that needs it keeps silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from tui.domain.models.measures import Measured, measured
from tui.domain.models.values import FAILED, READY, ModelFacts, ModelVersion, RegisteredModel, SourceModel, SourceRun
from tui.domain.serving import ServedAt, drifts

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
OFF = "ignore"
GRADES: Final = (*SEVERITIES, OFF)
"""What a rule can be set to in the configuration."""

CHAMPION, CHALLENGER = "champion", "challenger"
NO_CHAMPION = "no-champion"
_DAY_MS = 86_400_000
_PINNED = re.compile(r"(===?|@)\s*[^\s*,]+$|^(-|\./|/|https?://|git\+)")


@dataclass(frozen=True)
class Judged:
    """What is known of one model. A version that an alias names and that is not in ``versions`` is deleted.

    ``versions`` are those that aliases name, by number; ``runs`` by id, ``facts`` by version. None: not asked.
    ``better`` says which way ``metric`` gets better ("higher", "lower", or "" where that is not known).
    """

    model: RegisteredModel
    versions: Mapping[str, ModelVersion] | None = None
    runs: Mapping[str, SourceRun] | None = None
    facts: Mapping[str, ModelFacts] = field(default_factory=dict)
    metric: str = ""
    better: str = ""
    now_ms: int = 0
    old_after_days: int = 180
    served: Sequence[ServedAt] = ()  # where versions of it are served, as far as that was asked
    models: Mapping[str, SourceModel] = field(default_factory=dict)  # the logged models of versions, by id

    def at(self, alias: str) -> ModelVersion | None:
        """The version that an alias points to, where it is known."""
        return (self.versions or {}).get(self.model.aliases.get(alias, ""))

    def run_of(self, version: ModelVersion) -> SourceRun | None:
        return (self.runs or {}).get(version.run_id)

    def measured(self, version: ModelVersion) -> Measured | None:
        """A version's value of the metric, as its logged model or else its run has it."""
        return measured(self.metric, self.models.get(version.model_id), self.run_of(version))


@dataclass(frozen=True)
class Finding:
    """What a rule found; ``version`` is "" where the model as a whole is meant."""

    rule: str
    severity: Severity
    sentence: str
    remedy: str
    model: str
    version: str = ""


def whole_text(findings: Iterable[Finding]) -> str:
    """Findings with what to do, one under the other."""
    parts = (f"{one.severity.capitalize()}: {one.sentence}\n{one.remedy}" for one in findings)
    return "\n\n".join(parts) or "No rule found anything in it."


Found = tuple[str, str]
"""A version ("" for the model) and what is wrong with it, a sentence."""


@dataclass(frozen=True)
class Rule:
    """One rule: ``check`` finds, ``remedy`` says what to do, ``about`` what is asked, in half a sentence."""

    id: str
    severity: Severity
    about: str
    remedy: str
    check: Callable[[Judged], Iterator[Found]]


def _aliased(judged: Judged) -> Iterator[tuple[str, ModelVersion]]:
    """The versions that aliases name, each once, with the alias to name it by: champion and challenger first."""
    seen: set[str] = set()
    order = sorted(judged.model.aliases, key=lambda alias: (alias != CHAMPION, alias != CHALLENGER, alias))
    for alias in order:
        made = judged.at(alias)
        if made is not None and made.version not in seen:
            seen.add(made.version)
            yield alias, made


def _served(judged: Judged) -> Iterator[tuple[str, ModelVersion]]:
    """The champion and the challenger, as far as they are known."""
    return ((alias, made) for alias, made in _aliased(judged) if alias in (CHAMPION, CHALLENGER))


def _no_champion(judged: Judged) -> Iterator[Found]:
    if CHAMPION in judged.model.aliases or not judged.model.is_whole:
        return
    near = next((alias for alias in sorted(judged.model.aliases) if alias.casefold() == CHAMPION), "")
    but = f", but {near} is v{judged.model.aliases[near]}: aliases differ by case" if near else ""
    yield "", f"No version is champion{but}."


def _alias_case(judged: Judged) -> Iterator[Found]:
    alike: dict[str, list[str]] = {}
    for alias in sorted(judged.model.aliases):
        alike.setdefault(alias.casefold(), []).append(alias)
    for names in alike.values():
        if len(names) > 1:
            said = " and ".join(f"{name} (v{judged.model.aliases[name]})" for name in names)
            yield "", f"{said} differ by case only."


def _not_ready(judged: Judged) -> Iterator[Found]:
    for alias, made in _aliased(judged):
        if made.status not in ("", READY):
            said = f": {made.status_message}" if made.status_message else ""
            state = "failed to register" if made.status == FAILED else f"is {made.status}"
            yield made.version, f"{alias.capitalize()} v{made.version} {state}{said}."


def _dangling(judged: Judged) -> Iterator[Found]:
    if judged.versions is None:
        return
    for alias, version in sorted(judged.model.aliases.items()):
        if version not in judged.versions:
            yield version, f"{alias} points to v{version}, which has been deleted."


def _no_run(judged: Judged) -> Iterator[Found]:
    for alias, made in _served(judged):
        if not made.run_id:
            yield made.version, f"{alias.capitalize()} v{made.version} names no source run."


def _run_trouble(judged: Judged) -> Iterator[Found]:
    for alias, made in _aliased(judged):
        run = judged.run_of(made)
        if run is None:
            continue
        called = f"The source run of {alias} v{made.version}"
        if run.is_missing:
            yield made.version, f"{called} is not on the server."
        elif run.lifecycle == "deleted":
            yield made.version, f"{called} is deleted."
        elif run.status in ("FAILED", "KILLED"):
            yield made.version, f"{called} {'failed' if run.status == 'FAILED' else 'was killed'}."


def _facts(judged: Judged) -> Iterator[tuple[str, ModelVersion, ModelFacts]]:
    for alias, made in _served(judged):
        facts = judged.facts.get(made.version)
        if facts is not None and facts.is_read:
            yield alias, made, facts


def _no_signature(judged: Judged) -> Iterator[Found]:
    for alias, made, facts in _facts(judged):
        if facts.signature is None:
            yield made.version, f"{alias.capitalize()} v{made.version} has no signature."


def _no_example(judged: Judged) -> Iterator[Found]:
    for alias, made, facts in _facts(judged):
        if not facts.input_example:
            yield made.version, f"{alias.capitalize()} v{made.version} has no input example."


def _unpinned(judged: Judged) -> Iterator[Found]:
    for alias, made, facts in _facts(judged):
        loose = [line for line in facts.requirements if not is_pinned(line)]
        if loose:
            shown = ", ".join(loose[:3]) + (" …" if len(loose) > 3 else "")
            yield made.version, f"{alias.capitalize()} v{made.version} leaves versions open: {shown}."


def _no_files(judged: Judged) -> Iterator[Found]:
    for alias, made in _served(judged):
        facts = judged.facts.get(made.version)
        if facts is not None and facts.unread:
            yield made.version, f"The files of {alias} v{made.version} cannot be read: {facts.unread.rstrip('.')}."


def _challenger_better(judged: Judged) -> Iterator[Found]:
    champion, challenger = judged.at(CHAMPION), judged.at(CHALLENGER)
    if champion is None or challenger is None or not judged.metric or not judged.better:
        return
    now, new = judged.measured(champion), judged.measured(challenger)
    # What a run was measured at says nothing beside what a model was: they are not compared.
    if now is None or new is None or now.is_of_run is not new.is_of_run:
        return
    if new.value > now.value if judged.better == "higher" else new.value < now.value:
        of_runs = " (of their runs: the models have none)" if new.is_of_run else ""
        data = " (on other data)" if new.digest != now.digest else ""
        yield (
            challenger.version,
            f"Challenger v{challenger.version} beats champion v{champion.version} on {judged.metric}: "
            f"{new.value:.6g} against {now.value:.6g}{of_runs}{data}.",
        )


def _no_description(judged: Judged) -> Iterator[Found]:
    if not judged.model.description.strip():
        yield "", "The model has no description."


def _stage(judged: Judged) -> Iterator[Found]:
    staged = {made.version: made for made in (*judged.model.latest, *(judged.versions or {}).values()) if made.stage}
    for made in sorted(staged.values(), key=lambda made: made.number):
        if made.stage != "Archived":
            yield made.version, f"v{made.version} is still in the stage {made.stage}, which MLflow has deprecated."


def _served_elsewhere(judged: Judged) -> Iterator[Found]:
    for drift in drifts(judged.model.name, judged.model.aliases, judged.served, CHAMPION):
        yield "", f"{drift.words}."


def _old(judged: Judged) -> Iterator[Found]:
    made = judged.at(CHAMPION)
    if made is not None and made.created_ms is not None:
        days = (judged.now_ms - made.created_ms) // _DAY_MS
        if days > judged.old_after_days:
            yield made.version, f"Champion v{made.version} is {days} days old."


_OF_MODEL = (
    Rule(NO_CHAMPION, "error", "a version is champion", "Move champion to a version (a).", _no_champion),
    Rule(
        "alias-case",
        "warning",
        "no two aliases differ by case only",
        "Keep one: a caller who asks for the other gets another version, and some servers take them for one.",
        _alias_case,
    ),
    Rule("dangling-alias", "error", "aliases point to versions that exist", "Move it or take it away.", _dangling),
    Rule(
        "challenger-better",
        "warning",
        "the champion is the better one",
        "Compare them (d), then move champion (a).",
        _challenger_better,
    ),
    Rule(
        "served-elsewhere",
        "warning",
        "endpoints serve what their alias says",
        "Serve the alias's version (3, then a), or move the alias.",
        _served_elsewhere,
    ),
    Rule("no-description", "note", "the model is described", "Describe it (e).", _no_description),
    Rule("stage", "note", "stages are no longer in use", "Use aliases instead.", _stage),
    Rule("old", "note", "the champion is younger than old_after_days", "Train and register a new one.", _old),
)
_OF_VERSION = (
    Rule("not-ready", "error", "versions with an alias are READY", "Move the alias to one that is.", _not_ready),
    Rule("source-run", "error", "source runs exist and went well", "Register a version of a good run.", _run_trouble),
    Rule("no-files", "error", "the model's files can be read", "Look at the artifact store.", _no_files),
    Rule(
        "no-signature",
        "warning",
        "the model has a signature",
        "Log it with one; Unity Catalog refuses models without.",
        _no_signature,
    ),
    Rule("no-run", "warning", "the version names its source run", "Register it from its run.", _no_run),
    Rule("unpinned", "warning", "requirements are pinned", "Log it with exact versions.", _unpinned),
    Rule("no-input-example", "note", "the model has an input example", "Log it with input_example.", _no_example),
)
RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in (*_OF_MODEL, *_OF_VERSION)}
"""Every rule by its id."""


def is_pinned(requirement: str) -> bool:
    """Whether a line of requirements names one exact version, a file or an address."""
    return bool(_PINNED.search(requirement.split(";")[0].strip()))


def judge(judged: Judged, grades: Mapping[str, str] | None = None, rules: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What is wrong with a model, the gravest first; ``grades`` overrule severities, OFF leaves a rule out.

    ``rules`` names the only ones to ask, where it is not empty.
    """
    findings = []
    for rule in RULES.values():
        grade = (grades or {}).get(rule.id, rule.severity)
        if grade == OFF or (rules and rule.id not in rules):
            continue
        severity = next(known for known in SEVERITIES if known == grade)
        for version, sentence in rule.check(judged):
            findings.append(Finding(rule.id, severity, sentence, rule.remedy, judged.model.name, version))
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def warnings_of_target(judged: Judged, version: ModelVersion, grades: Mapping[str, str]) -> tuple[Finding, ...]:
    """What would be wrong with a version if an alias pointed to it: the rules about a version by itself."""
    then = replace(
        judged,
        model=replace(judged.model, aliases={CHAMPION: version.version}),
        versions={version.version: version},
    )
    findings = judge(then, grades, [rule.id for rule in _OF_VERSION])
    called = re.compile(rf"champion (?=v{re.escape(version.version)}\b)", re.IGNORECASE)
    return tuple(replace(finding, sentence=called.sub("", finding.sentence)) for finding in findings)


def tally(findings: Sequence[Finding]) -> dict[Severity, int]:
    """How many findings there are of each severity."""
    return {severity: sum(1 for finding in findings if finding.severity == severity) for severity in SEVERITIES}
