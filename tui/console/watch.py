"""``mlflow-deck watch``: tells what happens to models and runs, without a screen, until it is ended."""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import click

from tui.config.model import plateau_of
from tui.console import completion
from tui.console.command import EXIT_NO, Group, asked_wrongly, context_options, instant, opened, upto, write
from tui.console.models import named_by
from tui.console.runs import found_runs
from tui.domain.experiments import Lifecycle
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.services.watching import (
    Conditions,
    Happening,
    LookPace,
    SeenRun,
    begun,
    key_of,
    look,
    model_as_seen,
    of_model,
    of_runs,
    runs_as_seen,
)

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.services.session import Session
    from tui.services.state_files import StateFiles

_RUNS = 200  # the latest runs that a look compares
_VERSIONS = 100  # the newest versions
_PATIENCE_S = 60.0  # for a program that is run
_WEBHOOK_S = 10.0


@dataclass(frozen=True)
class WatchOrder:
    """What is watched, and what is done with what happens."""

    models: tuple[str, ...] = ()
    alias: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of models of which only these are told
    runs: tuple[str, ...] = ()
    filter_text: str = ""
    conditions: Conditions = field(default_factory=Conditions)
    as_json: bool = False
    bell: bool = False
    program: tuple[str, ...] = ()
    webhook: str = ""

    @property
    def requests(self) -> int:
        """What one look asks, at most: of a model itself and its versions, of experiments their latest runs."""
        of_runs = 1 + len(self.runs) if self.runs or self.filter_text else 0
        return 2 * len(self.models) + of_runs + self.conditions.requests(len(self.models))

    @property
    def name(self) -> str:
        """What its state is kept under."""
        alias = {name: sorted(only) for name, only in self.alias.items()}
        watched: list[Any] = [self.models, alias, self.runs, self.filter_text]
        if self.conditions != Conditions():
            watched.append(asdict(self.conditions))
        return json.dumps(watched, ensure_ascii=True, sort_keys=True)


class Watch:
    """Looks, compares with what was seen before, and tells; what was seen is kept for the next look, or the next start.

    What could not be told is kept too, and told again.
    """

    def __init__(
        self, session: Session, order: WatchOrder, kept: StateFiles, hand_on: Callable[[Happening], None]
    ) -> None:
        self._session = session
        self._order = order
        self._kept = kept
        self._hand_on = hand_on
        self._name = f"{session.memory_key} {order.name}"
        self._seen = kept.get(self._name)

    def look(self) -> list[Happening]:
        """One look at everything; answers what was told. Raises Problem where it cannot be read, or not be told."""
        now_ms = self._session.clock.now_ms()
        models = {str(name): about for name, about in dict(self._seen.get("models") or {}).items()}
        found = [Happening.of_plain(one) for one in self._seen.get("waiting") or () if isinstance(one, dict)]
        for name in self._order.models:
            model = self._session.registry.get_model(name)
            versions = self._session.registry.search_versions(name, max_results=_VERSIONS).versions
            seen = model_as_seen(model, versions)
            found += filter(self._is_wanted, of_model(name, models.get(name) or {}, seen, now_ms))
            models[name] = seen
        runs: dict[str, str] | None = self._seen.get("runs")
        now: list[SeenRun] = []
        if self._order.runs or self._order.filter_text:
            now = self._runs()
            found += of_runs(runs, now, now_ms)
            runs = runs_as_seen(runs, now)
        held: list[str] | None = self._seen.get("held")
        holding = look(self._session, self._order.conditions, self._order.models, now)
        # What the rules find at first has been so for who knows how long; what else holds is news.
        found += [one for one in begun(held or (), holding) if held is not None or one.kind != "finding"]
        waiting = [one.as_plain() for one in found]
        self._seen = {"models": models, "runs": runs, "held": [*map(key_of, holding)], "waiting": waiting}
        self._keep()
        for at, one in enumerate(found):
            self._hand_on(one)
            self._seen["waiting"] = [left.as_plain() for left in found[at + 1 :]]
            self._keep()
        return found

    def _keep(self) -> None:
        if not self._kept.put(self._name, self._seen):
            raise asked_wrongly("What was seen cannot be kept", f"{self._kept.failure}.", "Free the disk.")

    def _is_wanted(self, one: Happening) -> bool:
        model, at, alias = one.subject.rpartition("@")
        only = self._order.alias.get(model) if at else None
        return only is None or alias in only

    def _runs(self) -> list[SeenRun]:
        pages = found_runs(self._session, self._order.runs, self._order.filter_text, Lifecycle.ACTIVE, most=_RUNS)
        rows = [row for page in upto(pages, _RUNS) for row in page]
        return [SeenRun(row.run_id, row.page.names[row.at], row.page.statuses[row.at]) for row in rows]


def hand_on(order: WatchOrder, one: Happening) -> None:
    """Tell of one thing in every way that was asked for. Raises Problem where a program or a server did not take it."""
    said = {**one.as_plain(), "seen": instant(one.seen_ms)}
    if order.program:
        # Its texts go as values of the environment and as JSON on its input: never as a part of a command.
        about = {f"DECK_{name.upper()}": str(value).replace("\0", "") for name, value in one.as_plain().items()}
        try:
            done = subprocess.run(
                order.program,
                input=json.dumps(said).encode(),
                env={**os.environ, **about},
                timeout=_PATIENCE_S,
                check=False,
                stdout=sys.stderr.fileno() if sys.stderr.isatty() else subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise asked_wrongly("The program did not take it", f"{order.program[0]}: {error}.") from None
        if done.returncode:
            raise asked_wrongly("The program did not take it", f"{order.program[0]} ended with {done.returncode}.")
    if order.webhook:
        request = urllib.request.Request(
            order.webhook, json.dumps(said).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=_WEBHOOK_S):
                pass
        except (OSError, ValueError) as error:
            raise asked_wrongly("The webhook did not take it", f"{error}.") from None
    # Last, as it does not fail: what is told again because something else did, is printed once.
    text = json.dumps(said, ensure_ascii=True) if order.as_json else f"{instant(one.seen_ms)}  {clean(one.words)}"
    write(("\a" if order.bell else "") + text + "\n")
    sys.stdout.flush()


@contextmanager
def _until_ended() -> Iterator[threading.Event]:
    """An event that is set by ctrl+c and by what ends a service."""
    ended = threading.Event()
    before = {one: signal.signal(one, lambda *_: ended.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def watching(
    watch: Watch,
    pace: LookPace,
    wait: Callable[[float], bool],
    *,
    once: bool,
    until_first: bool,
) -> bool:
    """Look, tell and wait, until ``wait`` answers that it is over; answers whether anything was told.

    A server that does not answer is told of once, and asked more seldom until it does. Where ``once``, its problem is
    raised.
    """
    told = quiet = False
    while True:
        answered, wait_s = True, 0.0
        try:
            told = bool(watch.look()) or told
            quiet = False
        except Problem as problem:
            if once:
                raise
            answered, wait_s = False, float(problem.wait_s)
            if not quiet:
                click.echo(clean(str(problem)), err=True)
            quiet = True
        if once or (told and until_first) or wait(pace.after(answered, wait_s)):
            return told


@click.command(
    "watch",
    cls=Group.command_class,
    examples=(
        "mlflow-deck watch models:/churn@champion --json",
        "mlflow-deck watch --runs churn/weekly --filter 'params.model = mlp' --bell",
        "mlflow-deck watch --runs churn/weekly --no-point 15 --nan --plateau loss:20 --behind auc",
        "mlflow-deck watch churn --findings --serving --errors 2 --webhook https://example.com/hook",
        "mlflow-deck watch --traces support/agent --worse-by 100",
    ),
)
@click.argument("model", nargs=-1, shell_complete=completion.models)
@click.option("--runs", metavar="EXPERIMENT", multiple=True, help="Runs of this experiment that end or fail.")
@click.option("--filter", "text", metavar="FILTER", default="", help="Only runs that match, as / in the deck.")
@click.option("--no-point", type=click.FloatRange(min=0.1), metavar="MINUTES", help="Runs with no new point so long.")
@click.option("--nan", is_flag=True, help="Runs under way of which a metric is NaN or infinite.")
@click.option("--plateau", metavar="METRIC:N", multiple=True, help="Runs in which it is no better for N points.")
@click.option("--behind", metavar="METRIC", multiple=True, help="Runs worse than the best sibling at the same step.")
@click.option("--findings", is_flag=True, help="Findings of the rules that appear in the models.")
@click.option("--serving", is_flag=True, help="Endpoints that are not ready, or off their alias.")
@click.option("--errors", type=click.FloatRange(0.01, 100), metavar="PERCENT", help="Endpoints that fail more often.")
@click.option("--traces", metavar="EXPERIMENT", multiple=True, help="Error rate, p95 and cost against the hour before.")
@click.option("--worse-by", type=click.FloatRange(min=0), default=50.0, metavar="PERCENT", help="Of traces; else 50.")
@click.option("--every", type=click.FloatRange(min=1), default=60.0, metavar="SECONDS", help="Between looks; else 60.")
@click.option("--at-most", type=click.IntRange(min=1), default=60, metavar="N", help="Requests a minute; else 60.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.option("--bell", is_flag=True, help="Ring the terminal's bell.")
@click.option("--exec", "program", metavar="COMMAND", default="", help="Run this with it as JSON on its input.")
@click.option("--webhook", metavar="URL", default="", help="POST it there as JSON.")
@click.option("--exit-code", is_flag=True, help="End with 1 when something has happened.")
@click.option("--once", is_flag=True, help="Look once, compare with the last time, and end.")
@context_options
def watch_command(
    earlier: GivenOptions,
    /,
    model: tuple[str, ...],
    runs: tuple[str, ...],
    text: str,
    no_point: float | None,
    nan: bool,
    plateau: tuple[str, ...],
    behind: tuple[str, ...],
    findings: bool,
    serving: bool,
    errors: float | None,
    traces: tuple[str, ...],
    worse_by: float,
    every: float,
    at_most: int,
    program: str,
    exit_code: bool,
    once: bool,
    as_json: bool,
    bell: bool,
    webhook: str,
    **given: Any,
) -> None:
    """Tell what happens to aliases, versions and runs; conditions as well.

    What was seen is kept, so that a restart tells nothing twice and leaves nothing out; the first look only remembers,
    except that it tells of what goes wrong just then.
    """
    from tui.resources import state_dir
    from tui.services.state_files import StateFiles

    meant = [named_by(one) for one in model]
    wanted = Conditions(
        no_point or 0.0, nan, _plateaus(plateau), behind, findings, serving, errors or 0.0, traces, worse_by
    )
    if not meant and not runs and not text and not (serving or errors or traces):
        raise click.UsageError("Say what is watched: a model, --runs, --filter, --serving, --errors or --traces.")
    if wanted.of_runs and not runs and not text:
        raise click.UsageError("--no-point, --nan, --plateau and --behind are of runs: --runs or --filter says which.")
    if findings and not meant:
        raise click.UsageError("--findings are of models: say which.")
    whole = {one.model for one in meant if not one.alias}
    alias = {
        name: frozenset(one.alias for one in meant if one.model == name)
        for name in {one.model for one in meant} - whole
    }
    order = WatchOrder(
        tuple(sorted({one.model for one in meant})),
        alias,
        runs,
        text,
        wanted,
        as_json,
        bell,
        _program(program),
        _url(webhook),
    )
    with opened(earlier, given) as session, _until_ended() as ended:
        watch = Watch(session, order, StateFiles(state_dir() / "watch"), lambda one: hand_on(order, one))
        pace = LookPace(every, order.requests, at_most, random.random)
        told = watching(watch, pace, ended.wait, once=once, until_first=exit_code)
    raise SystemExit(EXIT_NO if told and exit_code else 0)


def _plateaus(said: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in said:
        plateau = plateau_of(one)
        if plateau is None:
            raise click.UsageError(f"--plateau takes METRIC:N, like loss:20, not {clean(one)}.")
        found.update([plateau])
    return found


def _program(said: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(said))
    except ValueError as error:
        raise click.UsageError(f"--exec: {clean(str(error))}.") from None


def _url(said: str) -> str:
    if said and not said.startswith(("http://", "https://")):
        raise click.UsageError("--webhook takes an address that begins with https:// or http://.")
    return said
