"""Real SQLite stores for tests, made quickly: MLflow's migrations run once, after that the empty store is copied.

Runs in bulk are written by SQL into that real schema, because logging a thousand of them through MLflow takes as long
as all other tests together; what is to be exactly as MLflow records it is logged through ``client``.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain import uris

if TYPE_CHECKING:
    from mlflow import MlflowClient

FIRST_START_MS = 1_760_000_000_000
TEMPORARY = Path(tempfile.gettempdir())  # before a test names another for itself


@dataclass(frozen=True)
class Store:
    """A SQLite store of its own, with a folder for artifacts beside it."""

    path: Path

    @property
    def uri(self) -> str:
        return uris.sqlite_uri(str(self.path))

    def client(self) -> MlflowClient:
        """MLflow's own client for it, to record things as MLflow does."""
        from mlflow import MlflowClient

        return MlflowClient(self.uri, registry_uri=self.uri)

    def add_experiment(self, name: str, *, tags: Mapping[str, str] | None = None, lifecycle: str = "active") -> str:
        """A new experiment; answers its id."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            (last,) = connection.execute("SELECT MAX(experiment_id) FROM experiments").fetchone()
            experiment_id = int(last or 0) + 1
            connection.execute(
                "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, "
                "last_update_time, workspace) VALUES (?, ?, ?, ?, ?, ?, 'default')",
                (
                    experiment_id,
                    name,
                    (self.path.parent / "artifacts" / str(experiment_id)).as_uri(),
                    lifecycle,
                    FIRST_START_MS + experiment_id,
                    FIRST_START_MS + experiment_id,
                ),
            )
            connection.executemany(
                "INSERT INTO experiment_tags (key, value, experiment_id) VALUES (?, ?, ?)",
                [(key, value, experiment_id) for key, value in (tags or {}).items()],
            )
        return str(experiment_id)

    def add_runs(
        self,
        experiment_id: str,
        count: int,
        *,
        metrics: int = 3,
        params: int = 3,
        tags: int = 2,
        lifecycle: str = "active",
        seed: int = 0,
    ) -> list[str]:
        """``count`` finished runs, the first the oldest, a minute apart; answers their ids in that order."""
        chance = random.Random(f"{seed}/{experiment_id}")
        ids = [uuid.UUID(int=chance.getrandbits(128)).hex for _ in range(count)]
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executemany(
                "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, "
                "start_time, end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
                "VALUES (?, ?, 'UNKNOWN', '', '', 'ada', 'FINISHED', ?, ?, '', ?, ?, ?)",
                [
                    (
                        run_id,
                        f"run-{at}",
                        FIRST_START_MS + 60_000 * at,
                        FIRST_START_MS + 60_000 * at + 12_000,
                        lifecycle,
                        f"{(self.path.parent / 'artifacts').as_uri()}/{experiment_id}/{run_id}/artifacts",
                        int(experiment_id),
                    )
                    for at, run_id in enumerate(ids)
                ],
            )
            connection.executemany(
                "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, ?, 0, ?)",
                [
                    (f"metric_{number}", chance.random(), FIRST_START_MS + 60_000 * at, 9, run_id)
                    for at, run_id in enumerate(ids)
                    for number in range(metrics)
                ],
            )
            connection.executemany(
                "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                [(f"param_{number}", str(chance.randrange(20)), run_id) for run_id in ids for number in range(params)],
            )
            connection.executemany(
                "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
                [(f"tag_{number}", f"value {number}", run_id) for run_id in ids for number in range(tags)],
            )
        return ids

    def set_revision(self, revision: str) -> None:
        """Claim another schema revision, without changing the schema."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def _kept(name: str, make: Callable[[Path], object]) -> Path:
    """A store that is made once for each version of MLflow and copied from then on.

    It lies in the system's folder for temporary files and is put there in one step, so that test processes running at
    the same time do no more than make it twice.
    """
    from importlib.metadata import version

    kept = TEMPORARY / f"mlflow-deck-tests-{os.getuid()}" / f"{name}-{version('mlflow')}.db"
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        making = kept.with_name(f"{uuid.uuid4().hex}.db")
        make(making)
        os.replace(making, kept)
    return kept


def template() -> Path:
    """An empty store of the installed MLflow's schema."""

    def make(path: Path) -> None:
        from mlflow import MlflowClient

        MlflowClient(uris.sqlite_uri(str(path)))

    return _kept("empty", make)


def make_store(folder: Path, name: str = "mlflow.db") -> Store:
    """A new empty store in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    shutil.copyfile(template(), path)
    return Store(path)


def older_revision(steps: int = 1) -> str:
    """The schema revision that many steps before the installed MLflow's newest."""
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config

    script = ScriptDirectory.from_config(_get_alembic_config(""))  # type: ignore[no-untyped-call]  # MLflow's
    revision = script.get_current_head()
    for _ in range(steps):
        assert revision is not None
        down: str | Sequence[str] | None = script.get_revision(revision).down_revision
        revision = down if isinstance(down, str) else down[0] if down else None
    assert revision is not None
    return revision


def make_older_store(folder: Path, name: str = "older.db", *, steps: int = 1) -> Store:
    """A store really of an older schema, built by MLflow's own migrations up to that revision."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder / name)
    shutil.copyfile(
        _kept(f"older-by-{steps}", lambda path: _migrate(Store(path).uri, older_revision(steps))), store.path
    )
    return store


def _migrate(uri: str, revision: str) -> None:
    import sqlalchemy
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base

    engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.pool.NullPool)
    try:
        Base.metadata.create_all(engine)
        config = _get_alembic_config(uri)  # type: ignore[no-untyped-call]  # MLflow's
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
