"""Makes the SQL dumps in this folder anew: a small store by each MLflow version that brought a schema of its own.

    pip install uv && python -m tests.gateway.revisions.make [VERSION ...]

Each version is installed into an environment of its own, makes and fills a SQLite store there with its own client,
and the store is written down as SQL in ``REVISION.sql``. Ids and times differ from one making to the next.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent

# The last release with each schema from 2.9 on.
VERSIONS = (
    "2.9.2",
    "2.13.0",
    "2.14.3",
    "2.16.2",
    "2.17.2",
    "2.22.5",
    "3.0.0",
    "3.1.4",
    "3.2.0",
    "3.3.2",
    "3.4.0",
    "3.7.0",
    "3.8.1",
    "3.9.0",
    "3.10.1",
    "3.11.1",
    "3.12.0",
    "3.13.0",
    "3.14.0",
    "3.15.2",
    "3.16.1",
    "3.17.2",
)


def main() -> None:
    for version in sys.argv[1:] or VERSIONS:
        with tempfile.TemporaryDirectory() as folder:
            made = make(version, Path(folder))
        print(version, made.name, made.stat().st_size, flush=True)  # noqa: T201  a script's own word


def make(version: str, folder: Path) -> Path:
    """Let one MLflow version make its store; answers the file of the dump."""
    # Kept apart from the working folder: an old MLflow would leave files there.
    python = folder / "env" / "bin" / "python"
    packages = [f"mlflow-skinny=={version}", "sqlalchemy<2.1", "alembic<2", "sqlparse", "pandas<3", "setuptools<80"]
    _run(["uv", "venv", "-q", "--python", sys.executable, str(folder / "env")], folder)
    _run(["uv", "pip", "install", "-q", "--python", str(python), *packages], folder)
    _run([str(python), str(HERE / "fill.py"), "store.db"], folder)
    with closing(sqlite3.connect(folder / "store.db")) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        dump = HERE / f"{revision}.sql"
        lines = [f"-- made by MLflow {version}", *connection.iterdump()]
        dump.write_text("\n".join(lines).replace(str(folder), "/srv/mlflow") + "\n", encoding="utf-8")
    return dump


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
