"""``mlflow-deck lint``: the rules of readiness over a registry, for people and for CI."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from tui.domain.models.readiness import OFF, RULES, SEVERITIES, Finding, tally
from tui.domain.models.values import RegisteredModel
from tui.domain.prompts import PROMPT_RULES
from tui.domain.text import clean, fit, named, width
from tui.gateway.ports import RegistryPort
from tui.services.model_health import ModelHealth
from tui.services.prompt_desk import PromptHealth

PAGE = 200
AT_ONCE = 50  # models whose evidence is gathered between two words of progress


@dataclass(frozen=True)
class LintReport:
    """What was looked at and what was found."""

    models: int
    findings: tuple[Finding, ...]
    prompts: int = 0

    @property
    def fails(self) -> bool:
        """Whether a rule of severity error failed."""
        return any(finding.severity == "error" for finding in self.findings)

    def passes(self, *, allow_empty: bool) -> bool:
        """Whether a gate may open: a registry in which nothing was seen has shown nothing."""
        return not self.fails and (self.models + self.prompts > 0 or allow_empty)


def lint(
    registry: RegistryPort,
    health: ModelHealth,
    names: Sequence[str],
    progress: Callable[[int], None] = lambda _n: None,
    *,
    prompts: PromptHealth | None = None,
) -> LintReport:
    """Judge the models named, or all that are registered, and prompts likewise where they are to be judged.

    ``prompts:/NAME`` names a prompt. Raises Problem where something cannot be read.
    """
    of_models = [name for name in names if not name.startswith("prompts:")]
    models = [registry.get_model(name) for name in of_models] if names else _every(registry)
    findings: list[Finding] = []
    for at in range(0, len(models), AT_ONCE):
        some = models[at : at + AT_ONCE]
        health.gather(some, facts=True)
        progress(at + len(some))
    # The metric to judge by is the one of most champions: all have to be known before the first is judged.
    for model in models:
        findings += health.findings(model)
    judged: Sequence[RegisteredModel] = ()
    if prompts is not None and (not names or len(of_models) < len(names)):
        judged = prompts.read([name.partition(":")[2].strip("/") for name in names if name not in of_models])
        for prompt in judged:
            prompts.gather(prompt)
            findings += prompts.findings(prompt)
    return LintReport(len(models), tuple(findings), len(judged))


def _every(registry: RegistryPort) -> list[RegisteredModel]:
    models: list[RegisteredModel] = []
    token: str | None = None
    while True:
        page = registry.search_models(max_results=PAGE, token=token)
        listed = [model.name for model in page.models if not model.is_whole]
        whole = {model.name: model for model in (registry.get_models(listed) if listed else ())}
        models += [model.as_read(whole[model.name]) if model.name in whole else model for model in page.models]
        token = page.next_token
        if token is None:
            return models


def as_json(report: LintReport) -> str:
    counted = tally(report.findings)
    return json.dumps(
        {
            "models": report.models,
            "prompts": report.prompts,
            "counts": counted,
            "findings": [asdict(finding) for finding in report.findings],
        },
        indent=2,
    )


def as_table(report: LintReport) -> str:
    """Findings by model, the gravest first, and a line that sums up."""
    lines: list[str] = []
    by_model: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_model.setdefault(finding.model, []).append(finding)
    rule_wide = max((len(finding.rule) for finding in report.findings), default=0)
    for name, findings in by_model.items():
        lines.append(named(name))
        for finding in findings:
            lines.append(
                f"  {finding.severity:<7}  {finding.rule:<{rule_wide}}  {clean(finding.sentence)} {finding.remedy}"
            )
    counted = tally(report.findings)
    said = ", ".join(f"{counted[s]} {s}{'' if counted[s] == 1 else 's'}" for s in SEVERITIES)
    models = f"{report.models} model{'' if report.models == 1 else 's'}"
    prompts = f", {report.prompts} prompt{'' if report.prompts == 1 else 's'}" if report.prompts else ""
    return "\n".join([*lines, *([""] if lines else []), f"{models}{prompts}: {said}"])


def rules_table(grades: Mapping[str, str], of_prompts: Mapping[str, str] | None = None) -> str:
    """Every rule with its grade as configured, those of models first."""
    wide = max(width(rule) for rule in (*RULES, *PROMPT_RULES))
    rows = [_row(rule.id, rule.severity, rule.about, grades, wide) for rule in RULES.values()]
    rows += ["", "Of prompts:", ""]
    rows += [_row(rule.id, rule.severity, rule.about, of_prompts or {}, wide) for rule in PROMPT_RULES.values()]
    said = f"A grade is {', '.join(SEVERITIES)} or {OFF}; set them under models: rules:, and under prompts: rules:."
    return "\n".join([*rows, "", said])


def _row(rule: str, severity: str, about: str, grades: Mapping[str, str], wide: int) -> str:
    grade = grades.get(rule, severity)
    changed = "" if grade == severity else f"  (configured; by itself {severity})"
    return f"{fit(rule, wide)}  {grade:<7}  {about}{changed}"
