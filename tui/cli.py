"""The command line: options, commands, and what each of them does."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui import __version__
from tui.app import start
from tui.app.start import EXIT_BROKEN, GivenOptions, reporting, resolved, run, settings_of, working_folder
from tui.console import agents, files, genai, models, runs, wanted, watch
from tui.console.command import (
    Group,
    context_options,
    json_option,
    opened,
    print_json,
    quietly,
    shown_context_options,
    write,
)
from tui.console.completion import SHELLS
from tui.console.completion import commands as command_names

if TYPE_CHECKING:
    from tui.console.diff import DiffOptions
    from tui.domain.diff.comparison import Comparison


class _DeckGroup(Group):
    """A group in which a first word that is no command is a place to open."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and (args[0] in self.commands or ctx.resilient_parsing):
            return super().resolve_command(ctx, args)
        if args and args[0].isalpha():
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.list_commands(ctx), n=1, cutoff=0.7)
            if near:
                ctx.fail(f"There is no command “{args[0]}”. Did you mean “{near[0]}”?")
        if len(args) > 1 and not any(arg.startswith("-") for arg in args):
            ctx.fail(f"One place can be opened, and these are {len(args)}: {', '.join(args)}. Quote one with blanks.")
        return _open.name, _open, args

    def invoke(self, ctx: click.Context) -> Any:
        return quietly(lambda: super(_DeckGroup, self).invoke(ctx))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PLACE]")
        formatter.write_usage(ctx.command_path, "[OPTIONS] COMMAND [ARGS]...", prefix=" " * 7)


@click.group(
    cls=_DeckGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A keyboard-driven terminal UI for MLflow experiments, runs and registered models.\n\n"
    "PLACE is where to begin: runs:/ID, experiments:/NAME-or-ID, models:/NAME[@ALIAS|/VERSION], traces:/ID, or the"
    " address of a page of the MLflow or Databricks web UI. With neither a place nor an option, MLflow's own rules"
    " decide what is opened.",
)
@shown_context_options
@click.version_option(__version__, prog_name="mlflow-deck", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **given: Any) -> None:
    said = GivenOptions(**given)
    ctx.obj = said
    if said.log_file is not None:
        _keep_log(said.log_file)
    if ctx.invoked_subcommand is None:
        run(said, None)


@cli.command(
    "open",
    examples=(
        "mlflow-deck open 'https://mlflow.example.com/#/experiments/1/runs/4a1f…'",
        "mlflow-deck open models:/churn@champion --json",
    ),
)
@click.argument("place")
@json_option
@context_options
def _open(earlier: GivenOptions, /, place: str, as_json: bool, **given: Any) -> None:
    """Open a place in the deck, as PLACE alone does; with --json tell what it names instead, without asking anybody."""
    if as_json:
        from tui.console.report import place_as_plain

        print_json(place_as_plain(place))
        return
    said = GivenOptions(**given).over(earlier)
    if said.log_file is not None:
        _keep_log(said.log_file)
    run(said, place)


@cli.command(
    examples=(
        "mlflow-deck demo",
        "mlflow-deck demo --databricks",
    )
)
@click.option("--fresh", is_flag=True, help="Make it anew first.")
@click.option("--databricks", is_flag=True, help="Open a simulated Databricks workspace instead.")
@click.pass_obj
def demo(said: GivenOptions, fresh: bool, databricks: bool) -> None:
    """Make a sample store once, and open it."""
    for name in ("context", "tracking_uri", "registry_uri", "profile"):
        if getattr(said, name) is not None:
            raise click.UsageError(f"demo opens its own store; leave out --{name.replace('_', '-')}.")
    if databricks:
        _demo_databricks(said)
        return
    from tui.config.launch import Options, resolve
    from tui.demo.samples import ProgressLine, ensure_sample

    settings, file = settings_of(said)
    with ProgressLine(sys.stdout) as progress:
        sample = ensure_sample(fresh=fresh, report=progress)
    options = Options(tracking_uri=sample.tracking_uri, registry_uri=sample.tracking_uri, read_only=said.read_only)
    options = replace(options, ascii=said.ascii or None, mouse=False if said.no_mouse else None, ssh=said.ssh)
    launch = resolve(options, {}, working_folder(), replace(settings, context=None, contexts={}), file)
    origins = {**launch.origins, "tracking_uri": "mlflow-deck demo", "registry_uri": "mlflow-deck demo"}
    start.open_deck(said, replace(launch, context_name="demo", origins=origins))


def _demo_databricks(said: GivenOptions) -> None:
    """Open a workspace that is simulated by a process of this machine, for as long as the deck is open."""
    from tui.demo.samples import launch_of, simulation

    settings, _file = settings_of(said)
    with simulation() as running:
        read_only = bool(said.read_only)
        start.open_deck(said, launch_of(running, settings, read_only=read_only, ascii=said.ascii, ssh=bool(said.ssh)))


@cli.command(
    examples=(
        "mlflow-deck keys",
        "mlflow-deck --config team.yaml keys",
    )
)
@click.pass_obj
def keys(said: GivenOptions) -> None:
    """Print the table of keys as configured."""
    from tui.console.manual import plain_table

    settings, _ = settings_of(said)
    click.echo(plain_table(settings.keys, settings.plugins))


@cli.command(
    "ledger",
    examples=(
        "mlflow-deck ledger churn --json",
        "mlflow-deck ledger --merge ana.jsonl",
    ),
)
@click.argument("name", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--merge", metavar="FILE", type=click.Path(), help="Take in what `export ledger` of another machine has written."
)
@click.pass_obj
def ledger_command(said: GivenOptions, name: tuple[str, ...], as_json: bool, merge: str | None) -> None:
    """Print what was written from this machine; about NAME or everything.

    What was merged of other machines is told by `alias history`; undo looks at what was written here alone.
    """
    from tui.console.report import ledger_json, ledger_table, merged_words, selected
    from tui.resources import state_dir
    from tui.services.clock import SystemClock
    from tui.services.ledger import Ledger

    clock = SystemClock()
    contents = Ledger(state_dir() / "ledger.jsonl", clock, "").read()
    if merge is not None:
        write(merged_words(contents, Path(merge), state_dir()))
        return
    entries = selected(contents, name)
    click.echo(ledger_json(entries) if as_json else ledger_table(entries, clock.zone, name))
    for fault in contents.faults:
        click.echo(fault, err=True)


@cli.command(
    examples=(
        "mlflow-deck lint",
        "mlflow-deck lint churn --json",
        "mlflow-deck lint prompts:/support_reply",
    )
)
@context_options
@click.argument("name", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--rules", is_flag=True, help="Print the rules and their grades instead.")
@click.option("--allow-empty", is_flag=True, help="Pass where no model is registered.")
def lint(
    earlier: GivenOptions, /, name: tuple[str, ...], as_json: bool, rules: bool, allow_empty: bool, **given: Any
) -> None:
    """Judge registered models and prompts; exit with 1 if a rule of severity error fails, or there is none to judge.

    NAME is a model's, or prompts:/NAME.
    """
    from tui.console import report as console
    from tui.console.command import asked_twice
    from tui.domain.capabilities import expected

    said = GivenOptions(**given).over(earlier)
    settings, file = settings_of(said)
    if rules:
        click.echo(console.rules_table(settings.models.rules, settings.prompts.rules))
        return
    launch = resolved(said, settings, file, None)
    from tui.host.host import Host
    from tui.host.wire import spec_of
    from tui.services.clock import SystemClock
    from tui.services.model_health import ModelHealth
    from tui.services.prompt_desk import PromptHealth
    from tui.services.serving_desk import ServingDesk

    host = Host.start(spec_of(launch))
    try:
        can, registry = expected(launch.tracking_uri, launch.registry_uri), asked_twice(host.ports.registry)
        serving = ServingDesk(asked_twice(host.ports.serving), registry) if can.serving else None
        clock = SystemClock()
        health = ModelHealth(registry, clock, settings.models, settings.metric_directions, serving, capabilities=can)
        judging = PromptHealth(asked_twice(host.ports.prompts), clock, settings.prompts) if can.prompts else None
        report = console.lint(registry, health, name, prompts=judging)
    finally:
        host.close()
    click.echo(console.lint_json(report) if as_json else console.lint_table(report))
    if not report.passes(allow_empty=allow_empty):
        if not report.models:
            click.echo("No model was seen, so none was judged; --allow-empty lets that pass.", err=True)
        raise SystemExit(EXIT_BROKEN)


@cli.command(
    "diff",
    examples=(
        "mlflow-deck diff gallant-ox-12 brave-elk-771 --only-differences",
        "mlflow-deck diff models:/churn@champion models:/churn@challenger --format md",
        "mlflow-deck diff prompts:/support_reply@production prompts:/support_reply/4",
        "mlflow-deck diff dev:4a1f… prod:9c0e… --exit-code --json",
    ),
)
@context_options
@click.argument("runs", metavar="RUN RUN...", nargs=-1, required=True)
@click.option("--only-differences", is_flag=True, help="Leave out rows in which all runs are the same.")
@click.option("--baseline", metavar="RUN", help="Tell differences from this run; else from the first.")
@click.option("--tolerance", type=click.FloatRange(0, 1), help="Part of the larger number that two may differ by.")
@click.option("--system-tags", is_flag=True, help="Compare MLflow's own tags too.")
@click.option("--format", "form", type=click.Choice(("table", "md", "json", "csv", "html")), default="table")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.option("--csv", "form", flag_value="csv", help="The same as --format csv.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the runs differ in more than their times and ids.")
def diff_command(earlier: GivenOptions, /, runs: tuple[str, ...], exit_code: bool, **given: Any) -> None:
    """Compare runs, versions of a model, or two versions of a prompt; runs by id, runs:/ID or name, of another
    context as CONTEXT:RUN, and prompts word by word.

    Params, metrics, datasets, source and tags are compared; of versions also signature, flavors and requirements.
    """
    from tui.console import diff

    own = ("only_differences", "baseline", "tolerance", "system_tags", "form")
    options = diff.DiffOptions(**{name: given.pop(name) for name in own})
    said = GivenOptions(**given).over(earlier)
    if any(one.startswith("prompts:") for one in runs):
        with opened(said, {}) as session:
            cells = os.get_terminal_size().columns if sys.stdout.isatty() else 100
            differs = genai.print_difference(session, runs, options.form, cells)
        if exit_code and differs:
            raise SystemExit(EXIT_BROKEN)
        return
    if all(one.startswith("models:") for one in runs):
        with opened(said, {}) as session:
            settings = session.launch.settings
            sheet, options = diff.versions_as_sheet(session, runs, options)
            comparison = diff.comparison_of(sheet, options, settings.tolerance, settings.metric_directions)
        _print_diff(comparison, options, exit_code)
        return
    settings, file = settings_of(said)
    given_runs, launches = diff.launches_of(
        diff.given_runs(runs, settings.contexts),
        lambda context: resolved(said.elsewhere(context) if context else said, settings, file, None),
    )
    tolerance, directions = settings.tolerance, settings.metric_directions
    if len(launches) == 1:
        with diff.gateway(*launches.values()) as tracking:
            texts = [one.run for one in given_runs]
            comparison = diff.compared(tracking, texts, options, tolerance, directions)
    else:
        with diff.opened(launches) as trackings:
            sheet = diff.sheet_across(trackings, given_runs)
        comparison = diff.comparison_of(sheet, options, tolerance, directions)
    _print_diff(comparison, options, exit_code)


def _print_diff(comparison: Comparison, options: DiffOptions, exit_code: bool) -> None:
    from tui.console import diff
    from tui.services.clock import SystemClock

    cells = os.get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(diff.written(comparison, options, SystemClock().zone, cells), nl=False)
    if exit_code and comparison.differ():
        raise SystemExit(EXIT_BROKEN)


@cli.command(
    "doctor",
    examples=(
        "mlflow-deck doctor",
        "mlflow-deck doctor --context prod --json",
    ),
)
@context_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor_command(earlier: GivenOptions, /, as_json: bool, **given: Any) -> None:
    """Tell what works and what does not from here; exit with 1 if something needed fails."""
    from tui.console import report as console
    from tui.services.doctor import Doctor, fails, here
    from tui.services.session import open_session

    said = GivenOptions(**given).over(earlier)
    settings, file = settings_of(said)
    session = open_session(resolved(said, settings, file, None), None)
    around = here(session.launch.profile, file)
    checks = []
    try:
        for check in Doctor(session, around).checks():
            checks.append(check)
            if not as_json:
                said_wide = os.environ.get("COLUMNS", "")  # where there is no terminal to be asked
                columns = around.terminal.columns or (int(said_wide) if said_wide.isdecimal() else 0) or 100
                click.echo(console.line(check, columns, unicode=around.terminal.unicode and not settings.ascii))
    finally:
        session.close()
    click.echo(console.checks_json(session.name, checks) if as_json else f"\n{console.ending(checks)}")
    if fails(checks):
        raise SystemExit(EXIT_BROKEN)


@cli.group(
    cls=Group,
    examples=(
        "mlflow-deck config init",
        "mlflow-deck config show",
    ),
)
def config() -> None:
    """Show what is configured, or where, or write an example."""


@config.command("path", examples=("mlflow-deck config path",))
@click.pass_obj
def config_path(said: GivenOptions) -> None:
    """Print the path of the configuration file."""
    from tui import resources

    click.echo(str(resources.config_file(said.config, os.environ, working_folder())[0]))


@config.command("show", examples=("mlflow-deck config show",))
@click.pass_obj
def config_show(said: GivenOptions) -> None:
    """Print what would be opened and every setting, and where each came from."""
    from tui.console.report import described

    settings, file = settings_of(said)
    click.echo(described(resolved(said, settings, file, None), file))


@config.command("init", examples=("mlflow-deck config init",))
@click.pass_obj
def config_init(said: GivenOptions) -> None:
    """Write a commented example to the configuration file's place.

    In a terminal it asks where MLflow keeps its runs, and what that is to be called, and makes a context of it; an
    empty answer leaves the example as it is.
    """
    from tui import resources
    from tui.console.report import refuse_to_overwrite, write_example

    file, _ = resources.config_file(said.config, os.environ, working_folder())
    refuse_to_overwrite(file)
    context = _asked_context() if in_a_terminal() else None
    write_example(file, context)
    click.echo(f"Wrote {file}")
    if context is not None:
        click.echo(f"mlflow-deck opens {context[0]} from now on; the file says what else can be set.")


def in_a_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked_context() -> tuple[str, str] | None:
    """The name and the URI of a context, asked for; None where none is wanted."""
    from tui.config.launch import UriRefused, absolute, check_tracking
    from tui.domain import uris

    given = os.environ.get("MLFLOW_TRACKING_URI", "")
    known = "" if uris.holds_secret(given) else given
    click.echo("Where does MLflow keep its runs? (https://…, sqlite:///PATH, databricks; empty for an example only)")
    while True:
        uri: str = click.prompt("Tracking URI", default=known, show_default=bool(known)).strip()
        if not uri:
            return None
        if uris.holds_secret(uri):
            click.echo("It holds a password, which this file never does: see the first lines of the example.")
            continue
        try:
            uri = absolute(check_tracking(uri), working_folder())
            break
        except UriRefused as refused:
            click.echo(f"{refused.message}. {refused.hint}")
    name: str = click.prompt("What is it called", default="prod" if uri.startswith("http") else "local").strip()
    return name, uri


@cli.command(
    "completion",
    examples=(
        'eval "$(mlflow-deck completion bash)"           # in ~/.bashrc',
        'eval "$(mlflow-deck completion zsh)"            # in ~/.zshrc',
        "mlflow-deck completion fish > ~/.config/fish/completions/mlflow-deck.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion_command(shell: str) -> None:
    """Print what makes a shell complete commands and names; options, contexts, experiments and models too.

    Names that a shell would take for more than a name are not offered.
    """
    from tui.console.completion import script

    write(script(cli, shell))


@cli.command(
    "help",
    examples=(
        "mlflow-deck help alias set",
        "mlflow-deck help --man | man -l -",
    ),
)
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=command_names)
@click.option("--man", "as_man", is_flag=True, help="Print the man page of all, in roff.")
def help_command(words: tuple[str, ...], as_man: bool) -> None:
    """Print the help of a command, or of the program."""
    from tui.console import manual

    write(manual.man_page(cli) if as_man else manual.found(cli, words).get_help() + "\n")


cli.add_command(runs.experiments)
cli.add_command(runs.runs)
cli.add_command(genai.traces)
cli.add_command(genai.evaluations)
cli.add_command(models.models)
cli.add_command(models.versions)
cli.add_command(genai.prompts)
cli.add_command(models.alias)
cli.add_command(models.undo)
cli.add_command(files.export)
files.export.add_command(wanted.export_aliases)
cli.add_command(wanted.plan_command)
cli.add_command(wanted.apply_command)
cli.add_command(wanted.gate_command)
cli.add_command(watch.watch_command)
cli.add_command(agents.mcp_command)
cli.add_command(files.download)


def _keep_log(file: str) -> None:
    from tui.console.logs import keep

    keep(Path(file))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; a problem is a panel and status 2, a fault of ours one and status 1, never a traceback."""
    try:
        reporting(lambda: cli.main(args=arguments, prog_name="mlflow-deck"))
    except KeyboardInterrupt:  # what is not a command's own, such as a shell that no longer waits for names
        raise SystemExit(128 + 2) from None
