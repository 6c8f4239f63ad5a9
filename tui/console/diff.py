"""``mlflow-deck diff``: a comparison of runs for scripts and pull requests, by the same code as the screen's."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING

from tui.domain.problem import Kind, Problem
from tui.domain.text import clean, fit
from tui.domain.values import Lifecycle, pages_of
from tui.gateway.ports import TrackingPort
from tui.services.clock import SystemClock

if TYPE_CHECKING:
    from tui.config.launch import Launch
    from tui.domain.diff.comparison import Comparison
    from tui.domain.diff.sheet import Sheet
    from tui.domain.table import Table
    from tui.services.session import Session


FORMATS = ("table", "md", "json", "csv", "html")
_RUN_ID = re.compile(r"[0-9a-f]{32}\Z")
_PAGE = 1000  # experiments asked for at a time
_AT_ONCE = 200  # experiments searched in one request
_PLAIN_WIDTH = 160  # of a table that goes to no terminal


@dataclass(frozen=True)
class DiffOptions:
    """What was said on the command line; ``tolerance`` None leaves it to the configuration."""

    only_differences: bool = False
    system_tags: bool = False
    baseline: str | None = None
    tolerance: float | None = None
    form: str = "table"


@contextlib.contextmanager
def gateway(launch: Launch) -> Iterator[TrackingPort]:
    """A context's tracking server from this very process; whatever MLflow prints goes to stderr."""
    if launch.ssh:  # a tunnel is of a context's process
        with opened({launch.context_name: launch}) as trackings:
            yield trackings[launch.context_name]
        return
    from tui.gateway import environment
    from tui.gateway.dispatch import tracking_of
    from tui.gateway.session import Connection
    from tui.host.wire import spec_of

    environment.prepare(
        tracking_uri=launch.tracking_uri,
        registry_uri=launch.registry_uri,
        profile=launch.profile,
        extra=spec_of(launch).environment,
        timeout_s=launch.timeout_s,
    )
    with contextlib.redirect_stdout(sys.stderr):
        yield tracking_of(Connection(launch.tracking_uri, launch.registry_uri, launch.timeout_s))


def compared(
    tracking: TrackingPort, runs: Sequence[str], options: DiffOptions, tolerance: float, directions: Mapping[str, str]
) -> Comparison:
    """The comparison of runs given by id, ``runs:/ID`` or name. Raises Problem where one cannot be had."""
    from tui.services.compared_runs import RunsWanted, read

    run_ids = found(tracking, runs)
    answer = read(tracking, RunsWanted(tuple(run_ids.values()), now_ms=SystemClock().now_ms()))
    refuse_missing(run_ids, answer.missing)
    return comparison_of(answer.sheet, options, tolerance, directions)


def versions_as_sheet(session: Session, given: Sequence[str], options: DiffOptions) -> tuple[Sheet, DiffOptions]:
    """Versions of one model as a sheet, and the options with the baseline as the sheet calls it.

    Raises Problem where they are of several models, and where one is not there.
    """
    from tui.console.models import named_by, version_of
    from tui.services.compared_runs import version_sheet

    found = [version_of(session, named_by(text)) for text in given]
    names = list(dict.fromkeys(made.name for made in found))
    if len(names) > 1:
        raise Problem(
            Kind.BAD_REQUEST,
            "The versions were not compared",
            f"They are of several models: {', '.join(map(clean, names))}.",
            "Versions of one model can be compared; of others, the runs that they were made from.",
        )
    baseline = options.baseline
    if baseline is not None and baseline.startswith("models:"):
        baseline = f"v{version_of(session, named_by(baseline)).version}"
    versions = tuple(dict.fromkeys(made.version for made in found))
    return version_sheet(session, names[0], versions), replace(options, baseline=baseline)


def refuse_missing(run_ids: Mapping[str, str], missing: Sequence[str]) -> None:
    """Raise a Problem where runs are not there; ``run_ids`` are ids by what was given."""
    if missing:
        said = ", ".join(f"“{clean(given)}”" for given, run_id in run_ids.items() if run_id in missing)
        raise Problem(
            Kind.NOT_FOUND,
            "The runs were not compared",
            f"There is no run {said}.",
            "Give ids or names of runs; --context, --tracking-uri or CONTEXT:RUN says where they are.",
        )


def comparison_of(sheet: Sheet, options: DiffOptions, tolerance: float, directions: Mapping[str, str]) -> Comparison:
    """The comparison of a sheet by what was said on the command line, else by the configuration."""
    from tui.domain.diff.comparison import Comparison

    tolerance = tolerance if options.tolerance is None else options.tolerance
    return Comparison(sheet, tolerance=tolerance, directions=directions)


def written(comparison: Comparison, options: DiffOptions, zone: tzinfo, cells: int | None) -> str:
    """The comparison in the form asked for; ``cells`` is the width of the terminal, None where there is none."""
    from tui.domain.diff.arrangement import DiffArrangement, arrange
    from tui.domain.diff.table import CellWriter, CompareTable
    from tui.domain.export import FORMATS as EXPORTS
    from tui.domain.export import counts_line, report

    arranged = arrange(
        comparison,
        DiffArrangement(
            baseline=_baseline(comparison, options.baseline),
            only_differences=options.only_differences,
            system_tags=options.system_tags,
        ),
    )
    writer = CellWriter(comparison, arranged.baseline, zone=zone)
    made = report(comparison, arranged, writer)
    if options.form != "table":
        return EXPORTS[options.form].render(made)
    table = CompareTable(comparison, arranged, writer, room=cells or _PLAIN_WIDTH)
    return "\n".join([*plain_lines(table), "", counts_line(made)]) + "\n"


def plain_lines(table: Table) -> list[str]:
    """Any table as lines of text, each column as wide as it wants to be."""
    columns = table.columns
    lines = ["  ".join(fit(column.title, column.width, column.align) for column in columns).rstrip()]
    texts = [table.texts(column.key, 0, table.row_count) for column in columns]
    for cells in zip(*texts, strict=True):
        line = (fit(text, column.width, column.align) for text, column in zip(cells, columns, strict=True))
        lines.append("  ".join(line).rstrip())
    return lines


def found(tracking: TrackingPort, runs: Sequence[str]) -> dict[str, str]:
    """Ids by what was given; a name is looked for in every experiment and has to be that of one run only."""
    ids = {given: given.removeprefix("runs:/").rstrip("/") for given in runs}
    for given, run_id in ids.items():
        if not _RUN_ID.match(run_id):
            named = _named(tracking, given)
            if len(named) > 1:
                raise Problem(
                    Kind.BAD_REQUEST,
                    "The runs were not compared",
                    f"{len(named)} runs are called “{clean(given)}”: {', '.join(clean(one) for one in named[:5])}"
                    f"{' …' if len(named) > 5 else ''}.",
                    "Give the id of the one that is meant.",
                )
            ids[given] = named[0] if named else run_id
    return ids


def _named(tracking: TrackingPort, name: str) -> list[str]:
    if "'" in name and '"' in name:
        return []  # MLflow's filters have no way to say such a name
    quote = '"' if "'" in name else "'"
    run_ids: list[str] = []
    pages = pages_of(partial(tracking.search_experiments, Lifecycle.ACTIVE, max_results=_PAGE))
    experiments = [experiment.id for page in pages for experiment in page.experiments]
    for at in range(0, len(experiments), _AT_ONCE):
        runs = tracking.search_runs(
            experiments[at : at + _AT_ONCE],
            filter_string=f"attributes.run_name = {quote}{name}{quote}",
            max_results=10,
        )
        run_ids += [run_id for run_id, found in zip(runs.run_ids, runs.names, strict=True) if found == name]
    return run_ids


def _baseline(comparison: Comparison, given: str | None) -> str:
    if given is None:
        return ""
    context, colon, there = given.partition(":")
    contexts = {subject.context for subject in comparison.subjects}
    named = (context, there) if colon and context in contexts else (None, given)
    wanted = named[1].removeprefix("runs:/").rstrip("/")
    meant = [
        subject
        for subject in comparison.subjects
        if wanted in (subject.run_id, subject.name) and named[0] in (None, subject.context)
    ]
    if len(meant) > 1:
        raise Problem(
            Kind.BAD_REQUEST,
            "The runs were not compared",
            f"The baseline “{clean(given)}” may be {' or '.join(clean(subject.id) for subject in meant)}.",
            "Give one of these.",
        )
    if meant:
        return meant[0].id
    raise Problem(
        Kind.BAD_REQUEST,
        "The runs were not compared",
        f"The baseline “{clean(given)}” is none of the runs compared.",
        "Give it as one of the runs, too.",
    )


# Runs of several contexts for ``mlflow-deck diff``: which run is of which context, and reading them as one sheet.


@dataclass(frozen=True)
class GivenRun:
    """A run as it was given: the context it is of, and its id, address or name there."""

    context: str
    run: str


def given_runs(runs: Iterable[str], contexts: Mapping[str, object]) -> tuple[GivenRun, ...]:
    """What ``RUN`` and ``CONTEXT:RUN`` mean; the context is "" for the one that the command opens.

    Only names of contexts count: another word before a colon is part of a run's name.
    """
    found_runs = []
    for text in runs:
        context, colon, run = text.partition(":")
        of_another = bool(colon) and bool(run) and context in contexts and not text.startswith("runs:/")
        found_runs.append(GivenRun(context, run) if of_another else GivenRun("", text))
    return tuple(dict.fromkeys(found_runs))


def launches_of(
    runs: Sequence[GivenRun], resolve: Callable[[str], Launch]
) -> tuple[tuple[GivenRun, ...], dict[str, Launch]]:
    """Each run with its context by name, and those contexts; ``resolve`` answers the launch of one, of "" the open one.

    The open one may be among those named. Where it only shares a name with one, it is called by where it leads.
    """
    launches = {name: resolve(name) for name in dict.fromkeys(one.context for one in runs)}
    if "" not in launches:
        return tuple(runs), launches
    here = launches.pop("")
    name = here.context_name
    if name in launches and launches[name].place_shown != here.place_shown:
        name = here.place_shown
    launches.setdefault(name, here)
    return tuple(dict.fromkeys(one if one.context else GivenRun(name, one.run) for one in runs)), launches


@contextlib.contextmanager
def opened(launches: Mapping[str, Launch]) -> Iterator[Mapping[str, TrackingPort]]:
    """A process for each context, all started at once and ended afterwards; what MLflow prints goes to stderr."""
    from tui.host.host import Host
    from tui.host.wire import spec_of

    hosts: dict[str, Host] = {}
    try:
        for name, launch in launches.items():
            hosts[name] = Host.start(spec_of(launch))
        with contextlib.redirect_stdout(sys.stderr):
            yield {name: host.ports.tracking for name, host in hosts.items()}
    finally:
        for host in hosts.values():
            host.close()


def sheet_across(trackings: Mapping[str, TrackingPort], runs: Sequence[GivenRun]) -> Sheet:
    """The runs as one sheet, in their order; a Problem names the context that it is of."""
    from tui.domain.diff.sheet import joined

    sheets, ids = [], {}
    for context in dict.fromkeys(one.context for one in runs):
        texts = [one.run for one in runs if one.context == context]
        sheet, run_ids = _sheet_of(trackings[context], context, texts)
        sheets.append(sheet)
        ids.update({GivenRun(context, text): f"{context}:{run_id}" for text, run_id in run_ids.items()})
    sheet = joined(sheets)
    column_of = {subject.id: column for column, subject in enumerate(sheet.subjects)}
    return sheet.at([column_of[subject] for subject in dict.fromkeys(ids[one] for one in runs)])


def _sheet_of(tracking: TrackingPort, context: str, texts: Sequence[str]) -> tuple[Sheet, Mapping[str, str]]:
    from tui.services.compared_runs import RunsWanted, read

    try:
        ids = found(tracking, texts)
        answer = read(tracking, RunsWanted(tuple(ids.values()), now_ms=SystemClock().now_ms()), context=context)
        refuse_missing(ids, answer.missing)
    except Problem as problem:
        raise problem.in_context(clean(context)) from problem
    return answer.sheet, ids
