"""``mlflow-deck prompts``, and the difference of two versions of prompts, for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.console.command import (
    JSON,
    Group,
    PrintedColumn,
    asked_wrongly,
    context_options,
    instant,
    opened,
    output_options,
    paged,
    print_one,
    print_rows,
    upto,
)
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import author, difference, own_tags_left_out, template_of, uri_parts, whole_text
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.services.session import Session

_PAGE = 200
_FORMS = "A prompt is named by NAME, prompts:/NAME/VERSION or prompts:/NAME@ALIAS."
_Row = tuple[ModelVersion, RegisteredModel]


def named_by(given: str) -> tuple[str, str, str]:
    """The name, version and alias that ``prompts:/NAME@ALIAS`` and its like mean; ``prompts:/`` may be left out."""
    found = uri_parts(given if given.startswith("prompts:") else f"prompts:/{given}")
    if found is None:
        raise asked_wrongly("No prompt was read", f"“{clean(given)}” names no prompt.", _FORMS)
    return found


def version_of(session: Session, given: str) -> _Row:
    """The version that is meant, the newest where none is named, and its prompt; raises Problem where there is none."""
    name, version, alias = named_by(given)
    prompt = session.prompts.get_model(name)
    if alias:
        newest = prompt.newest.version if prompt.newest is not None and alias == "latest" else ""
        version = prompt.aliases.get(alias, newest)
        if not version:
            raise Problem(Kind.NOT_FOUND, "No version was read", f"{clean(name)} has no alias {clean(alias)}.")
    version = version or (prompt.newest.version if prompt.newest is not None else "")
    made = session.prompts.get_versions([(name, version)]).get((name, version))
    if made is None:
        raise Problem(Kind.NOT_FOUND, "No version was read", f"{clean(name)} has no version {clean(version) or 'yet'}.")
    return made, prompt


@click.group(cls=Group)
def prompts() -> None:
    """Prompts, for scripts."""


_PROMPT: Sequence[PrintedColumn[RegisteredModel]] = (
    PrintedColumn("name", lambda prompt: prompt.name),
    PrintedColumn("newest", lambda prompt: prompt.newest.version if prompt.newest is not None else None, align="right"),
    PrintedColumn("aliases", lambda prompt: dict(sorted(prompt.aliases.items()))),
    PrintedColumn("created", lambda prompt: instant(prompt.created_ms), in_table=False),
    PrintedColumn("updated", lambda prompt: instant(prompt.updated_ms)),
    PrintedColumn("description", lambda prompt: prompt.description, in_table=False),
    PrintedColumn("tags", lambda prompt: own_tags_left_out(prompt.tags), in_table=False, in_csv=False),
)
_VERSION: Sequence[PrintedColumn[_Row]] = (
    PrintedColumn("prompt", lambda row: row[0].name, in_table=False),
    PrintedColumn("version", lambda row: row[0].version, align="right"),
    PrintedColumn("aliases", lambda row: list(row[1].aliases_of(row[0].version))),
    PrintedColumn("created", lambda row: instant(row[0].created_ms)),
    PrintedColumn("user", lambda row: author(row[0])),
    PrintedColumn("message", lambda row: row[0].description),
    PrintedColumn("kind", lambda row: template_of(row[0]).kind),
    PrintedColumn("variables", lambda row: list(template_of(row[0]).variables)),
    PrintedColumn("settings", lambda row: dict(template_of(row[0]).settings or {}), in_table=False, in_csv=False),
    PrintedColumn("response_format", lambda row: template_of(row[0]).response_format or None, in_table=False),
    PrintedColumn("tags", lambda row: own_tags_left_out(row[0].tags), in_table=False, in_csv=False),
    PrintedColumn("text", lambda row: template_of(row[0]).text, in_table=False),
)
_WHOLE_VERSION: Sequence[PrintedColumn[_Row]] = tuple(PrintedColumn(field.name, field.value) for field in _VERSION)


@prompts.command(
    "list",
    examples=(
        "mlflow-deck prompts list",
        "mlflow-deck prompts list --json | jq -r '.[] | select(.aliases.production == null) | .name'",
    ),
)
@output_options
@click.option("--named", metavar="TEXT", default="", help="Only those whose name holds this.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="End after so many.")
@context_options
@click.pass_obj
def prompts_list(earlier: GivenOptions, /, form: str, named: str, limit: int | None, **given: Any) -> None:
    """List prompts with their aliases, by name."""
    with opened(earlier, given) as session:
        pages = (
            [prompt for prompt in page if named.casefold() in prompt.name.casefold()] for page in every_prompt(session)
        )
        print_rows(form, _PROMPT, upto(pages, limit), nothing="There is no such prompt.")


def every_prompt(session: Session) -> Iterator[Sequence[RegisteredModel]]:
    """Pages of prompts."""
    return paged(lambda token: session.prompts.search_models(max_results=_PAGE, token=token), "models")


@prompts.command(
    "get",
    examples=(
        "mlflow-deck prompts get support_reply@production --json | jq -r .text",
        "mlflow-deck prompts get prompts:/support_reply/3",
    ),
)
@click.argument("prompt")
@output_options
@context_options
@click.pass_obj
def prompts_get(earlier: GivenOptions, /, prompt: str, form: str, **given: Any) -> None:
    """Print a version of a prompt, the newest where none is named."""
    with opened(earlier, given) as session:
        print_one(form, _WHOLE_VERSION, version_of(session, prompt))


@prompts.command("versions", examples=("mlflow-deck prompts versions support_reply --csv",))
@click.argument("prompt")
@output_options
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="End after so many.")
@context_options
@click.pass_obj
def prompts_versions(earlier: GivenOptions, /, prompt: str, form: str, limit: int | None, **given: Any) -> None:
    """List the versions of a prompt, the newest first."""
    name, _, _ = named_by(prompt)
    with opened(earlier, given) as session:
        found = session.prompts.get_model(name)
        pages = paged(lambda token: session.prompts.search_versions(name, token=token), "versions")
        rows = ([(made, found) for made in page] for page in pages)
        print_rows(form, _VERSION, upto(rows, limit), nothing="The prompt has no version.")


# two versions


def print_difference(session: Session, given: Sequence[str], form: str, cells: int) -> bool:
    """Print what differs between two versions word by word, or as JSON; answers whether anything does."""
    if len(given) != 2:
        raise asked_wrongly("Nothing was compared", f"Two versions are compared, and these are {len(given)}.", _FORMS)
    (before, _), (after, _) = (version_of(session, one) for one in given)
    first, second = template_of(before), template_of(after)
    found = difference(first, second, cells, side_by_side=False)
    if form == JSON:
        said = {
            "baseline": {"prompt": before.name, "version": before.version, "text": whole_text(first)},
            "other": {"prompt": after.name, "version": after.version, "text": whole_text(second)},
            "differs": bool(found.starts),
            "notes": list(found.notes),
            "difference": list(found.body.lines),
        }
        sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")
    else:
        head = f"{clean(before.name)} v{before.version} against {clean(after.name)} v{after.version}"
        lines = [" · ".join([head, *found.notes]), "", *found.body.lines]
        sys.stdout.write("\n".join(lines if found.starts else [head, "Nothing differs."]) + "\n")
    return bool(found.starts)
