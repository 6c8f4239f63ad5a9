"""``python -m tests.backends``: start each backend, walk over it, and print one table of what went well."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

from tests.backends import fill, started
from tests.backends.between import Manners, proxy
from tests.backends.started import NotToBeHad
from tests.backends.walk import STEPS, Outcome, walk

HERE = metadata.version("mlflow")
VERSIONS = ("2.9.2", "2.16.2", "2.22.0", "3.1.4", "3.5.1", "3.10.1", HERE)
SHORT = ("MLflow 2.9.2", "PostgreSQL, opened directly", "bearer token", "HTML login")
TOKEN = "deck-token"
PASSWORD = "a-password-for-this-run"


@dataclass(frozen=True)
class Cell:
    """One backend. ``refused`` are words of the problem that is right there, where nothing can be read at all."""

    name: str
    version: str = HERE
    database: str = "sqlite"
    artifacts: str = "proxied"
    between: Manners | None = None
    prefix: str = ""
    auth: bool = False
    workspaces: bool = False
    direct: bool = False  # the database itself is opened, without a server
    environ: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""


CELLS = (
    *(Cell(f"MLflow {version}", version) for version in VERSIONS),
    Cell("PostgreSQL behind a server", database="postgresql"),
    Cell("PostgreSQL, opened directly", database="postgresql", direct=True, artifacts="local"),
    Cell("MariaDB behind a server", database="mariadb"),
    Cell("MariaDB, opened directly", database="mariadb", direct=True, artifacts="local"),
    Cell("SQLite, opened directly", direct=True, artifacts="local"),
    Cell("artifacts local to the server's machine", artifacts="local"),
    Cell("artifacts on S3, direct", artifacts="s3"),
    Cell("artifacts on S3, by the server's proxy", artifacts="s3 proxied"),
    Cell("artifacts on S3, store opened directly", artifacts="s3", direct=True),
    Cell("artifacts on GCS, by the server's proxy", artifacts="gcs proxied"),
    Cell("artifacts on GCS, store opened directly", artifacts="gcs", direct=True),
    Cell("artifacts on Azure, by the server's proxy", artifacts="azure proxied"),
    Cell("artifacts on Azure, store opened directly", artifacts="azure", direct=True),
    Cell("--static-prefix", prefix="/mlflow"),
    Cell("a proxy's path prefix", between=Manners(prefix="/tools/mlflow")),
    Cell("bearer token", between=Manners(token=TOKEN), environ={"MLFLOW_TRACKING_TOKEN": TOKEN}),
    Cell("basic-auth", auth=True),
    Cell("HTML login", between=Manners(login=True), refused="sends you to"),
    Cell("5 s latency", between=Manners(pause_s=5.0)),
    Cell("every 33rd answer cut", between=Manners(cut_every=33)),
    Cell("429 with Retry-After at first", between=Manners(busy_first=2)),
    Cell("workspaces on", workspaces=True),
)


_OBJECT_STORES = {
    "s3": ("boto3", started.s3, "s3://deck/artifacts"),
    "gcs": ("google.cloud.storage", started.gcs, "gs://deck/artifacts"),
    "azure": (
        "azure.storage.blob",
        started.azure,
        f"wasbs://deck@{started.AZURE_ACCOUNT}.blob.core.windows.net/artifacts",
    ),
}


def main() -> int:
    """The cells asked for, one after another; 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.backends")
    parser.add_argument("cells", nargs="*", help="Names of cells, or parts of them; all if none is given.")
    parser.add_argument("--short", action="store_true", help="A few cells that tell most.")
    parser.add_argument("--table", type=Path, help="Write the table into this file.")
    said = parser.parse_args()
    chosen = [
        cell
        for cell in CELLS
        if (not said.cells or any(part in cell.name for part in said.cells)) and (not said.short or cell.name in SHORT)
    ]
    rows: list[tuple[Cell, Outcome | str]] = []
    before = said.table.read_text(encoding="utf-8") if said.table and said.table.exists() else ""
    for cell in chosen:
        _say(f"{cell.name} …")
        with tempfile.TemporaryDirectory(prefix="deck-backend-") as folder:
            try:
                found: Outcome | str = _walked(cell, Path(folder))
            except NotToBeHad as reason:
                found = f"skipped: {reason}"
        rows.append((cell, found))
        if said.table:
            said.table.parent.mkdir(parents=True, exist_ok=True)
            said.table.write_text(_table(rows, before), encoding="utf-8")
        _say(f"  {found if isinstance(found, str) else _told(found)}")
    _say(_table(rows))
    failed = sum(1 for _, found in rows if not isinstance(found, str) and any(found.values()))
    skipped = sum(1 for _, found in rows if isinstance(found, str))
    _say(f"{len(rows) - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _walked(cell: Cell, folder: Path) -> Outcome:
    with _running(cell, folder) as (server, uri, environ):
        filled = subprocess.run(
            [started.python_of(cell.version), fill.__file__, server],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env={**_environment(), **started.QUIET, **environ},
        )
        if "filled" not in filled.stdout:
            raise NotToBeHad(f"its own client could not fill it: {' '.join(filled.stderr.split())[-200:]}")
        if cell.direct:
            _given_fractions(uri, folder, environ)
        between = cell.between or Manners()
        # What is lost or late there is MlflowClient's as well as the readers': nothing could be judged by it.
        slow_or_broken = between.pause_s or between.cut_every or between.busy_first or between.login
        found = walk(uri, environ, judge=not slow_or_broken, refused=bool(cell.refused))
    if cell.refused:
        return {step: "" if cell.refused in said else said or "nothing was refused" for step, said in found.items()}
    return found


def _given_fractions(uri: str, folder: Path, environ: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, fill.__file__, uri, "fractions"],
        capture_output=True,
        check=True,
        cwd=folder,
        env={**_environment(), **started.QUIET, **environ},
    )


def _require(*modules: str) -> None:
    """Refuse a cell whose packages the deck's own environment does not have."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise NotToBeHad(f"the Python package {module} is not installed here")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@contextlib.contextmanager
def _running(cell: Cell, folder: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What a cell consists of; yields where it is filled, where the deck goes, and with which environment."""
    environ = dict(cell.environ)
    with contextlib.ExitStack() as stack:
        database = f"sqlite:///{folder}/mlflow.db"
        if cell.database == "postgresql":
            _require("psycopg")
            database = stack.enter_context(started.postgresql(folder))
        elif cell.database == "mariadb":
            _require("pymysql")
            database = stack.enter_context(started.mariadb(folder))
        kept = (folder / "artifacts").as_uri()
        options = ["--artifacts-destination", kept]
        if cell.artifacts == "local":
            options = ["--no-serve-artifacts", "--default-artifact-root", kept]
        elif cell.artifacts.split()[0] in _OBJECT_STORES:
            module, start, kept = _OBJECT_STORES[cell.artifacts.split()[0]]
            _require(module)
            environ |= stack.enter_context(start(folder))
            direct = not cell.artifacts.endswith("proxied")
            options = ["--no-serve-artifacts", "--default-artifact-root", kept]
            options = options if direct else ["--artifacts-destination", kept]
        for_server = dict(environ)
        if cell.prefix:
            options += ["--static-prefix", cell.prefix]
        if cell.workspaces:
            options += ["--enable-workspaces"]
        if cell.auth:
            _require("flask_wtf")
            options += ["--app-name", "basic-auth"]
            config = folder / "auth.ini"
            config.write_text(
                "[mlflow]\ndefault_permission = READ\n"
                f"database_uri = sqlite:///{folder}/auth.db\nadmin_username = admin\nadmin_password = {PASSWORD}\n",
                encoding="utf-8",
            )
            for_server |= {"MLFLOW_AUTH_CONFIG_PATH": str(config), "MLFLOW_FLASK_SERVER_SECRET_KEY": "deck"}
            environ |= {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": PASSWORD}
        server = stack.enter_context(
            started.mlflow_server(cell.version, database, folder, *options, environ=for_server, prefix=cell.prefix)
        )
        uri = server
        if cell.between is not None:
            uri = stack.enter_context(proxy(server, cell.between))
        if cell.direct:
            uri = database
        if cell.workspaces:  # one that is not the default one, of which everything is then asked
            made = urllib.request.Request(
                f"{server}/api/3.0/mlflow/workspaces",
                data=b'{"name": "team-a"}',
                headers={"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(made, timeout=30):
                environ["MLFLOW_WORKSPACE"] = "team-a"
        yield server, uri, environ


def _told(found: Outcome) -> str:
    wrong = [f"{step}: {said}" for step, said in found.items() if said]
    return " | ".join(wrong) if wrong else "all well"


BESIDE = "Beside the table:"


def _table(rows: list[tuple[Cell, Outcome | str]], before: str = "") -> str:
    """The page of results; what stands in the page before of other cells, and beside its table, is kept."""
    day = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    notes: list[str] = []
    made = {cell.name: _row(cell, found, notes) for cell, found in rows}
    former = {line.split("|")[1].strip(): line for line in before.splitlines() if line.startswith("| ")}
    lines = [made.get(cell.name) or former.get(cell.name) for cell in CELLS]
    text = [
        "# Backends",
        "",
        f"What `make backends` found on {day}, with mlflow {HERE} in the deck's environment. Each backend is started "
        "for real, filled by its own version's client, and walked over by the same script. `yes` means that every "
        "answer was the expected one; `refused` that the right problem was told and nothing else can be had there. "
        "`readers` says whether the deck's own readers answer as MlflowClient does, value for value and in the same "
        "order, in some 90 calls; where it is empty, nothing could be judged by it: answers are late or lost there.",
        "",
        f"| backend | {' | '.join(STEPS)} |",
        f"|---|{'---|' * len(STEPS)}",
        *(line for line in lines if line),
    ]
    if notes:
        text += ["", "What did not go well:", "", *notes]
    by_hand = before.partition(BESIDE)[2]
    return "\n".join(text) + (f"\n\n{BESIDE}{by_hand}" if by_hand else "\n")


def _row(cell: Cell, found: Outcome | str, notes: list[str]) -> str:
    """A line of the table; what did not go well is added to the notes."""
    if isinstance(found, str):
        return f"| {cell.name} | {found.replace('|', ' ')} |{' |' * (len(STEPS) - 1)}"
    cells = []
    for step in STEPS:
        said = found.get(step)
        if said:
            notes.append(f"- **{cell.name}, {step}**: {said}")
        right = "refused" if cell.refused else "yes"
        cells.append("" if said is None else f"no ({len(notes)})" if said else right)
    return f"| {cell.name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
