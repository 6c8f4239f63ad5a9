"""``mlflow-deck export`` and ``mlflow-deck download``: what is recorded taken along as files."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tui.console import completion
from tui.console.command import (
    CSV,
    JSON,
    Group,
    PrintedColumn,
    asked_wrongly,
    context_options,
    filter_option,
    json_option,
    opened,
    print_json,
    print_rows,
    write,
)
from tui.console.models import Named, version_of
from tui.console.runs import RunRow, found_runs, lifecycle_option, run_fields
from tui.domain.artifacts import ArtifactEntry, ArtifactRoot
from tui.domain.experiments import Lifecycle
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import PACE_AFTER_MS, pace, size, time_left
from tui.domain.text import clean, named

if TYPE_CHECKING:
    from tui.app.start import GivenOptions
    from tui.services.session import Session


@click.group(
    cls=Group,
    examples=(
        "mlflow-deck export runs churn/weekly --parquet runs.parquet",
        "mlflow-deck export aliases > aliases.yaml",
    ),
)
def export() -> None:
    """Take runs along with every value, or aliases as YAML; the latter is to be kept in git."""


@export.command(
    "runs",
    examples=(
        "mlflow-deck export runs churn/weekly > churn.csv",
        "mlflow-deck export runs churn/weekly --filter 'metrics.auc > 0.9' --json > best.json",
        "mlflow-deck export runs churn/weekly --parquet churn.parquet",
    ),
)
@click.argument("experiment", nargs=-1, shell_complete=completion.experiments)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; it and Parquet tell an empty text from none.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV; so it is by itself.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a table of Markdown.")
@click.option(
    "--parquet",
    "file",
    metavar="FILE",
    type=click.Path(),
    default="",
    help="Write Parquet to a file that is not there yet.",
)
@filter_option
@lifecycle_option
@context_options
def export_runs(
    earlier: GivenOptions,
    /,
    experiment: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    as_markdown: bool,
    file: str,
    text: str,
    lifecycle: str,
    **given: Any,
) -> None:
    """Print runs with every param, metric and tag, a column each; numbers are in full.

    JSON begins with the first page; the others when all runs have been read, since only then every column is known.
    """
    if as_json + as_csv + as_markdown + bool(file) > 1:
        raise click.UsageError("--json, --csv, --markdown and --parquet are four forms; choose one.")
    if file:
        _require_parquet()
    with opened(earlier, given) as session:
        pages = found_runs(session, experiment, text, Lifecycle(lifecycle))
        if as_json:
            print_rows(JSON, run_fields(()), pages, nothing="")
            return
        rows = [row for page in _told(pages, session) for row in page]
    if not as_markdown and not file:
        print_rows(CSV, _wide(rows), [rows], nothing="")
        return
    from tui.domain.export import ExportedRows, parquet, rows_markdown

    fields = [field for field in _wide(rows) if field.in_csv]
    names = tuple(field.name for field in fields)
    if as_markdown:
        write(rows_markdown(names, [[field.shown(row) for field in fields] for row in rows]))
        return
    columns = tuple([field.value(row) for row in rows] for field in fields)
    _write_new(parquet(ExportedRows(names, columns)), file)


def _told(pages: Iterable[Sequence[RunRow]], session: Session) -> Iterator[Sequence[RunRow]]:
    """The same pages; on a terminal it is said how many runs have been read, and how fast."""
    if not sys.stderr.isatty():
        yield from pages
        return
    began_ms, read = session.clock.now_ms(), 0
    for page in pages:
        read += len(page)
        sys.stderr.write(f"\r\x1b[K{pace(read, None, read, session.clock.now_ms() - began_ms)}, ctrl+c stops")
        sys.stderr.flush()
        yield page
    sys.stderr.write("\r\x1b[K")


def _require_parquet() -> None:
    from tui.domain.export import can_write_parquet

    if not can_write_parquet():
        raise Problem(
            Kind.UNSUPPORTED, "Nothing was exported", "Parquet is written by pyarrow, which is not installed here.",
            "Install pyarrow beside mlflow-deck, or take --json.",
        )  # fmt: skip


def _write_new(data: bytes, file: str) -> None:
    from pathlib import Path

    from tui.services.downloads import AlreadyThere
    from tui.services.downloads import export as write_file

    try:
        write_file(data, file, Path.cwd())
    except AlreadyThere:
        raise asked_wrongly("Nothing was exported", f"{clean(file)} is there already.", "Name another file.") from None


def _wide(rows: Sequence[RunRow]) -> Sequence[PrintedColumn[RunRow]]:
    """The fields of runs and a column for each param, metric and tag that any of them has."""
    keys: dict[str, None] = {}
    for kind in ("params", "metrics", "tags"):
        keys |= dict.fromkeys(sorted({f"{kind}.{key}" for row in rows for key in getattr(row, kind)}))
    return run_fields(tuple(keys))


@export.command(
    "ledger",
    examples=(
        "mlflow-deck export ledger > ana.jsonl",
        "mlflow-deck ledger --merge ana.jsonl",
    ),
)
@click.argument("name", nargs=-1)
def export_ledger(name: tuple[str, ...]) -> None:
    """Print this machine's ledger, about NAME or everything, as lines that another one can merge."""
    from tui.resources import state_dir
    from tui.services.clock import SystemClock
    from tui.services.ledger import Ledger
    from tui.services.ledger_rows import lines

    for entry in Ledger(state_dir() / "ledger.jsonl", SystemClock(), "").read().entries:
        if not name or entry.subject in name:
            write("".join(lines([entry])))


@click.command(
    "download",
    cls=Group.command_class,
    examples=(
        "mlflow-deck download runs:/4a1f…/plots/roc.png",
        "mlflow-deck download models:/churn@champion --to models/",
    ),
)
@click.argument("place")
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    default=".",
    help="The folder that it goes into; else this one.",
)
@json_option
@context_options
def download(earlier: GivenOptions, /, place: str, folder: str, as_json: bool, **given: Any) -> None:
    """Bring files of a run or of a model version; print where it lies.

    Whole or not at all; what is there already is not replaced, and the name printed is the one that was free.
    """
    from tui.services.downloads import Download

    with opened(earlier, given) as session:
        root, entry, name = _meant(session, place)
        fetch = Download(session.artifacts, root, entry, folder, name)
        shown = sys.stderr.isatty()
        done = fetch.run(partial(_progress, time.monotonic()) if shown else lambda *_told: None)
        if shown:
            sys.stderr.write("\r\x1b[K")
    for left in done.left_out:
        click.echo(f"Left out, as the server gives it to nobody: {clean(left)}", err=True)
    if as_json:
        print_json({"path": done.path, "files": done.files, "bytes": done.size, "left_out": list(done.left_out)})
    else:
        write(f"{clean(done.path)}\n")


def _progress(began: float, done: int, of: int, _file: str) -> None:
    passed_ms = round((time.monotonic() - began) * 1000)
    share = f"{size(done)} of {size(of)}" if of else f"{done} files found"
    if of and passed_ms >= PACE_AFTER_MS:
        share += f" · {size(done * 1000 // passed_ms)}/s{time_left(done, of, passed_ms)}, ctrl+c stops"
    sys.stderr.write(f"\r\x1b[K{share}")
    sys.stderr.flush()


def _meant(session: Session, given: str) -> tuple[ArtifactRoot, ArtifactEntry, str]:
    """What is to be brought: where its paths begin, itself, and the name that it gets."""
    from tui.domain.places import PlaceKind, parse_place

    place = parse_place(given)
    if place.kind is PlaceKind.RUN:
        root = ArtifactRoot("run", place.run_ids[0])
        return root, _entry(session, root, place.artifact_path), "" if place.artifact_path else root.id
    if place.kind is PlaceKind.LOGGED_MODEL:
        root = ArtifactRoot("model", place.model)
        return root, _entry(session, root, place.artifact_path), "" if place.artifact_path else root.id
    if place.kind is PlaceKind.MODEL:
        made = version_of(session, Named(place.model, place.version, place.alias))
        name = f"{made.name.rpartition('/')[2]}-v{made.version}"
        if made.model_id:
            root = ArtifactRoot("model", made.model_id)
            return root, _entry(session, root, ""), name
        run_id, _, path = made.source.removeprefix("runs:/").partition("/")
        if made.source.startswith("runs:/"):
            root = ArtifactRoot("run", run_id)
            return root, _entry(session, root, path), name
        raise Problem(
            Kind.UNSUPPORTED,
            "Nothing was downloaded",
            f"{named(made.name)} v{made.version} was made from {clean(made.source) or 'no files that are told'}.",
            "Files of runs and of logged models can be brought.",
        )
    raise asked_wrongly("Nothing was downloaded", f"“{clean(given)}” has no files.", "Give runs:/ID/PATH or a version.")


def _entry(session: Session, root: ArtifactRoot, path: str) -> ArtifactEntry:
    """A file or folder as the store lists it; the root itself is a folder."""
    if not path:
        return ArtifactEntry("", True)
    listing = session.artifacts.list_folder(root, path.rpartition("/")[0])
    for entry in listing.entries:
        if entry.path == path:
            return entry
    raise Problem(Kind.NOT_FOUND, "Nothing was downloaded", f"There is no {clean(root.uri(path))}.")
