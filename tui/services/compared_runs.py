"""Reading the runs that are to be compared: from what is loaded, in one request where that can be, else one by one."""

from __future__ import annotations

import queue
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.domain.diff.sheet import Sheet, SheetBuilder, Subject, TextBlock, joined, of_details
from tui.domain.models.measures import every_measured, latest_metrics
from tui.domain.models.model_facts import requirement_pairs
from tui.domain.models.values import ModelFacts, ModelVersion
from tui.domain.problem import Kind, Problem
from tui.domain.text import named
from tui.domain.values import Lifecycle, RunDetail
from tui.gateway.ports import TrackingPort
from tui.services.pool import Pool

if TYPE_CHECKING:
    from tui.domain.artifacts import LoggedModel
    from tui.domain.diff.sheet import Sheet
    from tui.domain.models.values import SourceRun
    from tui.domain.runs.snapshot import FrameSnapshot
    from tui.services.session import Session


T = TypeVar("T")
MOST_RUNS = 500
OF_RUN = " (of the run)"  # after the name of a metric that is the run's and not the logged model's
_IDS_A_REQUEST = 100
_READERS = Pool(6, "readers")  # threads of their own: whoever waits for them is one of the deck's


@dataclass(frozen=True)
class RunsWanted:
    """Runs to compare, in order, and what is known of them already.

    ``experiments`` maps runs to their experiments: those of one experiment are read in one request. ``now_ms`` is when
    those under way have taken so long.
    """

    run_ids: tuple[str, ...]
    snapshot: FrameSnapshot | None = None
    experiments: Mapping[str, str] = field(default_factory=dict)
    now_ms: int | None = None


@dataclass(frozen=True)
class ComparedRuns:
    """The runs that were read, those that are not there (any more), and the experiment of each that was read.

    Those that are missing of several contexts are told as ``CONTEXT:ID``.
    """

    sheet: Sheet
    missing: tuple[str, ...]
    experiments: Mapping[str, str]
    asked: bool  # whether a server was asked
    context: str = ""  # that they were read in, if not the open one


def read(
    tracking: TrackingPort,
    wanted: RunsWanted,
    *,
    context: str = "",
    told: Callable[[int], None] = lambda _more: None,
) -> ComparedRuns:
    """The runs as a sheet, in their order, each once. Raises Problem where nothing can be read for another reason.

    Runs that are loaded already are taken from there, without asking anybody. ``told`` hears of each more that is read.
    """
    from tui.domain.diff.sheet import of_details, of_snapshot
    from tui.domain.filter.names import Field

    run_ids, now_ms = tuple(dict.fromkeys(wanted.run_ids)), wanted.now_ms
    snapshot = wanted.snapshot
    loaded = [run_id for run_id in run_ids if snapshot is not None and snapshot.row_of(run_id) is not None]
    parts = [of_snapshot(snapshot, loaded, now_ms=now_ms)] if snapshot is not None and loaded else []
    experiments = dict(wanted.experiments)
    if snapshot is not None and loaded:
        column = snapshot.texts(Field("attribute", "experiment"))
        for run_id in loaded:
            experiments[run_id] = column.at(snapshot.row_of(run_id) or 0) or ""
    there = set(loaded)
    rest = [run_id for run_id in run_ids if run_id not in there]
    missing: tuple[str, ...] = ()
    if rest:
        known = {run_id: experiments[run_id] for run_id in rest if run_id in experiments and _is_plain(run_id)}
        found = _searched(tracking, known) if len(known) > 1 else None
        if found is not None:
            there_now = [run_id for run_id in rest if run_id in known]
            parts.append(of_snapshot(found, there_now, context=context, now_ms=now_ms))
            rest = [run_id for run_id in rest if found.row_of(run_id) is None and run_id not in known]
            missing = tuple(run_id for run_id in known if found.row_of(run_id) is None)
        details = _each(tracking, rest, told)
        missing += tuple(run_id for run_id, detail in zip(rest, details, strict=True) if detail is None)
        kept = [detail for detail in details if detail is not None]
        experiments.update((detail.run_id, detail.experiment_id) for detail in kept)
        if kept or not parts:
            parts.append(of_details(kept, context=context, now_ms=now_ms))
    return ComparedRuns(
        _in_order(parts, run_ids), missing, experiments, bool(missing) or len(loaded) < len(run_ids), context
    )


def beside(first: ComparedRuns, others: Sequence[ComparedRuns]) -> ComparedRuns:
    """What was read in several contexts, as one: the runs of the first come first."""
    from tui.domain.diff.sheet import joined

    every = [first, *others]
    return ComparedRuns(
        joined([one.sheet for one in every if one.sheet.subjects] or [first.sheet]),
        tuple(f"{one.context}:{run_id}" if one.context else run_id for one in every for run_id in one.missing),
        first.experiments,
        any(one.asked for one in every),
    )


def _in_order(parts: Sequence[Sheet], run_ids: Sequence[str]) -> Sheet:
    from tui.domain.diff.sheet import joined

    sheet = joined(parts)
    place_of = {subject.run_id: column for column, subject in enumerate(sheet.subjects)}
    order = [place_of[run_id] for run_id in run_ids if run_id in place_of]
    return sheet if order == list(range(len(sheet.subjects))) else sheet.at(order)


def _is_plain(run_id: str) -> bool:
    return bool(run_id) and all(letter.isalnum() or letter in "-_" for letter in run_id)


def _searched(tracking: TrackingPort, experiments: Mapping[str, str]) -> FrameSnapshot | None:
    """The runs as columns; None where the server does not take such a search."""
    from tui.domain.runs.frame import RunsFrame

    frame = RunsFrame()
    ids = list(experiments)
    shares = [ids[at : at + _IDS_A_REQUEST] for at in range(0, len(ids), _IDS_A_REQUEST)]

    def search(share: Sequence[str]) -> None:
        names = ", ".join(f"'{run_id}'" for run_id in share)
        page = tracking.search_runs(
            sorted({experiments[run_id] for run_id in share}),
            filter_string=f"attributes.run_id IN ({names})",
            view=Lifecycle.ALL,
            max_results=len(share),
        )
        frame.append(page)

    try:
        gathered([lambda share=share: search(share) for share in shares])  # type: ignore[misc]
        frame.set_experiments(
            {known: tracking.get_experiment(known).name for known in sorted(set(experiments.values()))}
        )
    except Problem as problem:
        if problem.kind in (Kind.BAD_REQUEST, Kind.UNSUPPORTED, Kind.NOT_FOUND):
            return None
        raise
    return frame.snapshot()


def _each(tracking: TrackingPort, run_ids: Iterable[str], told: Callable[[int], None]) -> list[RunDetail | None]:
    def one(run_id: str) -> RunDetail | None:
        try:
            found = tracking.get_run(run_id)
            told(1)
            return found
        except Problem as problem:
            if problem.kind is Kind.NOT_FOUND:
                return None
            raise

    return gathered([lambda run_id=run_id: one(run_id) for run_id in run_ids])  # type: ignore[misc]


def gathered(works: Sequence[Callable[[], T]]) -> list[T]:
    """The answers of several pieces of work done side by side, in their order; the first problem is raised."""
    if len(works) == 1:
        return [works[0]()]
    answers: queue.SimpleQueue[tuple[int, T | None, Problem | None]] = queue.SimpleQueue()
    tickets = [
        _READERS.submit(
            work,
            lambda answer, at=at: answers.put((at, answer, None)),  # type: ignore[misc]
            lambda problem, at=at: answers.put((at, None, problem)),  # type: ignore[misc]
        )
        for at, work in enumerate(works)
    ]
    found: dict[int, T] = {}
    for _ in works:
        at, answer, problem = answers.get()
        if problem is not None:
            for ticket in tickets:
                ticket.cancel()
            raise problem
        found[at] = answer  # type: ignore[assignment]
    return [found[at] for at in range(len(works))]


# What lies between two commits, where the repository is at hand.


_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}\Z")
_SECONDS = 20.0
_MOST = 2_000_000  # characters of a diff that are kept
_TITLE = "The commits were not compared"


def diff(folder: Path, old: str, new: str) -> str:
    """``git diff`` of two commits of the repository that ``folder`` is in; runs no program that it configures.

    Raises Problem where git, the repository or one of the commits is not there.
    """
    for commit in (old, new):
        if not _COMMIT.match(commit):
            raise Problem(Kind.BAD_REQUEST, _TITLE, f"“{commit}” is no commit's id.")
    if _git(folder, "rev-parse", "--show-toplevel").returncode != 0:
        hint = "Start mlflow-deck in a clone of the repository."
        raise Problem(Kind.NOT_FOUND, _TITLE, f"{folder} is not inside a git repository.", hint)
    for commit in (old, new):
        if _git(folder, "cat-file", "-e", f"{commit}^{{commit}}").returncode != 0:
            hint = "Fetch it, or start mlflow-deck in a clone of the repository that the runs come from."
            raise Problem(Kind.NOT_FOUND, _TITLE, f"The repository at {folder} has no commit {commit}.", hint)
    shown = _git(folder, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--stat", "--patch", old, new)
    if shown.returncode != 0:
        raise Problem(Kind.INTERNAL, _TITLE, f"git said: {shown.stderr.strip()[:300]}")
    return shown.stdout[:_MOST]


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "core.fsmonitor=", "-c", "core.pager=", "-C", str(folder), *arguments]
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise Problem(Kind.UNSUPPORTED, _TITLE, "git is not installed here.", "Install git.") from None
    except subprocess.TimeoutExpired:
        raise Problem(Kind.TIMEOUT, _TITLE, f"git took longer than {_SECONDS:g} s.") from None


# Versions of a model gathered for comparing: their runs, files, tags and states as one sheet. It blocks.


_OF_RUN = ("params", "metrics", "datasets", "source")


def version_sheet(session: Session, name: str, versions: Sequence[str]) -> Sheet:
    """Two or more versions as the columns of a sheet; a run or files that cannot be read leave their rows empty."""
    model = session.registry.get_model(name)
    made = [session.registry.get_version(name, version) for version in versions]
    subjects = [
        Subject(
            one.version, f"v{one.version}", " ".join(model.aliases_of(one.version)), run_id=one.run_id, thing="version"
        )
        for one in made
    ]
    session.desk.health.gather_made_of(made)
    builder = SheetBuilder(subjects)
    for column, one in enumerate(made):
        run = _run(session, one)
        if run is not None:
            builder.texts("params", column, run.params)
            builder.numbers("metrics", column, _metrics(session, one, run))
            for block in of_details([run]).blocks:
                if isinstance(block, TextBlock) and block.group in ("datasets", "source"):
                    texts = {key: block.pool[block.codes[row, 0]] for row, key in enumerate(block.keys)}
                    builder.texts(block.group, column, texts)
        _facts(builder, column, session.desk.health.gather_facts(name, one.version))
        builder.texts("tags", column, dict(one.tags))
        builder.texts("overview", column, _overview(one, model.aliases_of(one.version), run))
        if one.created_ms is not None:
            builder.numbers("overview", column, {"created": float(one.created_ms)}, "at")
    return builder.sheet()


def models_sheet(models: Sequence[LoggedModel], runs: Mapping[str, SourceRun]) -> Sheet:
    """Logged models as the columns of a sheet: the last of each metric on each dataset; ``runs`` name their runs."""
    times = Counter(one.name for one in models)
    names = {run_id: run.name for run_id, run in runs.items() if run.name}

    def called(one: LoggedModel) -> str:
        of = names.get(one.source_run_id, "") if times[one.name] > 1 else ""
        return f"{one.name} of {of}" if of else one.name

    builder = SheetBuilder([Subject(one.model_id, called(one), thing="logged model") for one in models])
    for column, one in enumerate(models):
        builder.texts("params", column, one.params)
        measured = {
            f"{found.key}@{found.dataset}" if found.dataset else found.key: found.value
            for found in latest_metrics(one.metrics)
        }
        builder.numbers("metrics", column, measured)
        builder.texts("tags", column, one.tags)
        said = {
            "status": one.status,
            "type": one.model_type,
            "source run": names.get(one.source_run_id, one.source_run_id),
            "registered as": ", ".join(f"{named(name)} v{version}" for name, version in one.registered),
        }
        builder.texts("overview", column, {key: text for key, text in said.items() if text})
        if one.created_ms is not None:
            builder.numbers("overview", column, {"created": float(one.created_ms)}, "at")
    return builder.sheet()


def across(sides: Sequence[tuple[Session, str, str]]) -> Sheet:
    """A version of each of several contexts, as its session, the model's name there and its number, on one sheet."""
    sheets = []
    for session, name, version in sides:
        try:
            sheet = version_sheet(session, name, [version])
        except Problem as problem:
            raise problem.in_context(session.name) from problem
        (only,) = sheet.subjects
        subject = replace(only, id=f"{session.name}:{version}", context=session.name)
        sheets.append(replace(sheet, subjects=(subject,)))
    return joined(sheets)


def _run(session: Session, made: ModelVersion) -> RunDetail | None:
    if not made.run_id or made.workspace:
        return None
    try:
        return session.tracking.get_run(made.run_id)
    except Problem as problem:
        if problem.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.BAD_REQUEST):
            return None
        raise


def _metrics(session: Session, made: ModelVersion, run: RunDetail) -> dict[str, float]:
    """What the version's logged model was measured at, by dataset, and its run's values as the run's.

    Of a version that was made from no logged model, the run's are its own.
    """
    health = session.desk.health
    model = health.source_model(made)
    of_run = {metric.key: metric.value for metric in run.metrics}
    if model is None:
        return of_run
    own = {one.name: health.measured(made, one.name) or one for one in every_measured(model, None)}
    return {
        **{name: one.value for name, one in own.items()},
        **{f"{key}{OF_RUN}": value for key, value in of_run.items()},
    }


def _facts(builder: SheetBuilder, column: int, files: ModelFacts) -> None:
    if files.signature is not None:
        for what, fields in (
            ("in", files.signature.inputs),
            ("out", files.signature.outputs),
            ("param", files.signature.params),
        ):
            texts = {
                f"{what} {field.name}": field.type if field.required else f"{field.type} optional" for field in fields
            }
            builder.texts("signature", column, texts)
    flavors = {f"{flavor}.{key}": text for flavor, about in files.flavors.items() for key, text in about.items()}
    builder.texts("flavors", column, flavors)
    builder.texts("requirements", column, dict(requirement_pairs(files.requirements)))


def _overview(made: ModelVersion, aliases: Sequence[str], run: RunDetail | None) -> dict[str, str]:
    said = {
        "state": made.status,
        "aliases": " ".join(aliases),
        "source run": run.name
        if run is not None
        else " in workspace ".join(word for word in (made.run_id, made.workspace) if word),
        "stage": made.stage,
        "notes": made.description,
    }
    return {key: text for key, text in said.items() if text}
