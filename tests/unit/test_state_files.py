"""What outlives a session: whole or not at all, private, and never a reason to stop."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tui.services.state_files import StateFiles


def only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_what_is_kept_is_there_in_the_next_session(tmp_path: Path) -> None:
    value = {"columns": ["start", "metrics.valé"], "wide": {"a": 3}, "odd": "\ud800"}
    assert StateFiles(tmp_path / "views").put("prod:runs:1", value)
    assert StateFiles(tmp_path / "views").get("prod:runs:1") == value
    assert StateFiles(tmp_path / "views").get("prod:runs:2") == {}


def test_a_new_value_replaces_the_one_before(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    files.put("a", {"x": 1})
    files.put("a", {"x": 2})
    assert files.get("a") == {"x": 2}
    assert only_file(tmp_path).suffix == ".json"


def test_files_and_folder_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        StateFiles(tmp_path / "cache" / "last-seen").put("a", {})
    finally:
        os.umask(before)
    folder = tmp_path / "cache" / "last-seen"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


def test_names_never_become_paths(tmp_path: Path) -> None:
    files = StateFiles(tmp_path / "views")
    assert files.put("../../etc/passwd\0\n" + "x" * 5000, {"x": 1})
    assert only_file(tmp_path / "views").parent == tmp_path / "views"
    assert [entry.name for entry in tmp_path.iterdir()] == ["views"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'"a"',
        b"{}",
        b'{"name": "a"}',
        b'{"name": "a", "value": 7}',
        b'{"name": "a", "value": [1]}',
        b'{"name": "another", "value": {"x": 1}}',
        b"[" * 100_000,
    ],
)
def test_a_spoilt_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    files = StateFiles(tmp_path)
    files.put("a", {"x": 1})
    only_file(tmp_path).write_bytes(content)
    assert files.get("a") == {}
    assert files.put("a", {"x": 2})
    assert files.get("a") == {"x": 2}


def test_a_write_that_fails_leaves_the_old_value_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = StateFiles(tmp_path)
    files.put("a", {"x": 1})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        assert not files.put("a", {"x": 2})
    assert "No space left on device" in files.failure
    assert str(tmp_path) in files.failure
    assert files.get("a") == {"x": 1}
    assert [entry.suffix for entry in tmp_path.iterdir()] == [".json"]


def test_a_value_that_is_no_json_leaves_nothing_half_written(tmp_path: Path) -> None:
    files = StateFiles(tmp_path)
    with pytest.raises(TypeError):
        files.put("a", {"x": object()})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    files = StateFiles(tmp_path / "file" / "views")
    assert not files.put("a", {"x": 1})
    assert str(tmp_path / "file" / "views") in files.failure
    assert files.get("a") == {}


def test_without_a_folder_nothing_is_kept_and_nothing_is_wrong() -> None:
    files = StateFiles(None)
    assert not files.put("a", {"x": 1})
    assert files.failure == ""
    assert files.get("a") == {}


def test_files_are_plain_json(tmp_path: Path) -> None:
    StateFiles(tmp_path).put("a", {"x": [1, None, "é"]})
    assert json.loads(only_file(tmp_path).read_text("ascii")) == {"name": "a", "value": {"x": [1, None, "é"]}}
