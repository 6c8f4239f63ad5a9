"""``mlflow-deck watch``: nothing told twice and nothing left out over restarts, its pace, and what it hands on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import cast

import pytest

from tests.support.command_line import Ended, command_line
from tests.support.stores import Store, make_store
from tui.console.watch import Watch, watching
from tui.domain.problem import Kind, Problem
from tui.services.watching import LONGEST_S, Happening, LookPace, SeenRun, of_model, of_runs, runs_as_seen

HOSTILE = "evil \x1b[31m\u202e$(touch owned) 'name'"
ROOT = Path(__file__).parents[2]
Deck = Callable[..., Ended]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = make_store(tmp_path / "store")
    client = made.client()
    client.create_registered_model("churn")
    for _ in range(2):
        client.create_model_version("churn", "file:///nowhere")
    client.set_registered_model_alias("churn", "champion", "1")
    return made


@pytest.fixture
def deck(store: Store) -> Deck:
    return command_line(store)


def kinds(ended: Ended) -> list[tuple[str, str]]:
    return [(one["kind"], one["subject"]) for one in map(json.loads, ended.out.splitlines())]


def test_what_happens_to_a_model_is_told_once(deck: Deck, store: Store) -> None:
    look = ("watch", "churn", "--once", "--json", "--exit-code")
    assert (deck(*look).status, deck(*look).out) == (0, "")
    client = store.client()
    client.set_registered_model_alias("churn", "champion", "2")
    client.set_registered_model_alias("churn", "new", "1")
    client.create_model_version("churn", "file:///nowhere")
    told = deck(*look)
    assert told.status == 1
    assert kinds(told) == [("alias", "churn@champion"), ("alias", "churn@new"), ("version", "churn/3")]
    moved = json.loads(told.out.splitlines()[0])
    assert (moved["before"], moved["after"], moved["words"]) == ("1", "2", "champion of churn: v1 → v2")
    again = deck(*look)
    assert (again.status, again.out) == (0, "")


def test_of_one_alias_only_its_moves_are_told(deck: Deck, store: Store) -> None:
    look = ("watch", "models:/churn@champion", "--once", "--json")
    deck(*look)
    store.client().set_registered_model_alias("churn", "new", "1")
    assert deck(*look).out == ""
    store.client().delete_registered_model_alias("churn", "champion")
    assert kinds(deck(*look)) == [("alias", "churn@champion")]


def test_runs_that_end_and_fail(deck: Deck, store: Store) -> None:
    client = store.client()
    experiment = client.create_experiment("churn")
    ids = [client.create_run(experiment, run_name=HOSTILE).info.run_id for _ in range(3)]
    look = ("watch", "--runs", "churn", "--once")
    assert deck(*look).out == ""
    client.set_terminated(ids[0], "FINISHED")
    client.set_terminated(ids[1], "FAILED")
    late = client.create_run(experiment).info.run_id  # began and ended between two looks
    client.set_terminated(late, "KILLED")
    table = deck(*look).out
    assert sorted(line.partition("  ")[2].split()[-1] for line in table.splitlines()) == ["ended", "failed", "stopped"]
    assert "\x1b" not in table and "\u202e" not in table
    assert deck(*look).out == ""
    assert deck("watch", "--filter", "status = failed", "--once").status == 0


def test_a_program_is_given_texts_as_values_and_never_as_a_command(deck: Deck, store: Store, tmp_path: Path) -> None:
    client = store.client()
    run_id = client.create_run(client.create_experiment("churn"), run_name=HOSTILE).info.run_id
    program = tmp_path / "notify"
    program.write_text(f'#!/bin/sh\ncat > "{tmp_path}/input"\nprintf %s "$DECK_WORDS" > "{tmp_path}/words"\n')
    program.chmod(0o755)
    look = ("watch", "--runs", "churn", "--once", "--exec", str(program))
    deck(*look)
    client.set_terminated(run_id, "FAILED")
    assert deck(*look).status == 0
    assert (tmp_path / "words").read_text() == f"run {HOSTILE} failed"
    assert json.loads((tmp_path / "input").read_text())["subject"] == run_id
    assert not list(tmp_path.rglob("owned")) and not Path("owned").exists()


def test_what_could_not_be_handed_on_is_told_again(deck: Deck, store: Store) -> None:
    deck("watch", "churn", "--once")
    store.client().set_registered_model_alias("churn", "champion", "2")
    failed = deck("watch", "churn", "--once", "--exec", "false")
    assert (failed.status, failed.out) == (2, "") and "false ended with 1" in failed.said
    assert "champion of churn" in deck("watch", "churn", "--once").out
    assert deck("watch", "churn", "--once").out == ""


def test_a_webhook_is_given_json(deck: Deck, store: Store) -> None:
    taken: list[object] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(taken) == 1 else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        look = ("watch", "churn", "--once", "--webhook", f"http://127.0.0.1:{server.server_port}/hook")
        deck(*look)
        store.client().set_registered_model_alias("churn", "champion", "2")
        assert deck(*look).status == 2  # the server would not have it
        assert deck(*look).status == 0
        server.shutdown()
    assert len(taken) == 2 and taken[0] == taken[1]


@pytest.mark.parametrize("arguments", [(), ("churn", "--webhook", "file:///etc/passwd"), ("churn", "--exec", "'")])
def test_what_cannot_be_watched_is_refused(deck: Deck, arguments: tuple[str, ...]) -> None:
    assert deck("watch", *arguments, "--once").status == 2


def test_it_ends_cleanly_when_it_is_told_to(store: Store, tmp_path: Path) -> None:
    kept = tmp_path / "state"
    running = subprocess.Popen(
        [sys.executable, "-m", "tui", "--tracking-uri", store.uri, "watch", "churn", "--every", "1", "--bell"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(kept)},
        cwd=tmp_path,
    )
    assert running.stdout is not None
    ended = threading.Event()
    while not list(kept.rglob("*.json")):  # until it has looked once
        assert running.poll() is None
        ended.wait(0.05)
    store.client().set_registered_model_alias("churn", "champion", "2")
    assert running.stdout.readline().startswith(b"\a")
    running.send_signal(signal.SIGTERM)
    _, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (0, b"")


class _Looks:
    """Stands in for a watch: each look answers, or raises, the next of these."""

    def __init__(self, *answers: list[Happening] | Problem) -> None:
        self.answers = list(answers)

    def look(self) -> list[Happening]:
        answer = self.answers.pop(0)
        if isinstance(answer, Problem):
            raise answer
        return answer


def test_a_server_that_does_not_answer_is_told_of_once_and_asked_more_seldom(
    capsys: pytest.CaptureFixture[str],
) -> None:
    away = Problem(Kind.UNREACHABLE, "Could not look", "Nobody answers.")
    busy = Problem(Kind.THROTTLED, "Could not look", "Too much.", wait_s=700)
    looks = _Looks(away, away, [], busy, [])
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return not looks.answers

    pace = LookPace(60.0, requests=2, a_minute=60, chance=lambda: 0.0)
    assert not watching(cast(Watch, looks), pace, wait, once=False, until_first=False)
    assert waited == [120.0, 240.0, 60.0, 700.0, 60.0]
    assert capsys.readouterr().err.count("Nobody answers.") == 1


def test_it_ends_with_the_first_that_happens_where_that_is_asked() -> None:
    looks = _Looks([], [Happening("run", "a", "run a ended")], [])
    pace = LookPace(1.0, 1, 60, lambda: 0.0)
    assert watching(cast(Watch, looks), pace, lambda _s: False, once=False, until_first=True)
    assert looks.answers == [[]]


def test_no_more_is_asked_a_minute_than_may_be_and_never_all_at_once() -> None:
    assert LookPace(1.0, requests=30, a_minute=10, chance=lambda: 0.0).after(True) == 180.0
    assert LookPace(60.0, 1, 60, lambda: 1.0).after(True) == pytest.approx(66.0)
    pace = LookPace(60.0, 1, 60, lambda: 0.0)
    assert max(pace.after(False) for _ in range(20)) == LONGEST_S


def test_a_day_of_looks_repeats_and_misses_nothing() -> None:
    before: dict[str, dict[str, str]] = {"aliases": {"a": "1"}, "versions": {"1": "READY"}}
    told = []
    for hour in range(24):
        now = {"aliases": {"a": str(1 + hour // 6)}, "versions": {str(n): "READY" for n in range(1, 2 + hour // 6)}}
        told += of_model("m", before, now, hour)
        before = now
    assert [(one.kind, one.after, one.seen_ms) for one in told] == [
        ("alias", "2", 6),
        ("version", "READY", 6),
        ("alias", "3", 12),
        ("version", "READY", 12),
        ("alias", "4", 18),
        ("version", "READY", 18),
    ]


def test_an_older_version_that_comes_into_view_is_no_news() -> None:
    before = {"aliases": {}, "versions": {"9": "READY", "8": "READY"}}
    now = {"aliases": {}, "versions": {"8": "READY", "7": "FAILED_REGISTRATION"}}
    assert of_model("m", before, now, 0) == []


def test_a_version_that_fails_later_is_told() -> None:
    pending = {"aliases": {}, "versions": {"1": "PENDING_REGISTRATION"}}
    failed = {"aliases": {}, "versions": {"1": "FAILED_REGISTRATION"}}
    assert [one.kind for one in of_model("m", pending, failed, 0)] == ["failed version"]
    assert of_model("m", failed, failed, 0) == []


def test_runs_that_are_out_of_view_are_remembered() -> None:
    seen = runs_as_seen(None, [SeenRun("a", "", "FINISHED")])
    seen = runs_as_seen(seen, [SeenRun("b", "", "RUNNING")])
    assert of_runs(seen, [SeenRun("a", "", "FINISHED"), SeenRun("b", "", "FINISHED")], 0)[0].subject == "b"
    assert of_runs(None, [SeenRun("a", "", "FAILED")], 0) == []
