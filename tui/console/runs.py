"""``mlflow-deck experiments`` and ``mlflow-deck runs``: what is recorded, page by page as it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tui.console import completion
from tui.console.command import (
    JSON,
    TABLE,
    Group,
    PrintedColumn,
    asked_wrongly,
    context_options,
    filter_option,
    instant,
    limit_option,
    named_option,
    opened,
    output_options,
    paged,
    print_one,
    print_rows,
    upto,
)
from tui.domain.experiments import Experiment, Lifecycle
from tui.domain.problem import Kind, Problem
from tui.domain.text import clean
from tui.domain.values import pages_of

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.domain.filter.nodes import Query
    from tui.domain.runs.frame import RunsFrame
    from tui.domain.values import DatasetInput, RunDetail, RunsPage
    from tui.gateway.ports import TrackingPort
    from tui.services.session import Session

_PAGE = 1000
_AT_ONCE = 200  # experiments searched in one request
_PREFIXES = ("params.", "metrics.", "tags.")

lifecycle_option = click.option(
    "--lifecycle",
    type=click.Choice([view.value for view in Lifecycle]),
    default=Lifecycle.ACTIVE.value,
    show_default=True,
)


# experiments


@click.group(cls=Group, examples=("mlflow-deck experiments list --csv",))
def experiments() -> None:
    """Experiments, for scripts."""


_EXPERIMENT: Sequence[PrintedColumn[Experiment]] = (
    PrintedColumn("experiment_id", lambda one: one.id),
    PrintedColumn("name", lambda one: one.name),
    PrintedColumn("lifecycle", lambda one: one.lifecycle),
    PrintedColumn("created", lambda one: instant(one.created_ms), in_table=False),
    PrintedColumn("updated", lambda one: instant(one.updated_ms)),
    PrintedColumn("artifact_location", lambda one: one.artifact_location, in_table=False),
    PrintedColumn("note", lambda one: one.note, in_table=False),
    PrintedColumn("tags", lambda one: one.tags, in_table=False, in_csv=False),
)


@experiments.command(
    "list",
    examples=(
        "mlflow-deck experiments list",
        "mlflow-deck experiments list --json | jq -r '.[].name'",
        "mlflow-deck experiments list --lifecycle deleted --csv",
    ),
)
@output_options
@named_option
@lifecycle_option
@limit_option
@context_options
def experiments_list(
    earlier: GivenOptions, /, form: str, named: str, lifecycle: str, limit: int | None, **given: Any
) -> None:
    """List experiments, the last updated first."""
    with opened(earlier, given) as session:
        pages = _experiment_pages(session.tracking, Lifecycle(lifecycle))
        wanted = ([one for one in page if named.casefold() in one.name.casefold()] for page in pages)
        print_rows(form, _EXPERIMENT, upto(wanted, limit), nothing="There is no such experiment.")


def every_experiment(session: Session) -> Iterator[Experiment]:
    """The active experiments."""
    return (one for page in _experiment_pages(session.tracking, Lifecycle.ACTIVE) for one in page)


def _experiment_pages(tracking: TrackingPort, lifecycle: Lifecycle) -> Iterator[Sequence[Experiment]]:
    return paged(lambda token: tracking.search_experiments(lifecycle, max_results=_PAGE, token=token), "experiments")


def experiment_of(tracking: TrackingPort, given: str) -> Experiment:
    """The experiment that is meant by a name, an id, or ``experiments:/`` and either; a name goes first."""
    text = given.removeprefix("experiments:/")
    try:
        return tracking.get_experiment_by_name(text)
    except Problem as problem:
        if problem.kind is not Kind.NOT_FOUND or not text.isdecimal():
            raise
    return tracking.get_experiment(text)


# runs


@click.group(
    cls=Group,
    examples=(
        "mlflow-deck runs list churn/weekly --json",
        "mlflow-deck runs history gallant-ox-12 val_auc --csv",
    ),
)
def runs() -> None:
    """Runs, for scripts."""


@dataclass(frozen=True)
class RunRow:
    """One run of a page."""

    page: RunsPage
    at: int
    experiment: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]

    @property
    def run_id(self) -> str:
        return self.page.run_ids[self.at]

    def value(self, key: str) -> object:
        """A param, metric or tag by its whole name, ``metrics.auc``; None where the run has none."""
        kind, _, name = key.partition(".")
        held: Mapping[str, object] = {"params": self.params, "metrics": self.metrics, "tags": self.tags}[kind]
        return held.get(name)


_RUN: Sequence[PrintedColumn[RunRow]] = (
    PrintedColumn("run_id", lambda row: row.run_id),
    PrintedColumn("name", lambda row: row.page.names[row.at]),
    PrintedColumn("status", lambda row: row.page.statuses[row.at]),
    PrintedColumn("experiment_id", lambda row: row.page.experiment_ids[row.at], in_table=False),
    PrintedColumn("experiment", lambda row: row.experiment),
    PrintedColumn("start", lambda row: instant(row.page.starts_ms[row.at])),
    PrintedColumn("end", lambda row: instant(row.page.ends_ms[row.at]), in_table=False),
    PrintedColumn("user", lambda row: row.page.info["user"][row.at] if "user" in row.page.info else ""),
    PrintedColumn("lifecycle", lambda row: row.page.lifecycles[row.at], in_table=False),
)
_VALUES: Sequence[PrintedColumn[RunRow]] = (
    PrintedColumn("params", lambda row: row.params, in_table=False, in_csv=False),
    PrintedColumn("metrics", lambda row: row.metrics, in_table=False, in_csv=False),
    PrintedColumn("tags", lambda row: row.tags, in_table=False, in_csv=False),
)


def run_fields(columns: Sequence[str]) -> Sequence[PrintedColumn[RunRow]]:
    """The fields of runs, and one for each of ``columns`` (``metrics.auc``, ``params.lr``, ``tags.team``).

    Raises Problem for a column that is none of these.
    """
    fields = [*_RUN]
    for column in columns:
        if not column.startswith(_PREFIXES):
            raise asked_wrongly(
                "The runs were not listed",
                f"“{clean(column)}” is no column.",
                "A column is metrics.NAME, params.NAME or tags.NAME.",
            )
        fields.append(PrintedColumn(column, lambda row, key=column: row.value(key), align=_align(column)))  # type: ignore[misc]
    return [*fields, *_VALUES]


def _align(column: str) -> Any:
    return "right" if column.startswith("metrics.") else "left"


@runs.command(
    "list",
    examples=(
        "mlflow-deck runs list churn/weekly --filter 'metrics.auc > 0.93' --columns metrics.auc",
        "mlflow-deck runs list churn/weekly --json | jq -r '.[] | [.name, .metrics.auc] | @tsv'",
        "mlflow-deck runs list --filter 'status = failed AND age < 1d' --csv",
    ),
)
@click.argument("experiment", nargs=-1, shell_complete=completion.experiments)
@output_options
@filter_option
@click.option("--columns", metavar="A,B", default="", help="Also metrics.NAME, params.NAME, tags.NAME.")
@lifecycle_option
@limit_option
@context_options
def runs_list(
    earlier: GivenOptions,
    /,
    experiment: tuple[str, ...],
    form: str,
    text: str,
    columns: str,
    lifecycle: str,
    limit: int | None,
    **given: Any,
) -> None:
    """List runs of experiments, given by name or id, or of all; the latest first."""
    fields = run_fields([column.strip() for column in columns.split(",") if column.strip()])
    if form != JSON:
        fields = [field for field in fields if field not in _VALUES]
    with opened(earlier, given) as session:
        pages = found_runs(session, experiment, text, Lifecycle(lifecycle), most=limit)
        print_rows(form, fields, upto(pages, limit), nothing="There is no such run.")


def found_runs(
    session: Session, named: Sequence[str], text: str, view: Lifecycle, most: int | None = None
) -> Iterator[Sequence[RunRow]]:
    """Pages of the runs of these experiments, or of all, that match a filter of the deck's language."""
    query = _parsed(text)
    tracking = session.tracking
    chosen = [experiment_of(tracking, one) for one in named] if named else [*every_experiment(session)]
    names = {one.id: one.name for one in chosen}
    ids = list(names)
    matching = _Matching(query, names, session) if query is not None else None
    size = session.launch.page_size if most is None or matching is not None else min(session.launch.page_size, most)
    for at in range(0, len(ids), _AT_ONCE):
        wanted = matching.server_filter if matching is not None else ""
        some = ids[at : at + _AT_ONCE]
        for page in pages_of(partial(tracking.search_runs, some, filter_string=wanted, view=view, max_results=size)):
            rows = rows_of(page, names)
            yield rows if matching is None else matching.of(page, rows)
    if matching is not None:
        yield matching.rest()


def rows_of(page: RunsPage, experiments_by_id: Mapping[str, str]) -> list[RunRow]:
    """The runs of a page, each with what it has of params, metrics and tags."""
    count = len(page)
    params: list[dict[str, str]] = [{} for _ in range(count)]
    metrics: list[dict[str, float]] = [{} for _ in range(count)]
    tags: list[dict[str, str]] = [{} for _ in range(count)]
    for texts, held in ((page.params, params), (page.tags, tags)):
        for key, column in texts.items():
            for at, text in zip(column.rows, column.values, strict=True):
                held[at][key] = text
    for key, numbers in page.metrics.items():
        for at, value in zip(numbers.rows, numbers.values, strict=True):
            metrics[at][key] = value
    return [
        RunRow(page, at, experiments_by_id.get(page.experiment_ids[at], ""), params[at], metrics[at], tags[at])
        for at in range(count)
    ]


def _parsed(text: str) -> Query | None:
    from tui.domain.filter import FilterError, parse

    try:
        query = parse(text)
    except FilterError as error:
        raise _not_understood(error, text) from None
    return None if query.is_empty else query


def _not_understood(error: Any, text: str) -> Problem:
    return asked_wrongly(
        "The runs were not listed",
        f"The filter “{clean(text)}” cannot be applied: {clean(error.message)}",
        clean(error.hint) or "docs/filters.md says what a filter may hold.",
    )


class _Matching:
    """The runs that match a filter, page by page.

    The server is sent what it can say of it. What it cannot is judged here, over the keys that the runs read so far
    have: until every key of the filter is known, runs are kept back.
    """

    def __init__(self, query: Query, experiments_by_id: Mapping[str, str], session: Session) -> None:
        from tui.domain.filter.pushdown import pushdown
        from tui.domain.runs.frame import RunsFrame

        self._query = query
        self._clock = session.clock
        self._now_ms = session.clock.now_ms()
        pushed = pushdown(query, now_ms=self._now_ms, zone=session.clock.zone)
        self.server_filter = pushed.filter_string
        self._exact = pushed.exact
        self._frame: RunsFrame = RunsFrame()
        self._frame.set_experiments(dict(experiments_by_id))
        self._waiting: list[RunRow] = []
        self._error: Exception | None = None

    def of(self, page: RunsPage, rows: Sequence[RunRow]) -> Sequence[RunRow]:
        """Those of a page that match, with earlier ones that had to wait."""
        from tui.domain.filter import FilterError

        if self._exact:
            return rows
        self._frame.append(page)
        self._waiting += rows
        snapshot = self._frame.snapshot()
        try:
            mask = self._query.mask(snapshot, now_ms=self._now_ms, zone=self._clock.zone)
        except FilterError as error:
            self._error = error
            return ()
        self._error = None
        waiting, self._waiting = self._waiting, []
        return [row for row in waiting if (at := snapshot.row_of(row.run_id)) is not None and mask[at]]

    def rest(self) -> Sequence[RunRow]:
        """Nothing more; raises Problem where a key of the filter is one that no run has."""
        if self._error is not None:
            raise _not_understood(self._error, str(self._query))
        return ()


def run_id_of(given: str) -> str:
    """The run's id in what names a run: its id, ``runs:/ID``, the address of its page."""
    from tui.domain.places import PlaceKind, parse_place

    if given.replace("-", "").replace("_", "").isalnum():
        return given
    place = parse_place(given)
    if place.kind is not PlaceKind.RUN:
        raise asked_wrongly("The run was not read", f"“{clean(given)}” names no run.", "Give a run's id or runs:/ID.")
    return place.run_ids[0]


_DETAIL: Sequence[PrintedColumn[RunDetail]] = (
    PrintedColumn("run_id", lambda run: run.run_id),
    PrintedColumn("name", lambda run: run.name),
    PrintedColumn("status", lambda run: run.status),
    PrintedColumn("experiment_id", lambda run: run.experiment_id),
    PrintedColumn("experiment", lambda run: run.experiment_name),
    PrintedColumn("start", lambda run: instant(run.start_ms)),
    PrintedColumn("end", lambda run: instant(run.end_ms)),
    PrintedColumn("user", lambda run: run.user),
    PrintedColumn("lifecycle", lambda run: run.lifecycle),
    PrintedColumn("parent", lambda run: run.parent_id),
    PrintedColumn("artifact_uri", lambda run: run.artifact_uri),
    PrintedColumn("params", lambda run: run.params),
    PrintedColumn("metrics", lambda run: {one.key: one.value for one in run.metrics}),
    PrintedColumn("tags", lambda run: run.tags),
    PrintedColumn("datasets", lambda run: [_dataset(one) for one in run.datasets], lambda run: _datasets(run)),
    PrintedColumn("logged_models", lambda run: list(run.logged_model_ids)),
)


def _dataset(one: DatasetInput) -> Mapping[str, str]:
    return {"name": one.name, "digest": one.digest, "context": one.context, "source": one.source}


def _datasets(run: RunDetail) -> str:
    return " ".join(f"{one.name}@{one.digest}" for one in run.datasets)


@runs.command(
    "get",
    examples=(
        "mlflow-deck runs get runs:/4a1f… --json | jq .metrics",
        "mlflow-deck runs get 'https://mlflow.example.com/#/experiments/1/runs/4a1f…'",
    ),
)
@click.argument("run")
@output_options
@context_options
def runs_get(earlier: GivenOptions, /, run: str, form: str, **given: Any) -> None:
    """Print one run in full: params, metrics, tags, datasets. CSV has a line a value."""
    with opened(earlier, given) as session:
        found = session.tracking.get_run(run_id_of(run))
    if form in (JSON, TABLE):
        print_one(form, _DETAIL, found)
        return
    lines: list[tuple[str, str, object]] = []
    for field in _DETAIL:
        value = field.value(found)
        if isinstance(value, Mapping):
            lines += [(field.name, str(key), one) for key, one in value.items()]
        else:
            lines.append(("run", field.name, field.text(found) if field.text is not None else value))
    fields: Sequence[PrintedColumn[tuple[str, str, object]]] = (
        PrintedColumn("group", lambda line: line[0]),
        PrintedColumn("name", lambda line: line[1]),
        PrintedColumn("value", lambda line: line[2]),
    )
    print_rows(form, fields, [lines], nothing="")


@dataclass(frozen=True)
class _Point:
    metric: str
    step: int | float  # SQLite keeps a fraction that some other program recorded
    time_ms: int
    value: float


_POINT: Sequence[PrintedColumn[_Point]] = (
    PrintedColumn("metric", lambda point: point.metric),
    PrintedColumn("step", lambda point: point.step, align="right"),
    PrintedColumn("time", lambda point: instant(point.time_ms)),
    PrintedColumn("value", lambda point: point.value, align="right"),
)


@runs.command(
    "history",
    examples=(
        "mlflow-deck runs history runs:/4a1f… loss val_loss --csv > loss.csv",
        "mlflow-deck runs history 4a1f… loss --json | jq '.[-1]'",
    ),
)
@click.argument("run")
@click.argument("metric", nargs=-1, required=True)
@output_options
@context_options
def runs_history(earlier: GivenOptions, /, run: str, metric: tuple[str, ...], form: str, **given: Any) -> None:
    """Print every point that was recorded of metrics of a run, in full, in their order."""
    with opened(earlier, given) as session:
        run_id = run_id_of(run)
        known = {one.key for one in session.tracking.get_run(run_id).metrics}
        for name in metric:
            if name not in known:
                raise Problem(
                    Kind.NOT_FOUND,
                    "The history was not read",
                    f"The run has no metric “{clean(name)}”.",
                    f"It has {', '.join(sorted(map(clean, known))[:12]) or 'none'}.",
                )
        pages = (page for name in metric for page in _points(session, run_id, name))
        print_rows(form, _POINT, pages, nothing="No point was recorded.")


def _points(session: Session, run_id: str, name: str) -> Iterator[Sequence[_Point]]:
    """The pages of one metric's history."""
    for page in pages_of(partial(session.history.page, run_id, name)):
        history = page.history
        yield [
            _Point(name, int(step) if step == int(step) else step, int(at), float(value))
            for step, at, value in zip(history.steps, history.timestamps_ms, history.values, strict=True)
        ]
