"""What the commands for scripts share: their options and help, the open context, forms that stream, exit statuses.

A command is a function under a ``Group`` of this module with ``context_options`` and, where it prints rows,
``output_options`` above it; it opens its context by ``opened`` and prints by ``print_rows`` or ``print_one``.
``tui.cli`` names every group.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import wraps
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TextIO, TypeVar, cast

import click

from tui.domain.problem import Kind, Problem
from tui.domain.table import Align
from tui.domain.text import clean, fit, width
from tui.domain.text import width as cells
from tui.domain.uris import without_secrets
from tui.domain.values import pages_of

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.services.session import Session


EXIT_NO = 1
"""The answer is no: something differs, or does not pass."""
EXIT_PROBLEM = 2
"""Nothing was done: wrongly asked, refused, or not to be read."""
EXIT_UNDONE = 3
"""A write was not done, or not wholly, or nobody knows: the server was not as it was expected, or said no."""
EXIT_PIPE = 128 + 13
"""Whoever read the output has gone, as shells tell it of any program."""

_PADDED = 48  # cells at most that a column of a table is made wide for its longest text

TABLE, JSON, CSV = "table", "json", "csv"

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
T = TypeVar("T")


# commands and their help


def _in_short(command: click.Command) -> str:
    """What a command does, as a shell tells it beside the name: the first clause whole, never one that is cut."""
    return " ".join((command.help or "").partition("\n\n")[0].split()).partition(";")[0].rstrip(".")


class CommandWithExamples(click.Command):
    """A command whose help ends with examples, a line each, and leaves the options of the context to the program's."""

    def __init__(self, *given: Any, examples: Sequence[str] = (), trouble: int = EXIT_PROBLEM, **named: Any) -> None:
        super().__init__(*given, **named)
        self.examples = tuple(examples)
        self._trouble = trouble  # how it ends where it was wrongly asked, or has a problem

    def get_short_help_str(self, limit: int = 0) -> str:
        return _in_short(self)

    def make_context(self, *given: Any, **named: Any) -> click.Context:
        try:
            return super().make_context(*given, **named)
        except click.UsageError as error:
            if self._trouble == EXIT_PROBLEM:
                raise
            error.show()
            raise SystemExit(self._trouble) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            if self._trouble == EXIT_PROBLEM:
                raise
            from tui.console import logs

            sys.stderr.write(panel(problem) + "\n")
            logs.failure()
            raise SystemExit(self._trouble) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        if any(option.name == "tracking_uri" and getattr(option, "hidden", False) for option in self.params):
            formatter.write_paragraph()
            formatter.write_text("Where to: --context, --tracking-uri and the like, as in mlflow-deck --help.")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)


def _write_examples(examples: Sequence[str], formatter: click.HelpFormatter) -> None:
    """A line each; one that is wider than a terminal goes on in the next, as a shell takes it."""
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write("".join(f"  {line}\n" for line in lines_of(example)))


def lines_of(example: str) -> list[str]:
    """An example in lines of 78 cells at most, parted before an option or a pipe."""
    lines = []
    while len(example) > 78:
        at = max(example.rfind(" --", 0, 76), example.rfind(" | ", 0, 76))
        if at < 5:
            break
        lines.append(example[:at] + " \\")
        example = f"    {example[at + 1 :]}"
    return [*lines, example]


class Group(click.Group):
    """A group of such commands; its list says what each does in short."""

    command_class = CommandWithExamples
    group_class = type

    def __init__(self, *given: Any, examples: Sequence[str] = (), **named: Any) -> None:
        super().__init__(*given, **named)
        self.examples = tuple(examples)

    def get_short_help_str(self, limit: int = 0) -> str:
        return _in_short(self)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_examples(self.examples, formatter)
        super().format_epilog(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, f"{_in_short(command)}."))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


# options


def context_options(function: Decorated) -> Decorated:
    """The options that say what is opened and how; the command's help leaves them to the program's.

    The command is given first what was said of them before its name.
    """
    return _with(click.pass_obj(function), _context_options(hidden=True))  # type: ignore[return-value]


def shown_context_options(function: Decorated) -> Decorated:
    """The same options, shown in the help."""
    return _with(function, _context_options(hidden=False))


def _context_options(*, hidden: bool) -> Sequence[Callable[[Any], Any]]:
    def option(*names: str, **given: Any) -> Callable[[Any], Any]:
        return click.option(*names, hidden=hidden, **given)

    return (
        option(
            "--context", metavar="NAME", shell_complete=_contexts, help="Open this context of the configuration file."
        ),
        option("--tracking-uri", metavar="URI", help="Open this tracking server or store."),
        option("--registry-uri", metavar="URI", help="Take registered models from here."),
        option("--profile", metavar="NAME", help="Sign in to Databricks by this profile."),
        option("--workspace", metavar="NAME", help="Open this workspace of an MLflow server."),
        option("--config", metavar="FILE", type=click.Path(), help="Read this configuration file."),
        option(
            "--read-only/--read-write", "read_only", default=None, help="Whether anything may be written to MLflow."
        ),
        option(
            "--ssh/--no-ssh",
            default=None,
            help="Draw less for a slow line; by itself in SSH.",
        ),
        option("--resume", is_flag=True, help="Go back to where the last session was cut off."),
        option("--ascii", "ascii", is_flag=True, help="Use plain ASCII signs."),
        option("--no-mouse", is_flag=True, help="Leave the mouse to the terminal."),
        option("--log-file", metavar="FILE", type=click.Path(), help="Keep a log here, tracebacks included."),
    )


def _contexts(ctx: click.Context, param: click.Parameter, incomplete: str) -> Any:
    from tui.console.completion import contexts

    return contexts(ctx, param, incomplete)


def _with(function: Decorated, options: Sequence[Callable[[Any], Any]]) -> Decorated:
    for option in reversed(options):
        function = option(function)
    return function


def output_options(function: Decorated) -> Decorated:
    """``--json`` and ``--csv``; the command is given the one asked for as ``form``."""

    @wraps(function)
    def chosen(*given: Any, as_json: bool, as_csv: bool, **named: Any) -> Any:
        if as_json and as_csv:
            raise click.UsageError("--json and --csv are two forms; choose one.")
        return function(*given, form=JSON if as_json else CSV if as_csv else TABLE, **named)

    options = (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--csv", "as_csv", is_flag=True, help="Print CSV."),
    )
    return _with(chosen, options)  # type: ignore[return-value]  # the same but for the form


def json_option(function: Decorated) -> Decorated:
    """``--json`` alone, for what is no table."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


limit_option = click.option("--limit", type=click.IntRange(min=1), metavar="N", help="End after so many.")
named_option = click.option("--named", metavar="TEXT", default="", help="Only those whose name holds this.")
filter_option = click.option(
    "--filter", "text", metavar="FILTER", default="", help="Only those that match, as / in the deck."
)


# the context


@contextlib.contextmanager
def opened(earlier: GivenOptions, given: Mapping[str, Any]) -> Iterator[Session]:
    """The context that the options say, its process ended afterwards."""
    from tui.app.start import GivenOptions, resolved, settings_of
    from tui.console.logs import hush, keep
    from tui.services.session import open_session

    said = GivenOptions(**given).over(earlier)
    if said.log_file is not None:
        from pathlib import Path

        keep(Path(said.log_file))
    hush()
    settings, file = settings_of(said)
    session = open_session(resolved(said, settings, file, None), None)
    try:
        yield session
    finally:
        session.close()


def asked_twice(port: T) -> T:
    """A port that is only read from, whose answers are asked for once more where the line was cut before they came.

    A gate judges by whole answers, and one line of many that is cut is no reason to stop a pipeline.
    """
    return cast(T, _AskedTwice(port))


class _AskedTwice:
    def __init__(self, port: object) -> None:
        self._port = port

    def __getattr__(self, name: str) -> Callable[..., Any]:
        ask = getattr(self._port, name)

        def asked(*given: Any, **named: Any) -> Any:
            try:
                return ask(*given, **named)
            except Problem as problem:
                if problem.kind is not Kind.UNREACHABLE:
                    raise
                click.echo(f"{clean(problem.message)} It is asked once more.", err=True)
                return ask(*given, **named)

        return asked


def asked_wrongly(title: str, message: str, hint: str = "") -> Problem:
    """What was asked cannot be meant."""
    return Problem(Kind.BAD_REQUEST, title, message, hint)


def paged(ask: Callable[..., Any], rows: str) -> Iterator[Sequence[Any]]:
    """The pages of a list, each asked for when it is wanted; ``ask`` is given a token, ``rows`` is the page's field."""
    return (getattr(page, rows) for page in pages_of(ask))


def upto(pages: Iterable[Sequence[T]], most: int | None) -> Iterator[Sequence[T]]:
    """The pages until so many rows have come; asks for no page beyond."""
    if most is None:
        yield from pages
        return
    for page in pages:
        yield page[:most]
        most -= len(page)
        if most <= 0:
            return


# what is printed


@dataclass(frozen=True)
class PrintedColumn(Generic[T]):
    """One column of what a command prints: its name in every form, its plain value, and how a table says it."""

    name: str
    value: Callable[[T], object]
    text: Callable[[T], str] | None = None
    align: Align = "left"
    in_table: bool = True
    in_csv: bool = True

    def shown(self, row: T) -> str:
        """The cell of a table on a terminal."""
        return clean(self.text(row) if self.text is not None else _plain_text(self.value(row)))


def in_full(fields: Sequence[PrintedColumn[T]]) -> Sequence[PrintedColumn[T]]:
    """The same columns, each in every form and with its plain value."""
    return tuple(PrintedColumn(field.name, field.value) for field in fields)


def print_rows(form: str, fields: Sequence[PrintedColumn[T]], pages: Iterable[Sequence[T]], *, nothing: str) -> int:
    """Print pages as they come, and answer how many rows there were; ``nothing`` says in a table that there was none.

    A table is as wide as its first page wants, and never cuts: what is longer stands out. JSON is one array, a
    line a row. CSV leaves out what has no place in one cell.
    """
    if form == JSON:
        return _print_json(fields, pages)
    if form == CSV:
        return _print_csv(fields, pages)
    return _print_table(fields, pages, nothing)


def print_one(form: str, fields: Sequence[PrintedColumn[T]], row: T) -> None:
    """Print one thing: an object of JSON, a line of CSV below its heading, or a line for each field."""
    if form == JSON:
        write(json.dumps({field.name: plain(field.value(row)) for field in fields}, indent=2, allow_nan=False) + "\n")
        return
    if form == CSV:
        _print_csv(fields, [[row]])
        return
    wide = max(width(field.name) for field in fields)
    for field in fields:
        if not field.in_table:
            continue
        value = field.value(row)
        entries = value.items() if isinstance(value, Mapping) and field.text is None else None
        if entries is None:
            write(f"{bold(fit(field.name, wide))}  {field.shown(row)}".rstrip() + "\n")
            continue
        write(f"{bold(field.name)}\n" if entries else "")
        inner = max((width(clean(str(key))) for key, _ in entries), default=0)
        for key, one in entries:
            write(f"  {fit(clean(str(key)), inner)}  {clean(_plain_text(one))}".rstrip() + "\n")


def print_json(whole: object) -> None:
    """Print one value as JSON."""
    write(json.dumps(plain(whole), indent=2, allow_nan=False) + "\n")


def plain(value: object) -> object:
    """A value as JSON has it: NaN and infinities are the texts "NaN", "Infinity" and "-Infinity"."""
    if isinstance(value, float) and not math.isfinite(value):
        return not_finite(value)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def instant(ms: int | None) -> str | None:
    """A time for programs: ``2026-03-01T14:00:00.000Z``; None where there is none."""
    if ms is None or ms < 0:
        return None
    try:
        at = datetime.fromtimestamp(ms / 1000, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return None
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def write(text: str) -> None:
    """Write to stdout; signs that its encoding lacks are escaped."""
    stream = sys.stdout
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def bold(text: str) -> str:
    """The text in bold where stdout is a terminal that takes it."""
    return f"\x1b[1m{text}\x1b[0m" if has_colour() else text


def has_colour() -> bool:
    """Whether stdout is a terminal on which signs may be marked."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def quietly(work: Callable[[], T]) -> T:
    """Do it and hand everything out; where the reader has gone, end without a word."""
    try:
        answer = work()
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
            # What is still to be written when the program ends goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(EXIT_PIPE) from None
    return answer


def _plain_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else not_finite(value)
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_plain_text(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(_plain_text(one) for one in value)
    return str(value)


def _begun(pages: Iterable[Sequence[T]]) -> Iterable[Sequence[T]]:
    """The pages that have rows, the first of them read already: where that fails, nothing has been printed."""
    coming = filter(None, pages)
    first = next(coming, ())
    return chain((first,), coming)


def _print_json(fields: Sequence[PrintedColumn[T]], pages: Iterable[Sequence[T]]) -> int:
    count = 0
    pages = _begun(pages)
    write("[")
    for page in pages:
        for row in page:
            said = {field.name: plain(field.value(row)) for field in fields}
            write(f"{',' if count else ''}\n{json.dumps(said, allow_nan=False)}")
            count += 1
        sys.stdout.flush()
    write("\n]\n" if count else "]\n")
    return count


def _print_csv(fields: Sequence[PrintedColumn[T]], pages: Iterable[Sequence[T]]) -> int:
    columns = [field for field in fields if field.in_csv]
    # On a terminal what a text holds must not act on it; in a pipe it is handed on as it is.
    safe = clean if sys.stdout.isatty() else str
    count = 0
    pages = _begun(pages)
    write(_csv_line([field.name for field in columns]))
    for page in pages:
        for row in page:
            write(_csv_line([safe(_plain_text(field.value(row))) for field in columns]))
            count += 1
        sys.stdout.flush()
    return count


def _csv_line(texts: Sequence[str]) -> str:
    from tui.domain.export import harmless  # loads numpy

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([harmless(text) for text in texts])
    return line.getvalue()


def _print_table(fields: Sequence[PrintedColumn[T]], pages: Iterable[Sequence[T]], nothing: str) -> int:
    columns = [field for field in fields if field.in_table]
    wide: list[int] | None = None
    count = 0
    for page in pages:
        lines = [[field.shown(row) for field in columns] for row in page]
        if not lines:
            continue
        if wide is None:
            wide = [
                max(width(field.name), min(_PADDED, max(width(line[at]) for line in lines)))
                for at, field in enumerate(columns)
            ]
            write(bold(_line([field.name for field in columns], columns, wide)) + "\n")
        for line in lines:
            write(_line(line, columns, wide) + "\n")
        count += len(lines)
        sys.stdout.flush()
    if not count:
        click.echo(nothing, err=True)
    return count


def _line(texts: Sequence[str], columns: Sequence[PrintedColumn[T]], wide: Sequence[int]) -> str:
    cells = (
        text if width(text) > cells else fit(text, cells, field.align)
        for text, field, cells in zip(texts, columns, wide, strict=True)
    )
    return "  ".join(cells).rstrip()


# A problem as a box of text on a terminal that the deck does not hold.


_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"
_WIDEST = 100


def panel(problem: Problem, stream: TextIO | None = None) -> str:
    """Title, what came back and what to do, in a box; coloured only for a terminal that wants colour."""
    return _box(problem.title, [problem.message, problem.hint], stream or sys.stderr)


def fault(error: BaseException, stream: TextIO | None = None) -> str:
    """The box for a fault of the deck's own: the error's last line, and how to keep the whole of it."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = "This is a fault of mlflow-deck. With --log-file FILE the whole of it is kept there."
    return _box("mlflow-deck stopped", [said, hint], stream or sys.stderr)


def _box(title: str, paragraphs: list[str], stream: TextIO) -> str:
    width = min(_WIDEST, max(40, shutil.get_terminal_size().columns)) - 4
    top, side, bottom = ("╭─ {} {}╮", "│", "╰{}╯") if _draws_lines(stream) else ("+- {} {}+", "|", "+{}+")
    line = top[1]
    title = clean(title)
    title = fit(title, min(width - 4, cells(title)))
    colour = stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    red, bold, plain = (_RED, _BOLD, _PLAIN) if colour else ("", "", "")
    heading = top.format(f"{bold}{title}{plain}{red}", line * (width - cells(title) - 1))
    rows = [f"{red}{heading}{plain}"]
    for paragraph in filter(None, paragraphs):
        wrapped = _wrapped(clean(without_secrets(paragraph)), width)
        rows += [f"{red}{side}{plain} {fit(text, width)} {red}{side}{plain}" for text in wrapped]
    rows.append(f"{red}{bottom.format(line * (width + 2))}{plain}")
    return "\n".join(rows)


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` cells, broken at spaces where that can be."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cells(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = ""
        for character in word:
            if cells(line + character) > width:
                lines.append(line)
                line = ""
            line += character
    return [*lines, line]


def _draws_lines(stream: TextIO) -> bool:
    try:
        "╭─│".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
