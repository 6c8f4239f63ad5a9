"""What is told in words: what is configured, what works, what was written, and what the rules find."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import tzinfo
from functools import partial
from pathlib import Path

from tui.config.launch import Launch
from tui.config.model import ModelSettings, Settings
from tui.domain.models.readiness import OFF, RULES, SEVERITIES, Finding, tally
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import PROMPT_RULES
from tui.domain.quantities import stamp
from tui.domain.text import clean, fit, named, width
from tui.domain.uris import masked
from tui.domain.values import pages_of
from tui.gateway.ports import RegistryPort
from tui.resources import example_config
from tui.services.doctor import Check, Verdict, fails, summary, took_words
from tui.services.ledger import Contents, Entry
from tui.services.ledger_rows import as_plain, row
from tui.services.model_health import ModelHealth
from tui.services.prompt_desk import PromptHealth


def described(launch: Launch, file: Path) -> str:
    """What would be opened and every setting, a line each, with where it came from; no secret in it."""
    there = "" if file.is_file() else "  (there is no such file)"
    rows = [
        ("context", launch.context_name, ""),
        ("tracking_uri", masked(launch.tracking_uri), launch.origins["tracking_uri"]),
        ("registry_uri", masked(launch.registry_uri), launch.origins["registry_uri"]),
        ("profile", launch.profile or "-", launch.origins["profile"]),
        ("read_only", _text(launch.read_only), launch.origins["read_only"]),
        ("protected", _text(launch.protected), launch.origins["protected"]),
        ("experiment_path", launch.experiment_path or "-", launch.origins["experiment_path"]),
        ("workspace", launch.workspace or "-", launch.origins["workspace"]),
        ("catalog", launch.catalog or "-", launch.origins["catalog"]),
        ("columns", ", ".join(launch.columns) or "-", launch.origins["columns"]),
        ("timeout", f"{launch.timeout_s:g} s", launch.origins["timeout_s"]),
        ("page_size", f"{launch.page_size} runs", launch.origins["page_size"]),
    ]
    defaults = Settings()
    for entry in fields(Settings):
        if entry.name in ("context", "contexts", "models"):
            continue
        value = getattr(launch.settings, entry.name)
        if entry.name in ("keys", "metric_directions"):
            value = ", ".join(f"{action} = {keys}" for action, keys in value.items()) or "-"
        elif entry.name in ("plugins", "themes"):
            value = ", ".join(value) or "-"
        elif entry.name == "notices":
            value = f"{', '.join(value.of) or 'nothing'} by {', '.join(value.by) or 'nothing'}"
        same = getattr(launch.settings, entry.name) == getattr(defaults, entry.name)
        rows.append((entry.name, _text(value), launch.origins.get(entry.name, "default" if same else str(file))))
    for entry in fields(ModelSettings):
        value = getattr(launch.settings.models, entry.name)
        same = value == getattr(defaults.models, entry.name)
        said = ", ".join(f"{key} = {text}" for key, text in value.items()) if isinstance(value, Mapping) else value
        said = ", ".join(said) if isinstance(said, tuple) else said
        shown = "-" if said in ("", None) else _text(said)
        rows.append((f"models.{entry.name}", shown, "default" if same else str(file)))
    rows.append(("contexts", ", ".join(launch.settings.contexts) or "-", ""))
    name_wide = max(len(name) for name, _, _ in rows)
    value_wide = min(48, max(len(value) for _, value, _ in rows))
    lines = [f"configuration file: {clean(str(file))}{there}", ""]
    for name, value, origin in rows:
        lines.append(f"{name:<{name_wide}}  {clean(value):<{value_wide}}  {clean(origin)}".rstrip())
    return "\n".join(lines)


def place_as_plain(text: str) -> dict[str, object]:
    """What a place names, as plain data; nothing of it is looked up. Raises Problem (CONFIG) where it names none."""
    from tui.domain.places import parse_place

    place = parse_place(text)
    said = {
        "server": place.server,
        "experiment": place.experiment,
        "experiment_ids": list(place.experiment_ids),
        "run_ids": list(place.run_ids),
        "artifact_path": place.artifact_path,
        "filter": place.filter_string,
        "model": place.model,
        "version": place.version,
        "alias": place.alias,
        "endpoint": place.endpoint,
    }
    return {"kind": place.kind.value, **{name: value for name, value in said.items() if value}}


def _text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def refuse_to_overwrite(file: Path) -> None:
    """Raises Problem (CONFIG) where a file is there already."""
    if file.exists():
        raise Problem(
            Kind.CONFIG, "Nothing was written", f"{file} is there already.", "Edit it, or name another with --config."
        )


def with_context(example: str, name: str, uri: str) -> str:
    """The example with one context in it, which is the one that is opened."""
    said, called = json.dumps(uri, ensure_ascii=False), json.dumps(name, ensure_ascii=False)
    example = example.replace("# context: prod\n", f"context: {called}\n", 1)
    return example.replace("contexts: {}\n", f"contexts:\n  {called}:\n    tracking_uri: {said}\n", 1)


def write_example(file: Path, context: tuple[str, str] | None = None) -> None:
    """Write the commented example, with a context of a name and a URI, to a file that is not there yet, privately.

    Raises Problem (CONFIG) if it is there, or cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8", opener=_private) as stream:
            stream.write(with_context(example_config(), *context) if context else example_config())
    except FileExistsError:
        refuse_to_overwrite(file)
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(Kind.CONFIG, "Nothing was written", f"{file}: {reason}.", "Name another with --config.") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# ``mlflow-deck doctor``: the checks of a context, for people and for programs.


_SIGNS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAIL: "✗", Verdict.SKIPPED: "·"}
_ASCII_SIGNS = {Verdict.OK: "+", Verdict.WARNING: "!", Verdict.FAIL: "x", Verdict.SKIPPED: "-"}
_TITLE_WIDE, _TOOK_WIDE = 14, 9
_WIDEST, _NARROWEST = 120, 60


def line(check: Check, columns: int, *, unicode: bool = True) -> str:
    """One check as lines of a terminal: sign, title, time, what was found, and below it what to do."""
    sign = (_SIGNS if unicode else _ASCII_SIGNS)[check.verdict]
    took = took_words(check)
    head = f"{sign} {fit(check.title, _TITLE_WIDE)} {took:>{_TOOK_WIDE}}  "
    room = max(_NARROWEST, min(columns, _WIDEST)) - len(head)
    found = textwrap.wrap(clean(check.found), room, break_on_hyphens=False) or [""]
    arrow = "→ " if unicode else "> "
    remedy = textwrap.wrap(
        clean(check.remedy), room, initial_indent=arrow, subsequent_indent="  ", break_on_hyphens=False
    )
    lines = [head + found[0], *(" " * len(head) + words for words in (*found[1:], *remedy))]
    return "\n".join(text.rstrip() for text in lines)


def ending(checks: Sequence[Check]) -> str:
    """The last line."""
    return summary(checks) + "."


def checks_json(context: str, checks: Sequence[Check]) -> str:
    """Everything as one JSON object."""
    told = {
        "context": context,
        "fails": fails(checks),
        "checks": [
            {
                **{name: value.value if isinstance(value, Verdict) else value for name, value in asdict(check).items()},
                "took_ms": None if check.took_ms is None else round(check.took_ms, 1),
            }
            for check in checks
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


# ``mlflow-deck ledger``: what was written from this machine.


def selected(contents: Contents, names: tuple[str, ...]) -> list[Entry]:
    """The entries about these models, runs or experiments; all where none is named."""
    return [entry for entry in contents.entries if not names or entry.subject in names]


def ledger_json(entries: list[Entry]) -> str:
    return json.dumps([as_plain(entry) for entry in entries], indent=2)


def merged_words(contents: Contents, file: Path, folder: Path) -> str:
    """Merge what another machine has handed on, and say what came of it. Raises Problem where it cannot be read."""
    from tui.services.ledger_rows import merge, read

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Problem(Kind.CONFIG, "Nothing was merged", f"{file}: {reason}.", "Name another file.") from None
    new, known = merge(folder, contents.entries, read(text, str(file)))
    return f"{new} new {'entry' if new == 1 else 'entries'}, {known} known already.\n"


def ledger_table(entries: list[Entry], zone: tzinfo, names: tuple[str, ...] = ()) -> str:
    """A line for each entry, the newest last, as a log is read; ``names`` are those that were asked for."""
    if not entries:
        of = f" to {' or '.join(map(named, names))}" if names else ""
        return f"Nothing has been written{of} from here."
    cells = []
    for entry in entries:
        shown = row(entry, zone)
        why = f"  “{entry.why}”" if entry.why else ""
        cells.append(
            [
                f"#{entry.number}",
                stamp(entry.at_ms, zone),
                *map(clean, (entry.context, entry.actor, entry.subject, shown.what, shown.outcome + why)),
            ]
        )
    wide = [max(width(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join("  ".join(fit(text, wide[at]) for at, text in enumerate(line)).rstrip() for line in cells)


# ``mlflow-deck lint``: the rules of readiness over a registry, for people and for CI.


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
    for page in pages_of(partial(registry.search_models, max_results=PAGE)):
        listed = [model.name for model in page.models if not model.is_whole]
        whole = {model.name: model for model in (registry.get_models(listed) if listed else ())}
        models += [model.as_read(whole[model.name]) if model.name in whole else model for model in page.models]
    return models


def lint_json(report: LintReport) -> str:
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


def lint_table(report: LintReport) -> str:
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
