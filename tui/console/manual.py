"""``mlflow-deck help`` and the man page: both are made from the commands themselves."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import click

from tui import __version__
from tui.app.actions import ACTIONS, PLACES, VERBS, Action, configured_keys, key_table, show_keys
from tui.config.model import PluginSettings
from tui.domain.text import clean, fit, width

_STATUSES = (
    ("0", "Done, or the answer is yes."),
    ("1", "The answer is no: something differs or does not pass. Or a fault of mlflow-deck itself, which says so."),
    ("2", "Nothing was done: wrongly asked, refused, or not to be read. Of plan: there is a difference."),
    ("3", "A write was not done, or not wholly, or nobody knows; what became of it is printed."),
    ("141", "Whoever read the output went away."),
)
_FILES = (
    ("config.yaml", "Settings; mlflow-deck config path prints where it is."),
    ("ledger.jsonl", "Everything written from this machine; mlflow-deck ledger prints it."),
)
_VARIABLES = (
    ("MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI", "What is opened where no option and no context says it."),
    ("MLFLOW_DECK_CONFIG", "Another configuration file."),
    ("MLFLOW_DECK_COMPLETE_SECONDS", "How long a shell waits for names of experiments and models; 3 if not set."),
    ("NO_COLOR", "No colours."),
)


def found(program: click.Group, words: Sequence[str]) -> click.Context:
    """The command that some words name, as a context whose help can be asked for. Raises UsageError for none."""
    ctx = click.Context(program, info_name="mlflow-deck")
    for word in words:
        command = ctx.command
        next_one = command.commands.get(word) if isinstance(command, click.Group) else None
        if next_one is None:
            raise click.UsageError(f"There is no command “{' '.join(words)}”.")
        ctx = click.Context(next_one, info_name=word, parent=ctx)
    return ctx


def man_page(program: click.Group) -> str:
    """The whole command line as a man page, in roff."""
    lines = [f'.TH MLFLOW\\-DECK 1 "" "mlflow\\-deck {_roff(__version__)}" "User Commands"']
    lines += [".SH NAME", "mlflow\\-deck \\- " + "a keyboard\\-driven terminal UI for MLflow"]
    ctx = found(program, ())
    lines += [".SH SYNOPSIS"]
    for form in ("[OPTIONS] [PLACE]", "[OPTIONS] COMMAND [ARGS]..."):
        lines += [f".B mlflow\\-deck\n{_roff(form)}", ".br"]
    lines += [".SH DESCRIPTION", *_paragraphs(program.help or "")]
    lines += [".SH OPTIONS", *_options(ctx)]
    lines += [".SH COMMANDS", *_commands(program, ())]
    for title, rows in (("EXIT STATUS", _STATUSES), ("FILES", _FILES), ("ENVIRONMENT", _VARIABLES)):
        lines += [f".SH {title}"]
        for name, text in rows:
            lines += [".TP", f".B {_roff(name)}", _roff(text)]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
            continue
        ctx = found(group, ())
        ctx = click.Context(command, info_name=name, parent=ctx)
        words = " ".join(("mlflow-deck", *path, name))
        yield f".SS {_roff(words)} {_roff(' '.join(command.collect_usage_pieces(ctx)))}"
        yield from _paragraphs(command.help or "")
        yield from _options(ctx)
        for example in getattr(command, "examples", ()):
            yield from (".PP", ".nf", f"    {_roff(example)}", ".fi")


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield from (".PP", _roff(" ".join(paragraph.split())))


def _options(ctx: click.Context) -> Iterator[str]:
    for param in ctx.command.get_params(ctx):
        record = param.get_help_record(ctx)
        if record is not None and "--help" not in param.opts:
            yield from (".TP", f".B {_roff(record[0])}", _roff(record[1]))


def _roff(text: str) -> str:
    """A text in which nothing is a request of roff's."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{safe}" if safe.startswith(".") else safe


# The table of keys, for a terminal and for docs/keys.md; both are made from the registry of actions.


def plain_table(keymap: Mapping[str, str], plugins: Mapping[str, PluginSettings] = MappingProxyType({})) -> str:
    """Every action under its place: keys as configured, what it does, and the id by which it can be given others.

    Commands of one's own come last, each with the places where it holds.
    """
    keys_wide = max(width(_keys_or_command(action, keymap)) for action in ACTIONS)
    help_wide = max(width(action.help) for action in ACTIONS)
    blocks = []
    for place, actions in key_table():
        rows = [place]
        for action in actions:
            keys = _keys_or_command(action, keymap)
            rows.append(f"  {fit(keys, keys_wide)}  {fit(action.help, help_wide)}  {action.id}")
        blocks.append("\n".join(rows))
    if plugins:
        rows = ["Commands of your own"]
        for name, one in plugins.items():
            does = clean(one.does or f"Run {shlex.join(one.run)}")
            where = ", ".join(PLACES[place].lower() for place in one.at)
            rows.append(f"  {fit(one.key or f':{name}', keys_wide)}  {fit(does, help_wide)}  plugins.{name} ({where})")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks)


def _keys_or_command(action: Action, keymap: Mapping[str, str]) -> str:
    """What has no key has its name on the command line."""
    return show_keys(configured_keys(action, keymap)) or " ".join(filter(None, (f":{action.command}", action.takes)))


def markdown_table() -> str:
    """The default keys as one Markdown table, a row for each verb."""
    rows = ["| Keys | What they do | Where | Id |", "|---|---|---|---|"]
    for verb in VERBS:
        shown = show_keys(verb.keys).split() or [" ".join(filter(None, (f":{verb.command}", verb.takes)))]
        keys = " ".join(f"`{key}`" if key != "`" else "`` ` ``" for key in shown)
        places = ", ".join(PLACES[at.place] for at in verb.scopes)
        rows.append(f"| {keys} | {verb.help.replace('|', chr(92) + '|')} | {places} | `{verb.name}` |")
    return "\n".join(rows)
