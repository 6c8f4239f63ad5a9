"""What the doctor says of the machine itself: full disks, folders that cannot be written, others' ledgers, clocks."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.faults import loopback
from tests.faults.loopback import answer
from tests.support.deck import World, world
from tui.gateway import environment
from tui.gateway.session import Connection
from tui.gateway.store import SessionDiagnosis
from tui.services import ledger
from tui.services.doctor import Doctor, Surroundings, Verdict, terminal_of


@pytest.fixture
def here(tmp_path: Path) -> World:
    return world(tmp_path)


def state_of(world: World, environment: Mapping[str, str] | None = None) -> tuple[Verdict, str]:
    """What is said of the folder of what is remembered."""
    folder = world.folder / "state"
    around = Surroundings(terminal_of({}, "utf-8"), folder, world.folder / "cache", environment=environment or {})
    doctor = Doctor(world.session(world.launched()), around)
    return next((check.verdict, f"{check.found} {check.remedy}") for check in doctor.checks() if check.id == "state")


def full(_handle: int, _content: bytes) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_all_is_well_and_nothing_is_left_behind(here: World) -> None:
    verdict, words = state_of(here)
    assert verdict is Verdict.OK, words
    assert [file.name for file in (here.folder / "state").iterdir()] == ["ledger.jsonl"]


def test_a_full_disk_is_a_ledger_that_cannot_be_written(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_write_all", full)
    verdict, words = state_of(here)
    assert verdict is Verdict.FAIL
    assert "No space left on device" in words and "Free the disk" in words

    def refuse(_handle: int, _content: bytes) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(ledger, "_write_all", refuse)
    verdict, words = state_of(here)
    assert verdict is Verdict.FAIL
    assert "Permission denied" in words and "Change its permissions" in words and "Free the disk" not in words


def test_a_ledger_of_somebody_else_is_told_as_theirs(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    state_of(here)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    verdict, words = state_of(here)
    assert verdict is Verdict.WARNING
    assert "another user's" in words and "chown 4711" in words


def test_a_folder_for_temporary_files_that_cannot_be_written(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    verdict, words = state_of(here)
    assert verdict is Verdict.FAIL
    assert "Read-only file system" in words and "TMPDIR" in words


def test_a_folder_for_temporary_files_that_another_stands_in_for_is_told(here: World) -> None:
    verdict, words = state_of(here, {"TMPDIR": "/nowhere/at/all"})
    assert verdict is Verdict.WARNING
    assert "TMPDIR is /nowhere/at/all" in words and f"{tempfile.gettempdir()} is used in its place" in words
    assert state_of(here, {"TMPDIR": tempfile.gettempdir()})[0] is Verdict.OK


@pytest.mark.parametrize("ahead", [0, 3600, -3600])
def test_how_far_the_clock_is_ahead_is_read_off_the_servers_date(ahead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_795_442_400.0
    monkeypatch.setattr("tui.gateway.store.time.time", lambda: now)
    with loopback.serve(answer(200, "3.17.2", "text/plain", Date=formatdate(now - ahead, usegmt=True))) as server:
        environment.prepare(tracking_uri=server.uri, registry_uri=None, profile=None, extra={}, timeout_s=5)
        assert SessionDiagnosis(Connection(server.uri, server.uri, 5)).clock_ahead_s() == pytest.approx(ahead, abs=1)


def test_a_store_without_a_clock_is_not_compared() -> None:
    assert SessionDiagnosis(Connection("sqlite:////nowhere.db")).clock_ahead_s() is None
