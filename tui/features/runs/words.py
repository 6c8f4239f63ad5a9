"""What the frame of the runs pane says: title, counts, footnotes, and the words in place of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.app.actions import key_of
from tui.domain import quantities
from tui.domain.columns import Arrangement, SortOrder
from tui.domain.experiments import Experiment, Lifecycle
from tui.domain.freshness import Freshness, FreshnessState
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Kind
from tui.domain.quantities import counted, matches
from tui.domain.text import clean, named
from tui.features.runs.loader import RunsLoader
from tui.services.runs_query import RunsQuery

if TYPE_CHECKING:
    from tui.domain.runs.table import ViewCounts

AS_SERVED: tuple[SortOrder, ...] = ((), (("start", True),))  # the orders in which runs come


@dataclass(frozen=True)
class RunsInView:
    """Everything that the words are about."""

    experiments: tuple[Experiment, ...]
    query: RunsQuery
    loader: RunsLoader
    freshness: Freshness
    arrangement: Arrangement
    counts: ViewCounts | None
    sort: SortOrder  # of the rows that are shown; another may have been chosen, and be under way
    filter_text: str
    filter_fails: bool  # the text is not understood, or does not suit the runs: an earlier one is in force
    bar_open: bool
    marks: int
    lead: str = "best"  # what stands first by the sort: best, worst, highest, lowest, first
    by_child: bool = False  # parents stand where the best of their children would
    hides: bool = False  # the server leaves out what one may not see
    traces: str = ""  # how to see the traces that there are of these experiments, which have no runs
    groups: int = 0  # in which the runs stand, by what the arrangement says
    of_some: bool = False  # a figure of a group is of fewer runs than there are in it
    sampled: int = 0  # runs of which figures that are shown were taken from samples
    restorable: bool = False  # deleted runs are shown, and may be restored


def title(shown: RunsInView, glyphs: Glyphs) -> tuple[str, ...]:
    """The title, then the counts: never a number that silently means the first page only."""
    name = "Runs"
    if len(shown.experiments) == 1:
        name = f"Runs · {named(shown.experiments[0].name)}"
    elif shown.experiments:
        name = f"Runs of {len(shown.experiments)} experiments"
    parts: list[str] = []
    loader = shown.loader
    if loader.store is not None:
        count = quantities.count(loader.loaded)
        partly = f"{count} of {quantities.count(loader.total) if loader.total else '?'}"
        if loader.complete:
            parts.append(count)
        elif shown.sort not in AS_SERVED or (shown.filter_text and not shown.filter_fails):
            # What stands first is the best of these only.
            more = "" if loader.loading_all else f", {key_of('runs.load_all')} loads all"
            parts.append(f"{shown.lead if shown.sort not in AS_SERVED else 'matches'} of {partly}{more}")
        else:
            parts.append(f"{partly} loaded")
    elif shown.freshness.state is FreshnessState.REMEMBERED or shown.freshness.as_of_ms is not None:
        parts.append("last seen")
    if shown.counts is not None and shown.filter_text and not shown.filter_fails:
        beside = f" beside {quantities.count(shown.counts.pinned_beside)} pinned" if shown.counts.pinned_beside else ""
        parts.append(matches(shown.counts.matching) + beside)
    if shown.query.view is not Lifecycle.ACTIVE:
        parts.append(shown.query.view.value)
    if shown.groups:
        by = ", ".join(clean(_sorted_by(key)) for key in shown.arrangement.texts("group_by"))
        parts.append(f"{counted(shown.groups, 'group')} by {by}")
    if shown.marks:
        parts.append(f"{shown.marks} marked")
    for key, descending in shown.sort[:3]:
        sign = glyphs.down if descending else glyphs.up
        parts.append(f"{clean(_sorted_by(key))} {sign}")
    return (name, *parts)


_OF_GROUPS = {"sd": "std", "low": "min", "high": "max"}


def _sorted_by(key: str) -> str:
    figure, colon, column = key.partition(":")
    if colon and figure in _OF_GROUPS:
        return f"{_OF_GROUPS[figure]} {_sorted_by(column)}"
    section, dot, name = key.partition(".")
    return key if not dot else name if section in ("metrics", "params", "tags") else f"{section} {name}"


def footnotes(shown: RunsInView) -> list[str]:
    """What else must be known to read the table rightly."""
    notes = []
    loader, counts = shown.loader, shown.counts
    if loader.loading_all:
        notes.append(f"loading all: {loader.pace}, {key_of('app.back')} stops")
    elif loader.too_many and not loader.complete:
        notes.append(f"the rest would take much memory: {key_of('runs.load_all')} loads it")
    elif loader.loading and loader.store is not None:
        notes.append("loading")
    if shown.restorable:
        notes.append(f"{key_of('runs.delete')} restores")
    if shown.by_child:
        notes.append(f"parents stand by their {shown.lead} child, {key_of('runs.tree')} makes one list")
    if shown.query.filter_string:
        notes.append(f"server: {clean(shown.query.filter_string)}")
    if shown.filter_text and not shown.bar_open:
        applied = "here, not applied" if shown.filter_fails else "here"
        notes.append(f"{applied}: {clean(shown.filter_text)}")
    if counts is not None and counts.put_away:
        put_away, key = quantities.count(counts.put_away), key_of("runs.show_hidden")
        in_view = shown.arrangement.flag("show_hidden", default=False)
        notes.append(f"{put_away} hidden" + (f", shown now ({key} hides them)" if in_view else f" ({key} shows them)"))
    if loader.figures_left:
        notes.append(f"columns of metrics over time: {quantities.count(loader.figures_left)} more runs to read")
    elif loader.figures_problem is not None:
        notes.append(f"columns of metrics over time could not be read: {clean(loader.figures_problem.message)}")
    elif shown.sampled:
        notes.append(f"min and max by samples of {counted(shown.sampled, 'run')}")
    if shown.groups and shown.of_some:
        notes.append("figures of groups leave out NaN, infinite and missing values")
    if counts is not None and counts.constants:
        many = len(counts.constants)
        notes.append(f"{many} constant column{'s' if many > 1 else ''} folded ({key_of('runs.differences')})")
    elif shown.arrangement.flag("varying_only", default=False):
        notes.append(f"every column varies ({key_of('runs.differences')})")
    if counts is not None and counts.orphans:
        notes.append(f"{counts.orphans} with a parent not loaded")
    if loader.registered_problem is not None:
        by_run = loader.registered_problem.kind is Kind.UNSUPPORTED
        notes.append("registered versions not known" + (": the registry cannot be asked by run" if by_run else ""))
    return notes


def placeholder(shown: RunsInView) -> str:
    """What stands where there are no rows, with the next step."""
    names = _names(shown.experiments)
    if shown.filter_fails and shown.loader.loaded:
        return f"This filter cannot be applied:  {clean(shown.filter_text)}\n{key_of('app.back')} clears the filter"
    if shown.filter_text and shown.loader.loaded:
        more = (
            ""
            if shown.loader.complete
            else f" · {key_of('runs.load_all')} loads the rest · {key_of('bar.server')} in the bar asks the server"
        )
        if shown.loader.loading_all:
            so_far = f"{quantities.count(shown.loader.loaded)} so far, the rest is being loaded"
            more = f" · {key_of('bar.server')} in the bar asks the server\n{so_far}"
        return f"No loaded run matches  {clean(shown.filter_text)}\n{key_of('app.back')} clears the filter{more}"
    if shown.query.filter_string:
        wanted = clean(shown.query.filter_string)
        return f"The server has no run in {names} that matches  {wanted}\n{key_of('app.back')} clears the filter"
    kind = "" if shown.query.view is Lifecycle.ALL else f"{shown.query.view.value} "
    seen = " that you may see" if shown.hides else ""
    others = f"{key_of('runs.lifecycle')} shows active, deleted or all"
    begin = " · :begin offers first steps" if not shown.hides and not shown.traces else ""
    return f"There are no {kind}runs in {names}{seen}.{shown.traces}\n{others}{begin}"


def _names(experiments: Sequence[Experiment]) -> str:
    if len(experiments) == 1:
        return named(experiments[0].name) or "this experiment"
    return f"these {len(experiments)} experiments"
