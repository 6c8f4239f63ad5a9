"""Runs of several contexts for ``mlflow-deck diff``: which run is of which context, and reading them as one sheet."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.console.diff import found, refuse_missing
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.gateway.ports import TrackingPort

if TYPE_CHECKING:
    from tui.config.launch import Launch
    from tui.domain.diff.sheet import Sheet


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
    if name in launches and launches[name].tracking_uri != here.tracking_uri:
        name = here.place_shown
    launches.setdefault(name, here)
    return tuple(dict.fromkeys(one if one.context else GivenRun(name, one.run) for one in runs)), launches


@contextlib.contextmanager
def opened(launches: Mapping[str, Launch]) -> Iterator[Mapping[str, TrackingPort]]:
    """A process for each context, all started at once and ended afterwards; what MLflow prints goes to stderr."""
    from tui.host import Host
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
        answer = read(tracking, RunsWanted(tuple(ids.values())), context=context)
        refuse_missing(ids, answer.missing)
    except Problem as problem:
        raise problem.in_context(clean(context)) from problem
    return answer.sheet, ids
