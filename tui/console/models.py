"""``mlflow-deck models``, ``versions``, ``alias`` and ``undo``: registered models, read and moved by scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from tui.console import completion
from tui.console.command import (
    EXIT_NO,
    EXIT_UNDONE,
    JSON,
    TABLE,
    Group,
    PrintedColumn,
    asked_wrongly,
    context_options,
    in_full,
    instant,
    limit_option,
    named_option,
    opened,
    output_options,
    paged,
    print_json,
    print_one,
    print_rows,
    upto,
    write,
)
from tui.console.writing import SIGNS, Consent, carried_out, refuse_read_only, write_options
from tui.domain.models.rows import Tenure, tenure_at
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, named
from tui.domain.writes import plans
from tui.domain.writes.plans import AliasPlan

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.domain.models.grants import Deed
    from tui.domain.models.rows import Holding
    from tui.domain.places import Place
    from tui.domain.writes.changes import Plan
    from tui.services.session import Session

_PAGE = 200


@dataclass(frozen=True)
class Named:
    """A model, and what of it is meant: one of its versions, or what an alias points to."""

    model: str
    version: str = ""
    alias: str = ""


def named_by(given: str) -> Named:
    """What ``models:/NAME``, ``models:/NAME/VERSION``, ``models:/NAME@ALIAS`` or the same without ``models:/`` means.

    The address of a model's page will do, too. Raises Problem for what names no model.
    """
    from tui.domain.places import PlaceKind, parse_place

    text = given if given.startswith(("models:", "http://", "https://")) else f"models:/{given}"
    place: Place = parse_place(text)
    if place.kind is not PlaceKind.MODEL:
        raise asked_wrongly("No model was read", f"“{clean(given)}” names no registered model.", _FORMS)
    return Named(place.model, place.version, place.alias)


_FORMS = "A model is named by NAME, models:/NAME/VERSION or models:/NAME@ALIAS."


def version_of(session: Session, meant: Named) -> ModelVersion:
    """The version that is meant. Raises Problem where there is none, or none is named."""
    version = meant.version
    if meant.alias:
        version = session.desk.moves.state(meant.model).get(meant.alias, "")
        if not version:
            raise Problem(
                Kind.NOT_FOUND, "No version was read", f"{named(meant.model)} has no alias {clean(meant.alias)}."
            )
    if not version:
        raise asked_wrongly("No version was read", f"“{named(meant.model)}” names no version.", _FORMS)
    return session.registry.get_version(meant.model, plans.version_number(version) or version)


# models


@click.group(
    cls=Group,
    examples=(
        "mlflow-deck models list --json",
        "mlflow-deck models get churn",
    ),
)
def models() -> None:
    """Registered models, for scripts."""


VersionRow = tuple[ModelVersion, RegisteredModel]

REGISTERED: Sequence[PrintedColumn[RegisteredModel]] = (
    PrintedColumn("name", lambda model: model.name),
    PrintedColumn("newest", lambda model: model.newest.version if model.newest is not None else None, align="right"),
    PrintedColumn("aliases", lambda model: dict(sorted(model.aliases.items()))),
    PrintedColumn("created", lambda model: instant(model.created_ms), in_table=False),
    PrintedColumn("updated", lambda model: instant(model.updated_ms)),
    PrintedColumn("description", lambda model: model.description, in_table=False),
)
"""What is printed of a model as of a prompt."""
_MODEL: Sequence[PrintedColumn[RegisteredModel]] = (
    *REGISTERED,
    PrintedColumn("tags", lambda model: dict(model.tags), in_table=False, in_csv=False),
    PrintedColumn("unread", lambda model: model.unread or None, in_table=False),
)
_VERSION: Sequence[PrintedColumn[VersionRow]] = (
    PrintedColumn("model", lambda row: row[0].name, in_table=False),
    PrintedColumn("version", lambda row: row[0].version, align="right"),
    PrintedColumn("status", lambda row: row[0].status),
    PrintedColumn("aliases", lambda row: list(row[1].aliases_of(row[0].version))),
    PrintedColumn("created", lambda row: instant(row[0].created_ms)),
    PrintedColumn("user", lambda row: row[0].user),
    PrintedColumn("run_id", lambda row: row[0].run_id),
    PrintedColumn("model_id", lambda row: row[0].model_id, in_table=False),
    PrintedColumn("source", lambda row: row[0].source, in_table=False),
    PrintedColumn("stage", lambda row: row[0].stage, in_table=False),
    PrintedColumn("description", lambda row: row[0].description, in_table=False),
    PrintedColumn("tags", lambda row: dict(row[0].tags), in_table=False, in_csv=False),
)


@models.command(
    "list",
    examples=(
        "mlflow-deck models list",
        "mlflow-deck models list --json | jq -r '.[] | select(.aliases.champion == null) | .name'",
    ),
)
@output_options
@named_option
@limit_option
@context_options
def models_list(earlier: GivenOptions, /, form: str, named: str, limit: int | None, **given: Any) -> None:
    """List registered models with their aliases, by name."""
    with opened(earlier, given) as session:
        pages = upto(every_model(session, named), limit)
        print_rows(form, _MODEL, pages, nothing="There is no such model.")


def every_model(session: Session, named: str = "") -> Iterator[list[RegisteredModel]]:
    """Pages of registered models whose name holds this, each model whole where it can be read."""
    pages = paged(lambda token: session.registry.search_models(max_results=_PAGE, token=token), "models")
    for page in pages:
        wanted = [model for model in page if named.casefold() in model.name.casefold()]
        yield [model if model.is_whole else _whole(session, model) for model in wanted]


def _whole(session: Session, model: RegisteredModel) -> RegisteredModel:
    try:
        return session.registry.get_model(model.name)
    except Problem as problem:
        if problem.is_connection:
            raise
        return model


@models.command(
    "get",
    examples=(
        "mlflow-deck models get churn",
        "mlflow-deck models get models:/churn@champion --json | jq -r .run_id",
    ),
)
@click.argument("model", shell_complete=completion.models)
@output_options
@context_options
def models_get(earlier: GivenOptions, /, model: str, form: str, **given: Any) -> None:
    """Print a model, or the version that models:/NAME/VERSION or models:/NAME@ALIAS names."""
    meant = named_by(model)
    with opened(earlier, given) as session:
        found = session.registry.get_model(meant.model)
        if meant.version or meant.alias:
            print_one(form, in_full(_VERSION), (version_of(session, meant), found))
        else:
            print_one(form, in_full(_MODEL[:-1]), found)


@click.command(
    "versions",
    cls=Group.command_class,
    examples=(
        "mlflow-deck versions churn",
        "mlflow-deck versions models:/prod.ml.churn --csv --limit 10",
    ),
)
@click.argument("model", shell_complete=completion.models)
@output_options
@limit_option
@context_options
def versions(earlier: GivenOptions, /, model: str, form: str, limit: int | None, **given: Any) -> None:
    """List the versions of a registered model, the newest first."""
    name = named_by(model).model
    with opened(earlier, given) as session:
        found = session.registry.get_model(name)
        pages = paged(lambda token: session.registry.search_versions(name, token=token), "versions")
        rows = ([(made, found) for made in page] for page in pages)
        print_rows(form, _VERSION, upto(rows, limit), nothing="The model has no version.")


# aliases


@click.group(
    cls=Group,
    examples=(
        "mlflow-deck alias get models:/churn@champion",
        "mlflow-deck alias set models:/churn@champion 14 --if-currently 12 --dry-run",
    ),
)
def alias() -> None:
    """Aliases of registered models, for scripts; where they point, and moving them as the keys do."""


@dataclass(frozen=True)
class _Alias:
    model: str
    name: str
    version: str
    holding: Holding


_ALIAS: Sequence[PrintedColumn[_Alias]] = (
    PrintedColumn("model", lambda row: row.model),
    PrintedColumn("alias", lambda row: row.name),
    PrintedColumn("version", lambda row: row.version, align="right"),
    PrintedColumn("since", lambda row: instant(row.holding.since_ms)),
    PrintedColumn("by", lambda row: row.holding.by or None),
    PrintedColumn("was", lambda row: row.holding.was or None),
)


@alias.command(
    "get",
    examples=(
        "mlflow-deck alias get models:/churn@champion",
        "mlflow-deck alias get churn --json",
    ),
)
@click.argument("model", shell_complete=completion.models)
@output_options
@context_options
def alias_get(earlier: GivenOptions, /, model: str, form: str, **given: Any) -> None:
    """Print the version that models:/NAME@ALIAS points to; of a model, all its aliases.

    Since when, by whom and what was before is told as far as the ledger and mirrored tags know it.
    """
    meant = named_by(model)
    with opened(earlier, given) as session:
        found = session.registry.get_model(meant.model)
        wanted = [meant.alias] if meant.alias else sorted(found.aliases)
        rows = _aliases(session, found, [one for one in wanted if one in found.aliases])
        if meant.alias and not rows:
            raise Problem(
                Kind.NOT_FOUND,
                "No alias was read",
                f"{named(meant.model)} has no alias {clean(meant.alias)}.",
                f"It has {', '.join(map(clean, sorted(found.aliases))) or 'none'}.",
            )
        if meant.alias and form == TABLE:
            write(f"{clean(rows[0].version)}\n")
        elif meant.alias:
            print_one(form, _ALIAS, rows[0])
        else:
            print_rows(form, _ALIAS, [rows], nothing="The model has no alias.")


def _aliases(session: Session, model: RegisteredModel, wanted: Sequence[str]) -> list[_Alias]:
    desk = session.desk
    made = session.registry.get_versions([(model.name, model.aliases[one]) for one in wanted])
    desk.health.take(made.values())
    desk.holders.learn()
    return [_Alias(model.name, one, model.aliases[one], desk.health.holding(model, one)) for one in wanted]


@alias.command(
    "set",
    examples=(
        "mlflow-deck alias set models:/churn@champion 14 --if-currently 12 --reason 'INC-42' --yes",
        "mlflow-deck alias set models:/churn@champion @challenger --yes --name churn",
        "mlflow-deck alias set models:/churn@champion 14 --dry-run",
    ),
)
@click.argument("model", metavar="MODEL@ALIAS", shell_complete=completion.models)
@click.argument("version", metavar="VERSION|@ALIAS")
@click.option("--if-currently", metavar="VERSION", help="Only if it points here now; none: if it is new.")
@write_options
@context_options
def alias_set(
    earlier: GivenOptions, /, model: str, version: str, if_currently: str | None, consent: Consent, **given: Any
) -> None:
    """Point an alias to a version, or to where another alias points.

    The server is read again just before, and read back after; the ledger has it. Ends with 3 where it was not done.
    """
    _move(earlier, given, _alias_named(model), version, if_currently, consent)


@alias.command(
    "unset",
    examples=("mlflow-deck alias unset models:/churn@old --if-currently 9 --yes",),
)
@click.argument("model", metavar="MODEL@ALIAS", shell_complete=completion.models)
@click.option("--if-currently", metavar="VERSION", help="Only if it points here now.")
@write_options
@context_options
def alias_unset(earlier: GivenOptions, /, model: str, if_currently: str | None, consent: Consent, **given: Any) -> None:
    """Take an alias away. Ends with 3 where it was not done."""
    _move(earlier, given, _alias_named(model), None, if_currently, consent)


def _alias_named(given: str) -> Named:
    meant = named_by(given)
    if not meant.alias:
        raise asked_wrongly("Nothing was moved", f"“{clean(given)}” names no alias.", "It would be models:/NAME@ALIAS.")
    return meant


def _move(
    earlier: GivenOptions,
    given: dict[str, Any],
    meant: Named,
    version: str | None,
    if_currently: str | None,
    consent: Consent,
) -> None:
    with opened(earlier, given) as session:
        refuse_read_only(session)
        model = session.registry.get_model(meant.model)
        now = model.aliases.get(meant.alias)
        before = now if if_currently is None else _expected(if_currently)
        to = _target(model, version) if version is not None else None
        step = {"kind": "model", "name": model.name, "field": f"alias {meant.alias}", "before": before, "after": to}
        if now != before:
            click.echo(
                f"Nothing was changed: {clean(meant.alias)} of {named(model.name)} is on {plans.shown(now)}, "
                f"not on {plans.shown(before)}.",
                err=True,
            )
            if consent.as_json:
                step |= {"outcome": "conflict", "found": now}
                print_json({"outcome": "conflict", "steps": [step]})
            raise SystemExit(EXIT_UNDONE)
        if to == now:
            click.echo(f"{clean(meant.alias)} of {named(model.name)} is on {plans.shown(now)} already.", err=True)
            if consent.as_json:
                print_json({"outcome": "nothing to do", "steps": []})
            return
        planned = plans.plan(model.name, model.aliases, {meant.alias: to})
        status = carried_out(session, guarded(session, planned, model), consent)
    raise SystemExit(status)


def _expected(said: str) -> str | None:
    if said.casefold() == "none":
        return None
    number = plans.version_number(said)
    if not number:
        raise asked_wrongly("Nothing was moved", f"“{clean(said)}” is no version: versions are numbers.")
    return number


def _target(model: RegisteredModel, said: str) -> str:
    """The version that is said by its number, or by the alias of the same model that points to it."""
    if said.startswith("@"):
        at = model.aliases.get(said[1:])
        if at is None:
            raise Problem(Kind.NOT_FOUND, "Nothing was moved", f"{named(model.name)} has no alias {clean(said[1:])}.")
        return at
    number = _expected(said)
    if number is None:
        raise asked_wrongly("Nothing was moved", "An alias cannot be pointed to none.", "alias unset takes it away.")
    return number


def guarded(session: Session, planned: AliasPlan, model: RegisteredModel) -> Plan:
    """A move with all that the panel of the deck knows of it before, and refuses. Raises Problem where one may not."""
    from tui.domain.models.grants import Deed

    refuse_without_grants(session, Deed.ALIAS, model.name)
    desk = session.desk
    desk.health.gather_served([model.name])
    absent = desk.learn(planned)
    return desk.guarded(planned, model, model.aliases, absent=absent, signs=SIGNS)


def refuse_without_grants(session: Session, deed: Deed, model: str) -> None:
    """Raise Problem where Unity Catalog's grants say that a deed will be refused."""
    from tui.services.permissions import Permissions, doubtful, statements

    if session.catalog is None:
        return
    found = Permissions(session.catalog, session.clock).refusals(deed, model)
    if found and not doubtful(found):
        reasons = ". ".join(f"{one.words[:1].upper()}{one.words[1:]}" for one in found)
        raise Problem(Kind.FORBIDDEN, "Nothing was changed", f"{reasons}.", f"Ask for: {statements(found)}")


_TENURE: Sequence[PrintedColumn[Tenure]] = (
    PrintedColumn("since", lambda one: instant(one.since_ms)),
    PrintedColumn("until", lambda one: instant(one.until_ms)),
    PrintedColumn("version", lambda one: None if one.is_gap else one.held[0], lambda one: _held_words(one)),
    PrintedColumn("known", lambda one: not one.is_gap),
    PrintedColumn("between", lambda one: list(one.held) if one.is_gap else [], in_table=False),
    PrintedColumn("by", lambda one: one.by, lambda one: _by_words(one)),
    PrintedColumn("why", lambda one: one.why),
    PrintedColumn("source", lambda one: one.source),
)


def _by_words(one: Tenure) -> str:
    """Who began it; of a gap said to which version, as somebody else went on from there."""
    return clean(f"{one.by} ({plans.shown(one.held[0])})" if one.is_gap and one.by else one.by)


def _held_words(one: Tenure) -> str:
    versions = [plans.shown(version) for version in one.held]
    return f"not known: {', then '.join(versions)}" if one.is_gap else versions[0]


@alias.command(
    "history",
    examples=(
        "mlflow-deck alias history models:/churn@champion",
        "mlflow-deck alias history models:/churn@champion --at 2026-03-03T14:00Z",
    ),
)
@click.argument("model", metavar="MODEL@ALIAS", shell_complete=completion.models)
@click.option("--at", "moment", metavar="TIME", help="Print only the version that it was on then.")
@output_options
@context_options
def alias_history(earlier: GivenOptions, /, model: str, moment: str | None, form: str, **given: Any) -> None:
    """Tell who held an alias from when to when, who moved it and why.

    From this machine's ledger, those merged into it and mirrored tags; what they do not tell is a gap. With --at it
    ends with 1 where that is not known. A TIME without a zone is of this machine's.
    """
    from tui.services.alias_moves import history_of

    meant = _alias_named(model)
    with opened(earlier, given) as session:
        found = session.registry.get_model(meant.model)
        known = history_of(session, found, meant.alias)
        if moment is None:
            print_rows(form, _TENURE, [known], nothing="")
            return
        one = tenure_at(known, _moment(moment, session))
    if one is None or one.is_gap or one.since_ms is None:
        click.echo(_not_known(one), err=True)
        if form == JSON:
            print_json(None)
        raise SystemExit(EXIT_NO)
    if form == TABLE:
        write(f"{clean(one.held[0] or 'none')}\n")
    else:
        print_one(form, _TENURE, one)


def _not_known(one: Tenure | None) -> str:
    if one is None or one.since_ms is None:
        first = f"; {plans.shown(one.held[0])} is the first that is told of" if one is not None else ""
        return f"Not known: nothing tells of a time so early{clean(first)}."
    until = instant(one.until_ms) or "now"
    versions = " and ".join(plans.shown(version) for version in dict.fromkeys(one.held))
    return clean(f"Not known: between {instant(one.since_ms)} and {until} it was moved unseen; {versions} are known.")


def _moment(said: str, session: Session) -> int:
    text = said.strip().removesuffix("UTC").strip() + ("Z" if said.strip().endswith("UTC") else "")
    # Python 3.10 takes neither Z nor a time without minutes' colon.
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise asked_wrongly(
            "Nothing was read", f"“{clean(said)}” is no time.", "It would be 2026-03-03T14:00Z or 2026-03-03 14:00."
        ) from None
    return round((at if at.tzinfo is not None else at.replace(tzinfo=session.clock.zone)).timestamp() * 1000)


@click.command(
    "undo",
    cls=Group.command_class,
    examples=(
        "mlflow-deck undo churn --dry-run",
        "mlflow-deck undo models:/churn --yes --reason 'INC-42: back'",
    ),
)
@click.argument("model", shell_complete=completion.models)
@write_options
@context_options
def undo(earlier: GivenOptions, /, model: str, consent: Consent, **given: Any) -> None:
    """Take back the last change of a model; one made from this machine, as u in the deck does.

    Refused where somebody has changed it since. Ends with 3 where it was not done.
    """
    name = named_by(model).model
    with opened(earlier, given) as session:
        refuse_read_only(session)
        plan, found, stays = session.desk.undo(name)
        if plan is None:
            kept = f" {stays} cannot be taken back." if stays else ""
            raise asked_wrongly(
                "Nothing was changed", f"Nothing was changed of {named(name)} from here that could be undone.{kept}"
            )
        if all(change.alias and change.id == found.name for change in plan.changes):
            plan = guarded(session, AliasPlan.of_changes(plan, found.name), found)
        else:
            from tui.domain.models.grants import Deed

            moved = next((change.id for change in plan.changes if change.alias), "")
            deed = Deed.ALIAS if moved else Deed.TAG if plan.changes[0].key else Deed.DESCRIBE
            refuse_without_grants(session, deed, moved or name)
            plan = session.flow.dressed(plan)
        status = carried_out(session, plan, consent)
    raise SystemExit(status)
