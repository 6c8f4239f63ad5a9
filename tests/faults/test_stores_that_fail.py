"""Looking at a store says what is there and changes nothing: no byte, no file, not in the working folder or /tmp."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import stores
from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.values import StoreCondition
from tui.gateway import dispatch, environment, guard
from tui.gateway.guard import inspect
from tui.gateway.session import Connection, require_current_schema
from tui.gateway.store import SessionStore


def _contents(folder: Path) -> dict[str, tuple[str, int]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = content, path.lstat().st_mode
    return found


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working folder and the one for temporary files are empty, and have to stay so."""
    kept = stores.template()
    cwd, temporary = tmp_path / "cwd", tmp_path / "temporary"
    for folder in (cwd, temporary):
        folder.mkdir()
    monkeypatch.chdir(cwd)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(stores, "template", lambda: kept)
    yield tmp_path
    assert list(cwd.iterdir()) == [] and list(temporary.iterdir()) == []


def _session(uri: str) -> Connection:
    environment.prepare(tracking_uri=uri, registry_uri=uri, profile=None, extra={}, timeout_s=8.0)
    return Connection(uri, uri, 8.0)


def _look(uri: str) -> tuple[StoreCondition, Problem]:
    """What the guard says, and the problem that every request then becomes."""
    session = _session(uri)
    report = session.inspect()
    tracking = dispatch.tracking_of(session)
    asked: list[Callable[[], object]] = [
        tracking.search_experiments,
        lambda: tracking.search_runs(["1"]),
    ]
    if session.sqlite_path:
        asked.append(lambda: tracking.count_runs(["1"]))
    problems = []
    for ask in asked:
        with pytest.raises(Problem) as caught:
            ask()
        problems.append(caught.value)
    assert len({str(problem) for problem in problems}) == 1
    assert report.place in problems[0].message
    return report.condition, problems[0]


def test_a_store_of_todays_schema_is_read_without_a_trace(tmp_path: Path) -> None:
    store = stores.make_store(tmp_path / "stores")
    experiment = store.add_experiment("here")
    store.add_runs(experiment, 5)
    before = _contents(tmp_path / "stores")
    session = _session(store.uri)
    assert session.inspect().condition is StoreCondition.READY
    tracking = dispatch.tracking_of(session)
    assert {found.name for found in tracking.search_experiments().experiments} == {"Default", "here"}
    assert len(tracking.search_runs([experiment])) == 5
    assert tracking.count_runs([experiment]) == {experiment: 5}
    assert _contents(tmp_path / "stores") == before


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    condition, problem = _look(f"sqlite:///{tmp_path}/no/such/folder/mlflow.db")
    assert condition is StoreCondition.MISSING
    assert problem.kind is Kind.STORE_MISSING
    assert "folder" in problem.message and "Create" in problem.hint
    assert not (tmp_path / "no").exists()
    relative, _ = _look("sqlite:///mlflow.db")
    assert relative is StoreCondition.MISSING


@pytest.mark.parametrize("steps", [1, 5])
def test_a_store_of_an_older_schema(tmp_path: Path, steps: int) -> None:
    store = stores.make_older_store(tmp_path / "stores", steps=steps)
    before = _contents(tmp_path / "stores")
    condition, problem = _look(store.uri)
    assert condition is StoreCondition.OLDER
    assert problem.kind is Kind.SCHEMA
    assert stores.older_revision(steps) in problem.message and guard.installed().head in problem.message
    assert "copy" in problem.hint and "backup" in problem.hint
    assert _contents(tmp_path / "stores") == before


def test_a_store_of_a_newer_schema(tmp_path: Path) -> None:
    store = stores.make_store(tmp_path / "stores")
    store.set_revision("fffffff00000")
    before = _contents(tmp_path / "stores")
    condition, problem = _look(store.uri)
    assert condition is StoreCondition.NEWER
    assert problem.kind is Kind.SCHEMA
    assert "fffffff00000" in problem.message and "pgrade mlflow" in problem.hint
    assert _contents(tmp_path / "stores") == before


def _text(path: Path) -> None:
    path.write_text("name,value\n" * 500)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.mkdir()


def _cut_short(path: Path) -> None:
    path.write_bytes(stores.template().read_bytes()[:6000])


def _scrambled(path: Path) -> None:
    content = bytearray(stores.template().read_bytes())
    content[100:8000] = os.urandom(7900)
    path.write_bytes(content)


def _other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE cookies (value TEXT)")


def _other_alembic(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('abc')")


def _no_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE x (y)")
        connection.execute("DROP TABLE x")


@pytest.mark.parametrize(
    "make", [_text, _empty, _folder, _cut_short, _scrambled, _other_database, _other_alembic, _no_tables]
)
def test_what_is_no_store(tmp_path: Path, make: Callable[[Path], None]) -> None:
    (tmp_path / "stores").mkdir()
    path = tmp_path / "stores" / "thing.db"
    make(path)
    before = _contents(tmp_path / "stores")
    condition, problem = _look(uris.sqlite_uri(str(path)))
    assert condition is StoreCondition.NOT_A_STORE
    assert problem.kind is Kind.STORE_UNREADABLE
    assert str(path) in problem.message and problem.hint
    assert _contents(tmp_path / "stores") == before


def test_a_path_that_leads_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    condition, problem = _look(f"sqlite:///{tmp_path}/file/mlflow.db")
    assert condition is StoreCondition.UNREADABLE
    assert problem.kind is Kind.STORE_UNREADABLE and "directory" in problem.message.lower()


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stores.make_store(tmp_path / "stores")

    def refuse(path: str, mode: str = "r") -> None:
        # Who runs the tests may be allowed to read everything.
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(guard, "open", refuse, raising=False)
    condition, problem = _look(store.uri)
    assert condition is StoreCondition.UNREADABLE
    assert "Permission denied" in problem.message and "permissions" in problem.hint


@pytest.mark.parametrize("log_in_use", [False, True])
def test_a_store_with_a_write_ahead_log(tmp_path: Path, log_in_use: bool) -> None:
    store = stores.make_store(tmp_path / "stores")
    with closing(sqlite3.connect(store.path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        if log_in_use:
            with writer:
                writer.execute("UPDATE alembic_version SET version_num = 'fffffff00000'")
        else:
            writer.close()
        before = set(_contents(tmp_path / "stores"))
        report = inspect(store.uri)
        assert report.condition is (StoreCondition.NEWER if log_in_use else StoreCondition.READY)
        assert set(_contents(tmp_path / "stores")) == before


def test_a_store_that_somebody_is_writing_to(tmp_path: Path) -> None:
    store = stores.make_store(tmp_path / "stores")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE alembic_version SET version_num = 'half done'")
        assert inspect(store.uri).condition is StoreCondition.READY
        writer.execute("ROLLBACK")


def test_a_folder_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = tmp_path / "mlruns" / "0"
    experiment.mkdir(parents=True)
    (experiment / "meta.yaml").write_text(
        f"artifact_location: {experiment.as_uri()}\nexperiment_id: '0'\nlifecycle_stage: active\nname: Default\n"
    )
    before = _contents(tmp_path / "mlruns")
    for uri in (str(tmp_path / "mlruns"), (tmp_path / "mlruns").as_uri()):
        condition, problem = _look(uri)
        assert condition is StoreCondition.LEGACY_FILES
        assert problem.kind is Kind.SCHEMA and "migrate-filestore" in problem.hint
    copy = SessionStore(_session(str(tmp_path / "mlruns"))).migrated_copy(str(tmp_path / "copies"))
    assert inspect(copy).condition is StoreCondition.READY
    assert _contents(tmp_path / "mlruns") == before
    assert _look(str(tmp_path / "none"))[0] is StoreCondition.MISSING
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    assert inspect(str(tmp_path / "mlruns")).condition is StoreCondition.NOT_A_STORE
    (tmp_path / "mlruns" / ".trash").mkdir()
    before = _contents(tmp_path / "mlruns")
    session = _session(str(tmp_path / "mlruns"))
    assert session.inspect().condition is StoreCondition.READY
    assert [found.name for found in dispatch.tracking_of(session).search_experiments().experiments] == ["Default"]
    assert _contents(tmp_path / "mlruns") == before


@pytest.mark.parametrize(
    "name", ["a b.db", "per%20cent.db", "hash#.db", "ques?tion.db", "ünï 漢.db", "100%.db", "a&b=c;d.db"]
)
def test_odd_names_lead_to_the_same_file_as_in_mlflow(tmp_path: Path, name: str) -> None:
    store = stores.make_store(tmp_path / "odd % folder", name)
    before = _contents(tmp_path)
    session = _session(store.uri)
    assert session.inspect().condition is StoreCondition.READY
    assert dispatch.tracking_of(session).search_experiments().experiments
    assert _contents(tmp_path) == before


def test_escapes_in_an_address_leave_no_stray_folder(tmp_path: Path) -> None:
    stores.make_store(tmp_path / "my folder", "mlflow.db")
    uri = f"sqlite:///{tmp_path}/my%20folder/mlflow.db"
    before = _contents(tmp_path)
    session = _session(uri)
    assert dispatch.tracking_of(session).search_experiments().experiments
    assert _contents(tmp_path) == before


def test_a_database_server_without_its_driver() -> None:
    with pytest.raises(Problem) as caught:
        _session("postgresql+nosuchdriver://ada:s3cret@db/mlflow").inspect()
    assert caught.value.kind is Kind.CONFIG
    assert "nosuchdriver" in caught.value.message and "s3cret" not in str(caught.value)


def test_a_database_servers_schema_is_read_before_it_is_opened(tmp_path: Path) -> None:
    ready = stores.make_store(tmp_path / "stores", "ready.db")
    require_current_schema(ready.uri)
    newer = stores.make_store(tmp_path / "stores", "newer.db")
    newer.set_revision("fffffff00000")
    empty = tmp_path / "stores" / "empty.db"
    empty.touch()
    before = _contents(tmp_path / "stores")
    for uri, kind in ((newer.uri, Kind.SCHEMA), (uris.sqlite_uri(str(empty)), Kind.STORE_MISSING)):
        with pytest.raises(Problem) as caught:
            require_current_schema(uri)
        assert caught.value.kind is kind
    assert _contents(tmp_path / "stores") == before


def test_looking_does_not_import_mlflow(tmp_path: Path) -> None:
    store = stores.make_older_store(tmp_path / "stores")
    script = (
        "import sys; from tui.gateway import guard; report = guard.inspect(sys.argv[1]); "
        "assert not {'mlflow', 'sqlalchemy', 'alembic', 'requests'} & set(sys.modules); print(report.condition.value)"
    )
    root = Path(guard.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, store.uri],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.stdout.strip() == "older"


def test_the_known_revisions_are_those_of_mlflow() -> None:
    from mlflow.store.db.utils import _get_latest_schema_revision

    known = guard.installed()
    assert known.head == _get_latest_schema_revision()  # type: ignore[no-untyped-call]  # MLflow's
    assert {known.head, stores.older_revision(), stores.older_revision(10)} <= known.known


def test_creating_a_store(tmp_path: Path) -> None:
    session = _session(f"sqlite:///{tmp_path}/new/folder/mlflow.db")
    store = SessionStore(session)
    assert store.create().condition is StoreCondition.READY
    assert [found.name for found in dispatch.tracking_of(session).search_experiments().experiments] == ["Default"]
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["mlflow.db"]
    with pytest.raises(Problem) as caught:
        store.create()
    assert caught.value.kind is Kind.UNSUPPORTED


def test_a_store_cannot_be_created_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(Problem) as caught:
        SessionStore(_session(f"sqlite:///{tmp_path}/notes.txt")).create()
    assert caught.value.kind is Kind.STORE_UNREADABLE
    assert (tmp_path / "notes.txt").read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem) as caught:
        SessionStore(_session(f"sqlite:///{tmp_path}/file/x.db")).create()
    assert caught.value.kind is Kind.STORE_UNREADABLE


def test_a_migrated_copy_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    older = stores.make_older_store(tmp_path / "stores")
    before = _contents(tmp_path / "stores")
    uri = SessionStore(_session(older.uri)).migrated_copy(str(tmp_path / "copies"))
    assert _contents(tmp_path / "stores") == before
    (copy,) = (tmp_path / "copies").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    session = _session(uri)
    assert session.inspect().condition is StoreCondition.READY
    assert dispatch.tracking_of(session).search_experiments().experiments


def test_an_upgrade_keeps_a_backup_and_never_writes_over_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = stores.make_older_store(tmp_path / "stores")
    monkeypatch.setattr("tui.gateway.store.time.strftime", lambda _format: "now")
    taken = older.path.with_name("older.db.backup-now")
    taken.write_text("precious")
    content = older.path.read_bytes()
    session = _session(older.uri)
    with pytest.raises(Problem):
        dispatch.tracking_of(session).search_experiments()
    backup = Path(SessionStore(session).upgrade())
    assert backup == older.path.with_name("older.db.backup-now.1")
    assert taken.read_text() == "precious"
    assert backup.stat().st_mode & 0o777 == 0o600
    assert len(backup.read_bytes()) == len(content)
    assert inspect(uris.sqlite_uri(str(backup))).condition is StoreCondition.OLDER
    assert session.inspect().condition is StoreCondition.READY
    assert dispatch.tracking_of(session).search_experiments().experiments
    assert {path.name for path in (tmp_path / "stores").iterdir()} == {"older.db", taken.name, backup.name}
    with pytest.raises(Problem) as caught:
        SessionStore(session).upgrade()
    assert caught.value.kind is Kind.UNSUPPORTED


def test_an_upgrade_that_fails_names_the_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = stores.make_older_store(tmp_path / "stores")
    monkeypatch.setattr("tui.gateway.store._UPGRADE", "import sys; sys.exit('no room\\nleft on the disk')")
    with pytest.raises(Problem) as caught:
        SessionStore(_session(older.uri)).upgrade()
    assert "left on the disk" in caught.value.message
    assert "older.db.backup-" in caught.value.hint
    assert "Traceback" not in str(caught.value)
