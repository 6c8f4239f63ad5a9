"""Prompts, traces and evaluations for scripts: ``mlflow-deck prompts``, ``traces`` and ``evaluations``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tui.console import completion
from tui.console.command import (
    EXIT_NO,
    JSON,
    CommandWithExamples,
    Group,
    PrintedColumn,
    asked_wrongly,
    context_options,
    filter_option,
    in_full,
    instant,
    limit_option,
    named_option,
    opened,
    output_options,
    paged,
    plain,
    print_one,
    print_rows,
    upto,
    write,
)
from tui.console.models import REGISTERED, VersionRow
from tui.console.runs import every_experiment, experiment_of
from tui.domain.filter.nodes import FilterError, instants_ms
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import author, difference, own_tags_left_out, template_of, uri_parts, whole_text
from tui.domain.text import clean, named
from tui.domain.traces import table
from tui.domain.traces.filtering import TraceFilter, pushed, understood
from tui.domain.traces.values import STATE_LABELS, Assessment, EvaluationRun, TraceInfo
from tui.domain.values import pages_of
from tui.services.trace_desk import JudgedRun
from tui.services.trace_desk import judged_of as judged

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.services.session import Session


_PAGE = 500
_AT_ONCE = 100  # experiments searched in one request


def _said(one: Assessment) -> dict[str, object]:
    return {
        "kind": one.kind,
        "value": one.value,
        "source": one.source_type,
        "source_id": one.source_id,
        "rationale": one.rationale,
        "error": one.error,
    }


def _said_of(info: TraceInfo) -> dict[str, object]:
    return {name: _said(one) for name, one in info.said.items()}


_TRACE: Sequence[PrintedColumn[TraceInfo]] = (
    PrintedColumn("trace_id", lambda one: one.id),
    PrintedColumn("status", lambda one: STATE_LABELS.get(one.state, one.state.lower())),
    PrintedColumn("started", lambda one: instant(one.started_ms)),
    PrintedColumn("name", lambda one: one.name),
    PrintedColumn("took_ms", lambda one: one.took_ms, lambda one: table.took(one.took_ms), "right"),
    PrintedColumn("tokens", lambda one: one.tokens, align="right"),
    PrintedColumn("cost", lambda one: one.cost, lambda one: table.cost(one.cost), "right"),
    PrintedColumn("spans", lambda one: one.spans, align="right", in_table=False),
    PrintedColumn("session", lambda one: one.session),
    PrintedColumn("user", lambda one: one.user),
    PrintedColumn("experiment_id", lambda one: one.experiment_id, in_table=False),
    PrintedColumn("run_id", lambda one: one.run_id, in_table=False),
    PrintedColumn("model_id", lambda one: one.model_id, in_table=False),
    PrintedColumn("input_tokens", lambda one: one.input_tokens, in_table=False),
    PrintedColumn("output_tokens", lambda one: one.output_tokens, in_table=False),
    PrintedColumn("request", lambda one: one.request, lambda one: table.line_of(one.request)),
    PrintedColumn("response", lambda one: one.response, in_table=False),
    PrintedColumn("assessments", lambda one: _said_of(one), in_table=False, in_csv=False),
    PrintedColumn("tags", lambda one: one.tags, in_table=False, in_csv=False),
    PrintedColumn("metadata", lambda one: one.metadata, in_table=False, in_csv=False),
)


@click.command(
    "traces",
    cls=CommandWithExamples,
    examples=(
        "mlflow-deck traces support-agent --since -1h",
        "mlflow-deck traces support-agent --filter 'status = error AND took > 4s' --json | jq -r .trace_id",
        "mlflow-deck traces support-agent --since -15m --fail-on 'correctness = false OR cost > 0.5'",
    ),
)
@click.argument("experiment", nargs=-1, shell_complete=completion.experiments)
@output_options
@filter_option
@click.option("--since", metavar="TIME", default="", help="Only those that began since: -1h, today, 2026-11-29.")
@limit_option
@click.option("--fail-on", metavar="FILTER", default="", help="Exit with 1 if any of those listed matches this.")
@context_options
def traces(
    earlier: GivenOptions,
    /,
    experiment: tuple[str, ...],
    form: str,
    text: str,
    since: str,
    limit: int | None,
    fail_on: str,
    **given: Any,
) -> None:
    """List traces, the latest first; of experiments, given by name or id, or of all. JSON is one object a line."""
    with opened(earlier, given) as session:
        failing = _Matching(session, fail_on) if fail_on.strip() else None
        pages = _watched(upto(found_traces(session, experiment, text, since), limit), failing)
        if form == JSON:
            _print_lines(pages)
        else:
            print_rows(form, _TRACE, pages, nothing="There is no such trace.")
    if failing is not None and failing.count:
        many = f"{failing.count} trace{'' if failing.count == 1 else 's'}"
        click.echo(f"{many} matched  {clean(fail_on)}", err=True)
        raise SystemExit(EXIT_NO)


@click.command(
    "evaluations",
    cls=CommandWithExamples,
    examples=(
        "mlflow-deck evaluations support-agent",
        "mlflow-deck evaluations support-agent --json | jq '.[0].judges'",
    ),
)
@click.argument("experiment", nargs=-1, required=True, shell_complete=completion.experiments)
@output_options
@click.option("--dataset", metavar="NAME", default="", help="Only those over the evaluation dataset of this name.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="So many at most."
)
@context_options
def evaluations(
    earlier: GivenOptions, /, experiment: tuple[str, ...], form: str, dataset: str, limit: int, **given: Any
) -> None:
    """List evaluation runs with what each judge said; the latest first."""
    with opened(earlier, given) as session:
        ids = [experiment_of(session.tracking, one).id for one in experiment]
        runs = session.evaluations.runs(ids, dataset=dataset, max_results=limit)
        # Each as its traces have been read.
        pages = ([(run, judged(session.traces, run))] for run in runs)
        print_rows(form, _EVALUATION, pages, nothing="There is no such evaluation run.")


def _told(run: EvaluationRun, found: JudgedRun) -> dict[str, object]:
    return {
        name: {"mean": run.means.get(f"{name}/mean", tally.mean), "count": tally.count, "errors": tally.errors}
        for name, tally in found.judges.items()
    }


def _means(run: EvaluationRun, found: JudgedRun) -> str:
    said = ((name, run.means.get(f"{name}/mean", tally.mean), tally.count) for name, tally in found.judges.items())
    return "  ".join(f"{name} {'–' if mean is None else f'{mean:.3g}'} ({count})" for name, mean, count in said)


_EVALUATION: Sequence[PrintedColumn[tuple[EvaluationRun, JudgedRun]]] = (
    PrintedColumn("run_id", lambda one: one[0].id),
    PrintedColumn("name", lambda one: one[0].name),
    PrintedColumn("started", lambda one: instant(one[0].started_ms)),
    PrintedColumn("dataset", lambda one: one[0].dataset),
    PrintedColumn("inputs", lambda one: one[1].traces, align="right"),
    PrintedColumn("failed", lambda one: one[1].failed, align="right"),
    PrintedColumn("judges", lambda one: _told(*one), lambda one: _means(*one), in_csv=False),
    PrintedColumn("means", lambda one: dict(one[0].means), in_table=False, in_csv=False),
    PrintedColumn("dataset_id", lambda one: one[0].dataset_id, in_table=False),
    PrintedColumn("agent", lambda one: one[0].agent, in_table=False),
    PrintedColumn("experiment_id", lambda one: one[0].experiment_id, in_table=False),
)


def found_traces(session: Session, named: Sequence[str], text: str, since: str) -> Iterator[Sequence[TraceInfo]]:
    """Pages of the traces of these experiments, or of all, that match a filter and began since a time."""
    clock = session.clock
    first_ms = 0
    if since:
        span = instants_ms(since, clock.now_ms(), clock.zone)
        if span is None:
            hint = "For example -1h, today, or 2026-11-29."
            raise asked_wrongly("The traces were not listed", f"“{clean(since)}” is no time.", hint)
        first_ms = span[0]
    matching = _Matching(session, text)
    server = matching.server_filter
    if first_ms:
        server = " AND ".join(filter(None, (server, f"trace.timestamp_ms >= {first_ms}")))
    if named:
        ids = [experiment_of(session.tracking, one).id for one in named]
    else:
        ids = [one.id for one in every_experiment(session)]
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        for page in pages_of(partial(session.traces.search, some, filter_string=server, max_results=_PAGE)):
            yield matching.of(page.infos)


class _Matching:
    """The traces that match a filter: the server is sent what it can quickly say of it, all is judged here."""

    def __init__(self, session: Session, text: str) -> None:
        self._text = text
        self._now_ms, self._zone = session.clock.now_ms(), session.clock.zone
        self.count = 0
        self.server_filter = ""
        self._local = text
        self._names: set[str] = set()
        self._filter: TraceFilter | None = None
        try:
            found = pushed(text, now_ms=self._now_ms, zone=self._zone)
        except FilterError as error:
            raise self._refused(error) from None
        if any(clause.startswith("span.") for clause in found.slow):
            # Spans are not here: the server has to say it, however long that takes it.
            self.server_filter, self._local = found.filter_string, found.left
        elif not found.slow:
            self.server_filter = found.filter_string

    def of(self, page: Sequence[TraceInfo]) -> Sequence[TraceInfo]:
        """Those of a page that match."""
        if not self._local.strip():
            return page
        fresh = {name for info in page for name in info.said} - self._names
        if fresh or self._filter is None:
            self._names |= fresh
            try:
                self._filter = understood(self._local, self._names, now_ms=self._now_ms, zone=self._zone)
            except FilterError as error:
                raise self._refused(error) from None
        return self._filter(page)

    def _refused(self, error: FilterError) -> Exception:
        return asked_wrongly(
            "The traces were not listed",
            f"The filter “{clean(self._text)}” cannot be applied: {clean(error.message)}",
            clean(error.hint) or "docs/traces.md says what a filter may hold.",
        )


def _watched(pages: Iterator[Sequence[TraceInfo]], failing: _Matching | None) -> Iterator[Sequence[TraceInfo]]:
    """The same pages, counted where they match what fails."""
    for page in pages:
        if failing is not None and page:
            failing.count += len(failing.of(page))
        yield page


def _print_lines(pages: Iterator[Sequence[TraceInfo]]) -> None:
    for page in pages:
        for one in page:
            said = {field.name: plain(field.value(one)) for field in _TRACE}
            write(json.dumps(said, allow_nan=False) + "\n")


# ``mlflow-deck prompts``, and the difference of two versions of prompts, for scripts.


_PROMPTS_A_PAGE = 200
_FORMS = "A prompt is named by NAME, prompts:/NAME/VERSION or prompts:/NAME@ALIAS."


def named_by(given: str) -> tuple[str, str, str]:
    """The name, version and alias that ``prompts:/NAME@ALIAS`` and its like mean; ``prompts:/`` may be left out."""
    found = uri_parts(given if given.startswith("prompts:") else f"prompts:/{given}")
    if found is None:
        raise asked_wrongly("No prompt was read", f"“{clean(given)}” names no prompt.", _FORMS)
    return found


def version_of(session: Session, given: str) -> VersionRow:
    """The version that is meant, the newest where none is named, and its prompt; raises Problem where there is none."""
    name, version, alias = named_by(given)
    prompt = session.prompts.get_model(name)
    if alias:
        newest = prompt.newest.version if prompt.newest is not None and alias == "latest" else ""
        version = prompt.aliases.get(alias, newest)
        if not version:
            raise Problem(Kind.NOT_FOUND, "No version was read", f"{named(name)} has no alias {clean(alias)}.")
    version = version or (prompt.newest.version if prompt.newest is not None else "")
    made = session.prompts.get_versions([(name, version)]).get((name, version))
    if made is None:
        raise Problem(Kind.NOT_FOUND, "No version was read", f"{named(name)} has no version {clean(version) or 'yet'}.")
    return made, prompt


@click.group(
    cls=Group,
    examples=(
        "mlflow-deck prompts list",
        "mlflow-deck prompts get support_reply@production",
    ),
)
def prompts() -> None:
    """Prompts, for scripts."""


_PROMPT: Sequence[PrintedColumn[RegisteredModel]] = (
    *REGISTERED,
    PrintedColumn("tags", lambda prompt: own_tags_left_out(prompt.tags), in_table=False, in_csv=False),
)
_VERSION: Sequence[PrintedColumn[VersionRow]] = (
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


@prompts.command(
    "list",
    examples=(
        "mlflow-deck prompts list",
        "mlflow-deck prompts list --json | jq -r '.[] | select(.aliases.production == null) | .name'",
    ),
)
@output_options
@named_option
@limit_option
@context_options
def prompts_list(earlier: GivenOptions, /, form: str, named: str, limit: int | None, **given: Any) -> None:
    """List prompts with their aliases, by name."""
    with opened(earlier, given) as session:
        pages = (
            [prompt for prompt in page if named.casefold() in prompt.name.casefold()] for page in every_prompt(session)
        )
        print_rows(form, _PROMPT, upto(pages, limit), nothing="There is no such prompt.")


def every_prompt(session: Session) -> Iterator[Sequence[RegisteredModel]]:
    """Pages of prompts."""
    return paged(lambda token: session.prompts.search_models(max_results=_PROMPTS_A_PAGE, token=token), "models")


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
def prompts_get(earlier: GivenOptions, /, prompt: str, form: str, **given: Any) -> None:
    """Print a version of a prompt, the newest where none is named."""
    with opened(earlier, given) as session:
        print_one(form, in_full(_VERSION), version_of(session, prompt))


@prompts.command("versions", examples=("mlflow-deck prompts versions support_reply --csv",))
@click.argument("prompt")
@output_options
@limit_option
@context_options
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
        head = f"{named(before.name)} v{before.version} against {clean(after.name)} v{after.version}"
        lines = [" · ".join([head, *found.notes]), "", *found.body.lines]
        sys.stdout.write("\n".join(lines if found.starts else [head, "Nothing differs."]) + "\n")
    return bool(found.starts)
