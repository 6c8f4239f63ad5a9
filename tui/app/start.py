"""Opening the deck: what to open is decided, the context's process is started, and only then is the screen loaded.

Without click, whose import would be a tenth of the time to the first frame: ``mlflow-deck`` alone needs none of it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.problem import Problem

if TYPE_CHECKING:
    from tui.app.actions import Action
    from tui.config.launch import Launch, Options
    from tui.config.model import Settings
    from tui.host.wire import Opening

EXIT_PROBLEM = 2
EXIT_BROKEN = 1


@dataclass(frozen=True)
class GivenOptions:
    """The options as given, before the group's and the command's are laid over each other; None is not given."""

    context: str | None = None
    tracking_uri: str | None = None
    registry_uri: str | None = None
    profile: str | None = None
    workspace: str | None = None
    config: str | None = None
    read_only: bool | None = None
    ssh: bool | None = None
    ascii: bool = False
    resume: bool = False
    no_mouse: bool = False
    log_file: str | None = None

    def over(self, earlier: GivenOptions) -> GivenOptions:
        """These options, and the earlier ones where these say nothing."""
        given = {name: value for name, value in vars(self).items() if value not in (None, False)}
        for name in ("read_only", "ssh"):
            if (value := getattr(self, name)) is not None:
                given[name] = value
        return replace(earlier, **given)

    def elsewhere(self, context: str) -> GivenOptions:
        """What is said of another context: nothing that was meant for the one to be opened."""
        return replace(self, context=context, tracking_uri=None, registry_uri=None, profile=None, workspace=None)

    def options(self, place: str | None = None) -> Options:
        from tui.config.launch import Options

        return Options(
            place=place,
            context=self.context,
            tracking_uri=self.tracking_uri,
            registry_uri=self.registry_uri,
            profile=self.profile,
            workspace=self.workspace,
            read_only=self.read_only,
            ascii=self.ascii or None,
            mouse=False if self.no_mouse else None,
            ssh=self.ssh,
        )


def _actions() -> Iterable[Action]:
    from tui.app.actions import ACTIONS

    return ACTIONS


def settings_of(said: GivenOptions) -> tuple[Settings, Path]:
    from tui import resources
    from tui.config.load import load

    file, named_by = resources.config_file(said.config, os.environ, working_folder())
    return load(file, named_by, _actions), file


def resolved(said: GivenOptions, settings: Settings, file: Path, place: str | None) -> Launch:
    from tui.config.launch import resolve

    return resolve(said.options(place), os.environ, working_folder(), settings, file)


def working_folder() -> Path:
    """The working folder, or the root where that has been deleted meanwhile."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path("/")


def run(said: GivenOptions, place: str | None) -> None:
    settings, file = settings_of(said)
    open_deck(said, resolved(said, settings, file, place))


def open_deck(said: GivenOptions, launch: Launch) -> None:
    """Start the context's process first of all, so that it loads MLflow while the screen is being loaded here."""
    _refuse_without_terminal()
    from tui.host.host import Host
    from tui.host.wire import spec_of

    host = Host.start(spec_of(launch, opening_of(launch)))
    from tui.terminal.telling import Question

    question = Question(os.environ)
    if launch.settings.ssh:
        # Textual reads these when it is imported.
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        os.environ.setdefault("TEXTUAL_FPS", "15")
        os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    try:
        from tui.app.application import run_deck
        from tui.console.logs import hush

        hush()
        raise SystemExit(run_deck(launch, host, question, resume=said.resume))
    finally:
        question.restore()
        host.close()


def opening_of(launch: Launch) -> Opening | None:
    """What the screens ask of a context first of all; None where that is not known before they are there."""
    from tui.domain import uris

    if (
        launch.place is not None
        or launch.ssh
        or uris.kind(launch.tracking_uri) not in (*uris.SQL_KINDS, *uris.HTTP_KINDS)
    ):
        return None
    from tui.host.wire import Opening
    from tui.resources import state_dir, views_file
    from tui.services.state_files import StateFiles

    under = ""
    if launch.experiment_path:
        from tui.services.runs_query import under_filter

        under = under_filter(launch.experiment_path)
    kept, key = StateFiles(state_dir() / "views"), launch.memory_key
    last = kept.get(f"{key}:experiments").get("last") or ""  # as features.experiments.pane keeps it
    narrowed = kept.get(f"{key}:narrowing:runs:{last}")
    # Runs that are asked for by a filter, a view or a folder are left to whoever knows which.
    plain = not (narrowed.get("server_filter") or narrowed.get("lifecycle"))
    known = plain and (not last or last.isdigit()) and not views_file(launch.settings.views_file).exists()
    return Opening(under, last if known else None, launch.first_page)


def _refuse_without_terminal() -> None:
    if sys.stdin.isatty() and sys.stdout.isatty():
        return
    from tui.domain.problem import Kind

    raise Problem(
        Kind.CONFIG,
        "There is no terminal to draw on",
        "Input or output is not a terminal.",
        "Run it in a terminal; over ssh, ask for one with ssh -t.",
    )


def reporting(work: Callable[[], object]) -> None:
    """Do it; a problem is a panel and status 2, a fault of ours one and status 1, never a traceback."""
    # Nothing that is loaded for the first frame becomes garbage: looking for it would take a fifth of the time.
    gc.disable()
    try:
        work()
    except Problem as problem:
        from tui.console import logs
        from tui.console.command import panel

        sys.stderr.write(panel(problem) + "\n")
        logs.failure()
        raise SystemExit(EXIT_PROBLEM) from None
    except Exception as error:  # the edge of the program: what is a fault of the deck is told as one
        from tui.console import logs
        from tui.console.command import fault

        sys.stderr.write(fault(error) + "\n")
        logs.failure()
        raise SystemExit(EXIT_BROKEN) from None
