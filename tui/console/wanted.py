"""``mlflow-deck plan``, ``apply``, ``export aliases`` and ``gate``: aliases kept in git, and versions judged in CI."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.console import completion
from tui.console.command import (
    EXIT_NO,
    EXIT_UNDONE,
    Group,
    asked_twice,
    asked_wrongly,
    context_options,
    json_option,
    opened,
    print_json,
    write,
)
from tui.console.models import Named, every_model, guarded, named_by, refuse_without_grants, version_of
from tui.console.writing import (
    as_plain,
    asked,
    looked_again,
    plan_lines,
    refuse_read_only,
    second_look_option,
    step_as_plain,
    told_lines,
)
from tui.domain.models import measures
from tui.domain.models.values import READY, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, named
from tui.domain.writes import changes, plans
from tui.domain.writes.changes import Plan, ThingState

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.domain.models.measures import Bound
    from tui.services.session import Session
    from tui.services.write_flow import WriteResult

EXIT_DIFFERS = 2
"""Of ``plan``: something is to be done. Its troubles end with 1, as those of other planners do."""

_KEYS = ("aliases", "tags", "description")


# what is wanted


@dataclass(frozen=True)
class WantedModel:
    """What a model is to be like; None takes an alias or a tag away, and what is not named stays as it is."""

    aliases: Mapping[str, str | None] = field(default_factory=dict)
    tags: Mapping[str, str | None] = field(default_factory=dict)
    description: str | None = None


def wanted_of(text: str, called: str) -> dict[str, WantedModel]:
    """The models that a YAML text wants. Raises Problem (CONFIG) for what cannot be meant, with where it stands."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        twice = next(_twice(node), None) if node is not None else None
        said = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _unclear(called, " ".join(str(error).split())) from None
    if twice is not None:
        raise _unclear(called, f"“{twice}” stands there twice")
    models = said.get("models") if isinstance(said, dict) else None
    if not isinstance(models, dict) or set(said) != {"models"}:
        raise _unclear(called, "it would be models:, and below it each model by its name")
    return {_text(name, called, "a model's name"): _wanted(name, about, called) for name, about in models.items()}


def _wanted(name: object, about: object, called: str) -> WantedModel:
    if not isinstance(about, dict) or not about or not set(about) <= set(_KEYS):
        raise _unclear(called, f"of {name}: {', '.join(_KEYS)} can be said")
    parts = {key: about.get(key) or {} for key in ("aliases", "tags")}
    for key, part in parts.items():
        if not isinstance(part, dict):
            raise _unclear(called, f"{key} of {name} are names with values")
    aliases: dict[str, str | None] = {}
    for alias, at in parts["aliases"].items():
        number = plans.version_number(str(at)) if isinstance(at, (str, int)) and not isinstance(at, bool) else ""
        if at is not None and not number:
            raise _unclear(called, f"{alias} of {name} points to {at}, which is no version")
        aliases[_text(alias, called, f"an alias of {name}")] = number or None
    tags = {
        _text(key, called, f"a tag of {name}"): None if value is None else _text(value, called, f"tag {key} of {name}")
        for key, value in parts["tags"].items()
    }
    description = about.get("description")
    return WantedModel(
        aliases, tags, None if description is None else _text(description, called, f"description of {name}")
    )


def _text(value: object, called: str, what: str) -> str:
    if not isinstance(value, str):
        raise _unclear(called, f"{what} is {value!r}, which is no text: put it in quotes")
    return value


def _twice(node: Any) -> Iterator[str]:
    """Keys that stand twice in one mapping, of which YAML would take the last without a word."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield str(key.value)
            seen.add(str(key.value))
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _twice(one)


def _unclear(called: str, why: str) -> Problem:
    return Problem(
        Kind.CONFIG,
        "Nothing was planned",
        f"{clean(called)}: {clean(why)}.",
        "mlflow-deck export aliases writes what is now, in this form.",
    )


# the plan


@dataclass(frozen=True)
class PlannedPart:
    """One write of one model, and why it will not be done, if it will not."""

    model: str
    plan: Plan
    refused: tuple[str, ...] = ()


def planned_parts(session: Session, wanted: Mapping[str, WantedModel]) -> list[PlannedPart]:
    """What is to be done so that every model is as wanted, from what it is now; what is so already has no part."""
    from tui.domain.models.grants import Deed

    parts: list[PlannedPart] = []
    for name, about in wanted.items():
        try:
            model = session.registry.get_model(name)
            if about.aliases:
                planned = plans.plan(name, model.aliases, about.aliases)
                if planned.steps:
                    plan = guarded(session, planned, model)
                    unready = _unready(session, model, [step.to for step in planned.steps])
                    parts.append(PlannedPart(name, plan, (*changes.refusals(plan), *unready)))
            state = ThingState.of_model(model)
            for deed, plan in (
                (Deed.TAG, changes.tagging([state], about.tags)),
                (
                    Deed.DESCRIBE,
                    changes.noting(state, about.description) if about.description is not None else Plan(()),
                ),
            ):
                if plan.changes:
                    refuse_without_grants(session, deed, name)
                    plan = session.flow.dressed(plan)
                    parts.append(PlannedPart(name, plan, changes.refusals(plan)))
        except Problem as problem:
            if problem.is_connection:
                raise
            parts.append(PlannedPart(name, Plan(()), (f"{problem.message} {problem.hint}".strip(),)))
    return parts


def _unready(session: Session, model: RegisteredModel, versions: Sequence[str | None]) -> tuple[str, ...]:
    """Versions that an alias is not pointed to by a file: nobody looks at what is wrong with them."""
    health = session.desk.health
    made = (health.version(model.name, version) for version in dict.fromkeys(versions) if version is not None)
    return tuple(f"v{one.version} is not ready: {one.status}." for one in made if one and one.status not in (READY, ""))


def hash_of(session: Session, parts: Sequence[PlannedPart]) -> str:
    """What stands for a plan: the same changes from the same state of the same registry, and nothing else."""
    told = [
        [change.kind.value, change.id, change.field, change.before, change.after]
        for part in parts
        for change in part.plan.changes
    ]
    whole = json.dumps([session.desk.moves.place, told], ensure_ascii=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _refusals(refused: Sequence[PlannedPart]) -> list[str]:
    return [f"Refused of {named(part.model)}: {clean(' '.join(part.refused))}" for part in refused]


def _lines(session: Session, doable: Sequence[PlannedPart], refused: Sequence[PlannedPart]) -> list[str]:
    lines = [line for part in doable for line in plan_lines(part.plan)]
    lines += _refusals(refused)
    if not doable and not refused:
        return ["Everything is as wanted."]
    many = sum(len(part.plan.changes) for part in doable)
    said = f"{many} change{'' if many == 1 else 's'}"
    return [*lines, "", f"{said}; plan {hash_of(session, doable)}"]


def _as_plain(session: Session, doable: Sequence[PlannedPart], refused: Sequence[PlannedPart]) -> dict[str, Any]:
    return {
        "plan": hash_of(session, doable) if doable else None,
        "steps": [step_as_plain(change) for part in doable for change in part.plan.changes],
        "protected": sorted({part.plan.typed for part in doable if part.plan.typed}),
        "remarks": [remark for part in doable for remark in part.plan.remarks],
        "refused": [{"model": part.model, "reasons": list(part.refused)} for part in refused],
    }


def _read(file: str) -> dict[str, WantedModel]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "it is no text").lower()
        raise Problem(Kind.CONFIG, "Nothing was planned", f"{clean(file)}: {reason}.", "Name another file.") from None
    return wanted_of(text, file)


@click.command(
    "plan",
    cls=Group.command_class,
    trouble=EXIT_NO,
    examples=(
        "mlflow-deck plan aliases.yaml",
        "mlflow-deck plan aliases.yaml --json | jq -r .plan",
    ),
)
@click.argument("file", type=click.Path())
@click.option("--partly", is_flag=True, help="Plan what can be done, and leave out what is refused.")
@json_option
@context_options
def plan_command(earlier: GivenOptions, /, file: str, partly: bool, as_json: bool, **given: Any) -> None:
    """Show what would be changed for a YAML file; its aliases, tags and descriptions.

    Ends with 0 where they are, with 2 where something is to be done, and with 1 where something is refused.
    """
    wanted = _read(file)
    with opened(earlier, given) as session:
        parts = planned_parts(session, wanted)
        doable = [part for part in parts if not part.refused]
        refused = [part for part in parts if part.refused]
        if as_json:
            print_json(_as_plain(session, doable, refused))
        else:
            write("\n".join(_lines(session, doable, refused)) + "\n")
    if refused and not partly:
        raise SystemExit(EXIT_NO)
    raise SystemExit(EXIT_DIFFERS if doable else 0)


@click.command(
    "apply",
    cls=Group.command_class,
    examples=(
        "mlflow-deck apply aliases.yaml --plan 3f2a90c1d4e57b68 --reason 'release 42'",
        "mlflow-deck apply aliases.yaml --plan 3f2a90c1d4e57b68 --name churn",
    ),
)
@click.argument("file", type=click.Path())
@click.option("--plan", "shown", metavar="PLAN", help="Do the plan that was shown under this name, and no other.")
@click.option("--name", "names", metavar="NAME", multiple=True, help="A protected model's name again; may be repeated.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for the ledger.")
@click.option("--partly", is_flag=True, help="Do what can be done, and leave out what is refused.")
@second_look_option
@json_option
@context_options
def apply_command(
    earlier: GivenOptions,
    /,
    file: str,
    shown: str | None,
    names: tuple[str, ...],
    reason: str,
    partly: bool,
    as_json: bool,
    looks_again: bool,
    **given: Any,
) -> None:
    """Do what `plan` has shown; each change under the guards of the keys.

    Without --plan it is shown and asked for on a terminal. Ends with 3 where not all was done, or the plan is another
    one by now.
    """
    wanted = _read(file)
    with opened(earlier, given) as session:
        refuse_read_only(session)
        parts = planned_parts(session, wanted)
        doable, refused = [part for part in parts if not part.refused], [part for part in parts if part.refused]
        if refused and not partly:
            raise asked_wrongly(
                "Nothing was changed",
                " ".join(f"{part.model}: {' '.join(part.refused)}" for part in refused),
                "--partly does the rest.",
            )
        if not doable:
            said = [*_refusals(refused), "Nothing else is to be changed."] if refused else ["Everything is as wanted."]
            click.echo("\n".join(said), err=True)
            if as_json:
                _print_results()
            return
        if shown is not None and shown != (now := hash_of(session, doable)):
            moved = f"Nothing was changed: the plan is {now} by now, not {clean(shown)}. Plan again."
            click.echo(moved, err=True)
            if as_json:
                _print_results(left=doable, problem=moved)
            raise SystemExit(EXIT_UNDONE)
        _agreed(session, doable, refused, shown, names, reason)
        if shown is not None and refused:  # else they were shown with the plan
            click.echo("\n".join(_refusals(refused)), err=True)
        status = _done(session, doable, reason, as_json, looks_again)
    raise SystemExit(status)


def _agreed(
    session: Session,
    doable: Sequence[PlannedPart],
    refused: Sequence[PlannedPart],
    shown: str | None,
    names: Sequence[str],
    reason: str,
) -> None:
    """Raise Problem unless the plan was shown, or is now, and is agreed to."""
    if any(part.plan.asks_why == "must" for part in doable) and not reason.strip():
        raise asked_wrongly("Nothing was changed", "This context wants a reason for each move.", "Say it by --reason.")
    missing = sorted({part.plan.typed for part in doable if part.plan.typed} - set(names))
    if shown is None:
        click.echo("\n".join(_lines(session, doable, refused)), err=True)
        if not sys.stdin.isatty():
            raise Problem(
                Kind.CANCELLED, "Nothing was changed", "Nobody is there to confirm it.", "Say --plan with its name."
            )
        for name in missing:
            if asked(f"Type {named(name)} to go on: ") != name:
                raise Problem(Kind.CANCELLED, "Nothing was changed", "That is not its name.", "Type the name.")
        if not missing and asked("Go on? [y/N] ").casefold() not in ("y", "yes"):
            raise Problem(Kind.CANCELLED, "Nothing was changed", "It was not confirmed.", "Answer y.")
    elif missing:
        raise Problem(
            Kind.CANCELLED,
            "Nothing was changed",
            f"Protected, and the name was not repeated: {', '.join(map(clean, missing))}.",
            " ".join(f"--name {named(name)}" for name in missing),
        )


def _done(session: Session, doable: Sequence[PlannedPart], reason: str, as_json: bool, looks_again: bool) -> int:
    """Carry out part after part until one is not done; print what became of each."""
    from tui.services.write_flow import Outcome

    results: list[WriteResult] = []
    trouble: Problem | None = None
    for part in doable:
        try:
            results.append(session.flow.carry_out(replace(part.plan, why=reason.strip())))
        except Problem as problem:
            if not results:
                raise
            trouble = problem
            break
        if results[-1].outcome is not Outcome.DONE:
            break
    left = doable[len(results) :]
    if not as_json:
        lines = [line for told in results for line in told_lines(told, session)]
        lines += [f"Not tried: {plan_lines(part.plan)[0]}" for part in left]
        lines += [clean(str(trouble))] if trouble is not None else []
        write("\n".join(lines) + "\n")
    overtaken = looked_again(session, results, looks_again, quiet=as_json)
    if as_json:
        _print_results(
            [as_plain(told, overtaken) for told in results], left, str(trouble) if trouble is not None else None
        )
    return 0 if not left and results[-1].outcome is Outcome.DONE and not overtaken else EXIT_UNDONE


def _print_results(
    results: Sequence[object] = (), left: Sequence[PlannedPart] = (), problem: Problem | str | None = None
) -> None:
    not_tried = [step_as_plain(change) for part in left for change in part.plan.changes]
    print_json({"results": results, "not_tried": not_tried, "problem": problem and str(problem)})


@click.command(
    "aliases",
    cls=Group.command_class,
    examples=(
        "mlflow-deck export aliases > aliases.yaml",
        "mlflow-deck export aliases churn --tags --descriptions",
    ),
)
@click.argument("model", nargs=-1, shell_complete=completion.models)
@click.option("--tags", is_flag=True, help="Their tags, too.")
@click.option("--descriptions", is_flag=True, help="Their descriptions, too.")
@context_options
def export_aliases(
    earlier: GivenOptions, /, model: tuple[str, ...], tags: bool, descriptions: bool, **given: Any
) -> None:
    """Print the aliases of models, or of all that have some, as YAML that `plan` and `apply` take."""
    import yaml

    with opened(earlier, given) as session:
        if model:
            found = [session.registry.get_model(named_by(one).model) for one in model]
        else:
            found = [one for page in every_model(session) for one in page if one.aliases or tags or descriptions]
    whole: dict[str, dict[str, object]] = {}
    for one in found:
        about: dict[str, object] = {
            "aliases": {alias: int(at) if at.isdecimal() else at for alias, at in sorted(one.aliases.items())}
        }
        if tags:
            about["tags"] = dict(sorted(one.tags.items()))
        if descriptions:
            about["description"] = one.description
        whole[one.name] = about
    write(yaml.safe_dump({"models": whole}, sort_keys=False, allow_unicode=False))


# the gate


@click.command(
    "gate",
    cls=Group.command_class,
    examples=(
        "mlflow-deck gate models:/churn@challenger --against @champion --min 'auc:+0.002' --rules",
        "mlflow-deck gate models:/churn/14 --max 'latency_p99_ms:+5%' --against 12 --format md",
        "mlflow-deck gate models:/churn/14 --min 'auc@test:0.9' --same-signature --against @champion",
    ),
)
@click.argument("model", shell_complete=completion.models)
@click.option("--against", metavar="VERSION|@ALIAS", help="The version of the same model that it is compared with.")
@click.option("--min", "least", metavar="METRIC:BOUND", multiple=True, help="0.9, or +0.002 or +5% against it.")
@click.option("--max", "most", metavar="METRIC:BOUND", multiple=True, help="The same, the other way round.")
@click.option("--same-signature", is_flag=True, help="Callers may go on as they do.")
@click.option("--data-newer", is_flag=True, help="Made by a later run, from other data than the one against it.")
@click.option("--rules", is_flag=True, help="No rule of readiness of severity error fails.")
@click.option("--format", "form", type=click.Choice(("table", "md", "json")), default="table")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@context_options
def gate_command(
    earlier: GivenOptions,
    /,
    model: str,
    against: str | None,
    least: tuple[str, ...],
    most: tuple[str, ...],
    same_signature: bool,
    data_newer: bool,
    rules: bool,
    form: str,
    **given: Any,
) -> None:
    """Judge whether a version may be promoted; end with 0 if every condition is kept, with 1 if not."""
    bounds = [_bound(text, "min") for text in least] + [_bound(text, "max") for text in most]
    if not (bounds or same_signature or data_newer or rules):
        raise click.UsageError("Say at least one condition: a gate should not open on nothing.")
    if against is None and (same_signature or data_newer or any(bound.is_relative for bound in bounds)):
        raise click.UsageError("A condition compares it with another version: say which by --against.")
    with opened(earlier, given) as written_to:
        session = replace(
            written_to, registry=asked_twice(written_to.registry), tracking=asked_twice(written_to.tracking)
        )
        candidate = version_of(session, named_by(model))
        other = version_of(session, _beside(candidate.name, against)) if against is not None else None
        wanted = measures.GateWanted(tuple(bounds), same_signature, data_newer, rules)
        judged = session.desk.judged_by(wanted, candidate, other)
    passes = measures.passes(judged)
    called = [f"{one.name} v{one.version}" if one is not None else "" for one in (candidate, other)]
    if form == "json":
        print_json(
            {
                "model": candidate.name,
                "version": candidate.version,
                "against": other.version if other is not None else None,
                "passes": passes,
                "conditions": [vars(one) for one in judged],
            }
        )
    elif form == "md":
        write(measures.markdown(called[0], called[1], judged))
    else:
        for one in judged:
            write(clean(f"{'✓' if one.passes else '✗'} {one.what}: {one.said}") + "\n")
        beside = f" against {called[1]}" if called[1] else ""
        write(clean(f"{called[0]}{beside} {'passes' if passes else 'does not pass'}.") + "\n")
    raise SystemExit(0 if passes else EXIT_NO)


def _bound(text: str, end: Any) -> Bound:
    made = measures.bound(text, end)
    if made is None:
        raise click.UsageError(f"“{clean(text)}” is no bound: it would be auc:0.9, auc:+0.002 or latency_ms:+5%.")
    return made


def _beside(model: str, said: str) -> Named:
    if said.startswith("@"):
        return Named(model, alias=said[1:])
    if said.startswith("models:"):
        return named_by(said)
    return Named(model, version=plans.version_number(said) or said)
