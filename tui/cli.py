"""The command line: what to open is decided, the context's process is started, and only then is the screen loaded."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui import __version__
from tui.domain.problem import Problem

if TYPE_CHECKING:
    from tui.actions import Action
    from tui.config.launch import Launch, Options
    from tui.config.model import Settings

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
EXIT_PROBLEM = 2
EXIT_BROKEN = 1


@dataclass(frozen=True)
class _Said:
    """The options as given, before the group's and the command's are laid over each other; None is not given."""

    context: str | None = None
    tracking_uri: str | None = None
    registry_uri: str | None = None
    profile: str | None = None
    config: str | None = None
    read_only: bool | None = None
    ssh: bool = False
    ascii: bool = False
    no_mouse: bool = False
    log_file: str | None = None

    def over(self, earlier: _Said) -> _Said:
        """These options, and the earlier ones where these say nothing."""
        given = {name: value for name, value in vars(self).items() if value not in (None, False)}
        if self.read_only is not None:
            given["read_only"] = self.read_only
        return replace(earlier, **given)

    def options(self, place: str | None = None) -> Options:
        from tui.config.choose import Options

        return Options(
            place=place,
            context=self.context,
            tracking_uri=self.tracking_uri,
            registry_uri=self.registry_uri,
            profile=self.profile,
            read_only=self.read_only,
            ascii=self.ascii,
            mouse=False if self.no_mouse else None,
        )


class _DeckGroup(click.Group):
    """A group in which a first word that is no command is a place to open."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] in self.commands and args[0] != _open.name:
            return super().resolve_command(ctx, args)
        if args and args[0].isalpha():
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.7)
            if near:
                ctx.fail(f"There is no command “{args[0]}”. Did you mean “{near[0]}”?")
        return _open.name, _open, args

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in self.commands if name != _open.name]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PLACE]")
        formatter.write_usage(ctx.command_path, "[OPTIONS] COMMAND [ARGS]...", prefix=" " * 7)


def _options(function: Decorated) -> Decorated:
    for option in reversed(
        (
            click.option("--context", metavar="NAME", help="Open this context of the configuration file."),
            click.option("--tracking-uri", metavar="URI", help="Open this tracking server or store."),
            click.option("--registry-uri", metavar="URI", help="Take registered models from here."),
            click.option("--profile", metavar="NAME", help="Sign in to Databricks by this profile."),
            click.option("--config", metavar="FILE", help="Read this configuration file."),
            click.option(
                "--read-only/--read-write", "read_only", default=None, help="Whether anything may be written to MLflow."
            ),
            click.option("--ssh", is_flag=True, help="Draw less, for a slow line."),
            click.option("--ascii", "ascii", is_flag=True, help="Use plain ASCII signs."),
            click.option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal."),
            click.option("--log-file", metavar="FILE", help="Keep a log here, tracebacks included."),
        )
    ):
        function = option(function)
    return function


@click.group(
    cls=_DeckGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A keyboard-driven terminal UI for MLflow experiments, runs and registered models.\n\n"
    "PLACE is where to begin: runs:/ID, experiments:/NAME-or-ID, models:/NAME[@ALIAS|/VERSION], or the"
    " address of a page of the MLflow or Databricks web UI. With neither a place nor an option, MLflow's own rules"
    " decide what is opened.",
)
@_options
@click.version_option(__version__, prog_name="mlflow-deck", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **given: Any) -> None:
    said = _Said(**given)
    ctx.obj = said
    if said.log_file is not None:
        _keep_log(said.log_file)
    if ctx.invoked_subcommand is None:
        _run(said, None)


@cli.command("open", hidden=True)
@_options
@click.argument("place")
@click.pass_obj
def _open(earlier: _Said, /, place: str, **given: Any) -> None:
    said = _Said(**given).over(earlier)
    if said.log_file is not None:
        _keep_log(said.log_file)
    _run(said, place)


@cli.command()
@click.option("--fresh", is_flag=True, help="Make it anew first.")
@click.pass_obj
def demo(said: _Said, fresh: bool) -> None:
    """Make a sample store once, and open it."""
    for name in ("context", "tracking_uri", "registry_uri", "profile"):
        if getattr(said, name) is not None:
            raise click.UsageError(f"demo opens its own store; leave out --{name.replace('_', '-')}.")
    from tui.config.launch import Options, resolve
    from tui.demo import ProgressLine, ensure_sample

    settings, file = _settings(said)
    with ProgressLine(sys.stdout) as progress:
        sample = ensure_sample(fresh=fresh, report=progress)
    options = Options(tracking_uri=sample.tracking_uri, registry_uri=sample.tracking_uri, read_only=said.read_only)
    options = replace(options, ascii=said.ascii, mouse=False if said.no_mouse else None)
    launch = resolve(options, {}, _cwd(), replace(settings, context=None, contexts={}), file)
    origins = {**launch.origins, "tracking_uri": "mlflow-deck demo", "registry_uri": "mlflow-deck demo"}
    _open_deck(said, replace(launch, context_name="demo", origins=origins))


@cli.command()
@click.pass_obj
def keys(said: _Said) -> None:
    """Print the table of keys as configured."""
    from tui.console.listing import plain_table

    settings, _ = _settings(said)
    click.echo(plain_table(settings.keys))


@cli.command("ledger")
@click.argument("name", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def ledger_command(said: _Said, name: tuple[str, ...], as_json: bool) -> None:
    """Print what was written from this machine, about NAME or everything."""
    from tui.config.paths import state_dir
    from tui.console import ledger
    from tui.services.clock import SystemClock
    from tui.services.ledger import Ledger

    clock = SystemClock()
    contents = Ledger(state_dir() / "ledger.jsonl", clock, "").read()
    entries = ledger.selected(contents, name)
    click.echo(ledger.as_json(entries) if as_json else ledger.as_table(entries, clock.zone))
    for fault in contents.faults:
        click.echo(fault, err=True)


@cli.command()
@_options
@click.argument("name", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--rules", is_flag=True, help="Print the rules and their grades instead.")
@click.pass_obj
def lint(earlier: _Said, /, name: tuple[str, ...], as_json: bool, rules: bool, **given: Any) -> None:
    """Judge registered models; exit with 1 if a rule of severity error fails."""
    from tui.console import lint as console

    said = _Said(**given).over(earlier)
    settings, file = _settings(said)
    if rules:
        click.echo(console.rules_table(settings.models.rules))
        return
    launch = _resolved(said, settings, file, None)
    from tui.host import Host
    from tui.services.clock import SystemClock
    from tui.services.connect import host_spec
    from tui.services.model_health import ModelHealth

    host = Host.start(host_spec(launch))
    try:
        health = ModelHealth(host.registry, SystemClock(), settings.models, settings.metric_directions)
        report = console.lint(host.registry, health, name)
    finally:
        host.close()
    click.echo(console.as_json(report) if as_json else console.as_table(report))
    if report.fails:
        raise SystemExit(EXIT_BROKEN)


@cli.group()
def config() -> None:
    """Show what is configured, or where, or write an example."""


@config.command("path")
@click.pass_obj
def config_path(said: _Said) -> None:
    """Print the path of the configuration file."""
    from tui.config import paths

    click.echo(str(paths.config_file(said.config, os.environ, _cwd())[0]))


@config.command("show")
@click.pass_obj
def config_show(said: _Said) -> None:
    """Print what would be opened and every setting, and where each came from."""
    from tui.console.report import described

    settings, file = _settings(said)
    click.echo(described(_resolved(said, settings, file, None), file))


@config.command("init")
@click.pass_obj
def config_init(said: _Said) -> None:
    """Write a commented example to the configuration file's place."""
    from tui.config import paths
    from tui.console.report import write_example

    file, _ = paths.config_file(said.config, os.environ, _cwd())
    write_example(file)
    click.echo(f"Wrote {file}")


def _actions() -> Iterable[Action]:
    from tui.actions import ACTIONS

    return ACTIONS


def _settings(said: _Said) -> tuple[Settings, Path]:
    from tui.config import paths
    from tui.config.load import load

    file, named_by = paths.config_file(said.config, os.environ, _cwd())
    return load(file, named_by, _actions), file


def _resolved(said: _Said, settings: Settings, file: Path, place: str | None) -> Launch:
    from tui.config.launch import resolve

    return resolve(said.options(place), os.environ, _cwd(), settings, file)


def _cwd() -> Path:
    """The working folder, or the root where that has been deleted meanwhile."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path("/")


def _run(said: _Said, place: str | None) -> None:
    settings, file = _settings(said)
    _open_deck(said, _resolved(said, settings, file, place))


def _open_deck(said: _Said, launch: Launch) -> None:
    """Start the context's process first of all, so that it loads MLflow while the screen is being loaded here."""
    _refuse_without_terminal()
    from tui.host import Host
    from tui.services.connect import host_spec

    host = Host.start(host_spec(launch))
    if said.ssh:
        # Textual reads these when it is imported.
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
        os.environ.setdefault("TEXTUAL_FPS", "15")
        os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    try:
        from tui.app import run_deck
        from tui.console.logs import hush

        hush()
        raise SystemExit(run_deck(launch, host, log_file=Path(said.log_file) if said.log_file else None))
    finally:
        host.close()


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


def _keep_log(file: str) -> None:
    from tui.console.logs import keep

    keep(Path(file))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a problem is a panel and status 2, a fault of ours one and status 1, never a traceback."""
    # Nothing that is loaded for the first frame becomes garbage: looking for it would take a fifth of the time.
    gc.disable()
    try:
        cli.main(args=arguments, prog_name="mlflow-deck")
    except Problem as problem:
        from tui.console import logs
        from tui.console.panel import panel

        click.echo(panel(problem), err=True)
        logs.failure()
        raise SystemExit(EXIT_PROBLEM) from None
    except Exception as error:
        from tui.console import logs
        from tui.console.panel import fault

        click.echo(fault(error), err=True)
        logs.failure()
        raise SystemExit(EXIT_BROKEN) from None
