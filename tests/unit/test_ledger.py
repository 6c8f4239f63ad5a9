"""The ledger: appended to, never rewritten, private, and honest about what it could not keep."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.fakes import NOW_MS, FrozenClock
from tui.domain.problem import Kind, Problem
from tui.services.ledger import OPEN, Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state" / "ledger.jsonl", FrozenClock(), "ana@bastion")


def begin(ledger: Ledger, subject: str = "churn") -> int:
    return ledger.begin(
        what="aliases", context="prod", place="https://h", subject=subject, why="latency", details={"steps": []}
    )


def test_what_is_written_is_read(ledger: Ledger) -> None:
    assert ledger.read() == (ledger.read())
    assert ledger.read().entries == ()
    first, second = begin(ledger), begin(ledger, "odd\nname \x1b[31m 漢")
    ledger.end(first, "done", {"steps": [{"outcome": "done"}]})
    one, two = ledger.read().entries
    assert (first, second) == (1, 2)
    assert (one.subject, one.actor, one.why, one.outcome, one.at_ms) == (
        "churn",
        "ana@bastion",
        "latency",
        "done",
        NOW_MS,
    )
    assert one.result == {"steps": [{"outcome": "done"}]}
    assert (two.subject, two.outcome, two.ended_ms) == ("odd\nname \x1b[31m 漢", OPEN, None)
    lines = ledger.file.read_text().splitlines()
    assert [json.loads(line)["record"] for line in lines] == ["begin", "begin", "end"]


def test_it_is_for_its_owner_only(ledger: Ledger) -> None:
    begin(ledger)
    assert stat.S_IMODE(ledger.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger.file.parent.stat().st_mode) == 0o700
    ledger.file.chmod(0o644)
    begin(ledger)
    assert stat.S_IMODE(ledger.file.stat().st_mode) == 0o600


def test_a_torn_line_is_skipped_told_and_left_as_it_is(ledger: Ledger) -> None:
    begin(ledger)
    whole = ledger.file.read_bytes()
    torn = whole + b'{"n": 2, "at_ms": 17, "record": "beg'
    ledger.file.write_bytes(torn)
    contents = ledger.read()
    assert len(contents.entries) == 1
    assert contents.faults == (f"Line 2 of {ledger.file} is torn; it was skipped.",)
    assert begin(ledger, "next") == 2
    assert ledger.file.read_bytes().startswith(torn + b"\n")
    contents = ledger.read()
    assert [entry.subject for entry in contents.entries] == ["churn", "next"]
    assert len(contents.faults) == 1


@pytest.mark.parametrize(
    "line",
    [b"[1, 2]", b"null", b'{"n": 1}', b'{"n": 7, "at_ms": 1, "record": "end", "outcome": "done"}', b"\xff\xfe", b'"x"',
     b'{"n": 1, "at_ms": 1, "record": "begun"}', b'{"n": "5", "at_ms": 1, "record": "begin"}',
     b'{"n": 5, "at_ms": "now", "record": "begin"}', b'{"n": 5, "at_ms": 1, "record": "begin", "details": [1]}',
     b'{"n": true, "at_ms": 1, "record": "begin"}', b"[" * 100_000],
)  # fmt: skip
def test_lines_that_are_no_record_are_told(ledger: Ledger, line: bytes) -> None:
    begin(ledger)
    with open(ledger.file, "ab") as file:
        file.write(line + b"\n")
    contents = ledger.read()
    assert len(contents.entries) == 1 and len(contents.faults) == 1
    assert begin(ledger) >= 2


def test_numbers_go_on_after_a_long_ledger(ledger: Ledger) -> None:
    begin(ledger)
    with open(ledger.file, "ab") as file:
        file.write(b"x" * 200_000 + b"\n")
    assert begin(ledger) == 2


def test_threads_and_processes_take_turns(ledger: Ledger) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.support.fakes import FrozenClock;"
        "from tui.services.ledger import Ledger; one = Ledger(Path(sys.argv[1]), FrozenClock(), 'other')\n"
        "for _ in range(40): one.begin(what='aliases', context='c', place='p', subject='s')"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", program, str(ledger.file)], cwd=Path(__file__).parents[2])
        for _ in range(2)
    ]
    threads = [threading.Thread(target=lambda: [begin(ledger) for _ in range(40)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]
    contents = ledger.read()
    assert contents.faults == ()
    assert [entry.number for entry in contents.entries] == list(range(1, 161))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana")
    with pytest.raises(Problem) as caught:
        begin(ledger)
    assert caught.value.kind is Kind.STORE_UNREADABLE
    tmp_path.chmod(0o700)


def test_a_ledger_that_cannot_be_is_told_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder would be")
    ledger = Ledger(tmp_path / "state" / "ledger.jsonl", FrozenClock(), "ana")
    problem = ledger.check()
    assert problem is not None and problem.kind is Kind.STORE_UNREADABLE and "ledger.jsonl" in problem.message
    with pytest.raises(Problem):
        begin(ledger)


def test_a_full_disk(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int, _content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tui.services.ledger._write_all", full)
    with pytest.raises(Problem) as caught:
        begin(ledger)
    assert caught.value.kind is Kind.STORE_UNREADABLE and "Free the disk" in caught.value.hint


@pytest.mark.parametrize(("make", "said"), [(os.mkfifo, "it is no regular file"), (os.mkdir, "it is a folder")])
def test_what_is_no_file_is_neither_read_nor_written(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    """A pipe would block for ever, and a device may never end."""
    make(tmp_path / "ledger.jsonl")
    ledger = Ledger(tmp_path / "ledger.jsonl", FrozenClock(), "ana")
    for act in (ledger.read, lambda: begin(ledger)):
        with pytest.raises(Problem) as caught:
            act()
        assert said in caught.value.message and caught.value.hint.startswith("Move it away")


def test_a_ledger_held_by_another(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    begin(ledger)
    monkeypatch.setattr("tui.services.ledger._LOCK_TRIES", 2)
    monkeypatch.setattr("tui.services.ledger._LOCK_WAIT_S", 0.001)
    with open(ledger.file) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Problem) as caught:
            begin(ledger)
    assert "Another program" in caught.value.message
    assert begin(ledger) == 2
