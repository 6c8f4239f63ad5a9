"""What the deck asks first is read before it asks: nothing is asked twice, and nothing stale or of others is given."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import tui
from tests.gateway.conftest import open_session
from tests.gateway.zoo import Zoo
from tests.support.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.stores import make_store
from tui.app.start import opening_of
from tui.config.launch import Launch
from tui.config.model import Settings
from tui.domain.problem import Kind, Problem
from tui.domain.values import ExperimentPage, Lifecycle, RunsPage
from tui.features.experiments.loader import StartingPlaces
from tui.gateway import readers
from tui.gateway.problems import Elsewhere
from tui.gateway.readers import FirstReads
from tui.host import ahead
from tui.host.ahead import LIST, PAGE, ReadAhead, list_asked, page_asked
from tui.host.child import Child
from tui.host.host import Host
from tui.host.wire import Opening, Wire, spec_of
from tui.services.runs_query import RunsQuery, first_page
from tui.services.session import Session
from tui.services.session import open_session as open_context
from tui.services.state_files import StateFiles


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def launch_at(uri: str, **said: Any) -> Launch:
    return Launch("here", uri, uri, **{"timeout_s": 60.0, **said})


def kept(launch: Launch, **values: dict[str, Any]) -> None:
    from tui.resources import state_dir

    for name, value in values.items():
        StateFiles(state_dir() / "views").put(f"{launch.memory_key}:{name.replace('_', ':')}", value)


@contextmanager
def opened(launch: Launch) -> Iterator[Session]:
    session = open_context(launch, Host.start(spec_of(launch, opening_of(launch))))
    try:
        yield session
    finally:
        session.leave()


def look(session: Session, experiment_id: str = "") -> tuple[ExperimentPage, RunsPage]:
    """Ask for what the screens ask for first, by what asks there."""
    listed = StartingPlaces(session).page(Lifecycle.ACTIVE, None)
    chosen = [one for one in listed.experiments if one.id == experiment_id] or list(listed.experiments[:1])
    return listed, first_page(RunsQuery(tuple(chosen)), session.tracking, session.launch.first_page, session.pace)


def asked_of(proxy: CuttingProxy) -> dict[str, int]:
    """How often each address was asked for."""
    return dict(
        Counter(line.split()[1].partition("?")[0].removeprefix("/api/2.0/mlflow") for line in proxy.seen if line)
    )


@pytest.mark.parametrize("which", ["the first", "the last looked at"])
def test_a_server_is_asked_for_the_first_rows_once_and_for_nothing_else(
    which: str, zoo: Zoo, server: str, places: Path
) -> None:
    with cutting_proxy(server) as proxy:
        launch = launch_at(proxy.uri)
        if which == "the last looked at":
            kept(launch, experiments={"last": zoo.experiment})
        with opened(launch) as session:
            listed, page = look(session, zoo.experiment if which == "the last looked at" else "")
            assert [entry.reader for entry in session.log.all()] == ["REST", "REST"]
            seen = asked_of(proxy)
            assert {line: seen.pop(line) for line in ("/experiments/search", "/runs/search")} == {
                "/experiments/search": 1,
                "/runs/search": 1,
            }
            assert set(seen) <= {"/version", "/api/3.0/mlflow/server-info"}, "which what can be done depends on"
            # Asked again, both are read anew, and are what they were.
            again = look(session, zoo.experiment if which == "the last looked at" else "")
            assert repr(again) == repr((listed, page))  # with NaN among its values no page equals itself
            assert asked_of(proxy)["/runs/search"] == asked_of(proxy)["/experiments/search"] == 2


def test_what_is_read_of_a_database_is_what_is_asked_of_it(zoo: Zoo, places: Path) -> None:
    launch = launch_at(zoo.store.uri, experiment_path="zo")
    with opened(launch) as session:
        listed, page = look(session)
        assert [one.name for one in listed.experiments] == ["zoo"]
        assert len(page) == 8
        assert repr((listed, page)) == repr(look(session))


def test_a_store_that_is_not_there_is_told_of_as_ever_and_looked_for_again(tmp_path: Path, places: Path) -> None:
    launch = launch_at(f"sqlite:///{tmp_path / 'new' / 'mlflow.db'}")
    with opened(launch) as session:
        with pytest.raises(Problem) as told:
            look(session)
        with pytest.raises(Problem) as again:
            look(session)
        assert told.value.kind is Kind.STORE_MISSING
        assert str(told.value) == str(again.value)
        (tmp_path / "new").mkdir()
        make_store(tmp_path / "new")
        assert look(session)[0].experiments


# what is given, and what is not


class Read:
    """A reader whose answers and failures are made up; it counts what it is asked."""

    def __init__(self, listed: Callable[[], Any], page: Callable[[], Any] = lambda: "page") -> None:
        self.asked: list[str] = []

        def search_experiments(*_args: Any, **_how: Any) -> Any:
            self.asked.append(LIST)
            return listed()

        def search_runs(*_args: Any, **_how: Any) -> Any:
            self.asked.append(PAGE)
            return page()

        self.reads = FirstReads("ours", search_experiments, search_runs)


def begun(read: Read, zoo: Zoo, opening: Opening) -> ReadAhead:
    found = ReadAhead(open_session(zoo.store.uri))
    found.begin(opening, read.reads)
    assert found.done.wait(60)
    return found


def anew(*_args: Any, **_how: Any) -> str:
    return "anew"


def failing(problem: Exception) -> Callable[[], Any]:
    def fail() -> Any:
        raise problem

    return fail


GONE = Problem(Kind.UNREACHABLE, "Could not reach the server", "It is not there.")
OPENING = Opening("", "7", 200)


def test_an_answer_is_given_once_and_only_to_the_request_that_it_answers(zoo: Zoo) -> None:
    answers = begun(Read(lambda: "list"), zoo, OPENING)
    assert answers.answer(LIST, *list_asked(""), anew) == "list"
    assert readers.answered_by.get() == "ours"
    assert answers.answer(LIST, *list_asked(""), anew) == "anew"
    assert answers.answer(PAGE, *page_asked("8", 200), anew) == "anew", "of another experiment"
    assert answers.answer(PAGE, *page_asked("7", 200), anew) == "anew", "what was not wanted first is not kept"


def test_an_answer_that_has_waited_for_long_is_not_given(zoo: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = begun(Read(lambda: "list", failing(GONE)), zoo, OPENING)
    monkeypatch.setattr(ahead, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(ahead, "_PROBLEM_SECONDS", 0.0)
    assert answers.answer(LIST, *list_asked(""), anew) == "anew"
    assert answers.answer(PAGE, *page_asked("7", 200), anew) == "anew"


def test_a_failure_is_told_once_and_leaves_the_runs_to_who_asks_for_them(
    zoo: Zoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_PROBLEM_SECONDS", 60.0)
    answers = begun(Read(failing(GONE)), zoo, OPENING)
    with pytest.raises(Problem) as told:
        answers.answer(LIST, *list_asked(""), anew)
    assert told.value is GONE
    assert answers.answer(LIST, *list_asked(""), anew) == "anew"
    assert answers.answer(PAGE, *page_asked("7", 200), anew) == "anew"


@pytest.mark.parametrize("why", [Elsewhere("not ours"), ValueError("a mistake")])
def test_what_the_reader_cannot_answer_is_asked_as_ever(zoo: Zoo, why: Exception) -> None:
    answers = begun(Read(failing(why), failing(why)), zoo, OPENING)
    assert answers.answer(LIST, *list_asked(""), anew) == "anew"
    assert answers.answer(PAGE, *page_asked("7", 200), anew) == "anew"


@pytest.mark.parametrize("runs_of", ["", None])
def test_no_runs_are_read_where_nobody_knows_whose(zoo: Zoo, runs_of: str | None) -> None:
    read = Read(lambda: ExperimentPage((), None))
    answers = begun(read, zoo, Opening("", runs_of, 200))
    assert read.asked == [LIST]
    assert answers.answer(LIST, *list_asked(""), anew) == ExperimentPage((), None)


# what the deck says that it is going to ask


def test_what_comes_first_is_known_from_what_was_looked_at_last(places: Path) -> None:
    launch = launch_at("http://mlflow.example.com", page_size=50)
    assert opening_of(launch) == Opening("", "", 50)
    kept(launch, experiments={"last": "12"})
    assert opening_of(launch_at("http://mlflow.example.com", page_size=1000)) == Opening("", "12", 50)
    assert opening_of(launch_at("sqlite:///x.db")) == Opening("", "", 200), "a screenful is of a server only"
    kept(launch, narrowing_runs_12={"filter": "lr > 1", "marks": ["a"]})
    assert opening_of(launch) == Opening("", "12", 50)
    kept(launch, narrowing_runs_12={"lifecycle": "deleted"})
    assert opening_of(launch) == Opening("", None, 50)
    kept(launch, experiments={"last": "folder:team"})
    assert opening_of(launch) == Opening("", None, 50)


def test_named_views_may_ask_for_other_runs(places: Path) -> None:
    file = places / "views.yaml"
    file.write_text("{}")
    launch = launch_at("sqlite:///x.db", settings=Settings(views_file=str(file)), experiment_path="/team/")
    assert opening_of(launch) == Opening("name LIKE '/team/%'", None, 200)


@pytest.mark.parametrize("uri", ["databricks", "databricks://prod", "file:///runs"])
def test_nothing_is_read_ahead_of_what_mlflow_reads(uri: str, places: Path) -> None:
    assert opening_of(launch_at(uri)) is None


def test_nothing_is_read_ahead_behind_a_tunnel_or_on_the_way_to_a_place(places: Path) -> None:
    from tui.domain.places import Place, PlaceKind

    assert opening_of(launch_at("http://127.0.0.1:5000", ssh="bastion")) is None
    assert opening_of(launch_at("http://127.0.0.1:5000", place=Place(PlaceKind.MODELS, "models:"))) is None


def test_what_was_read_ahead_is_given_before_the_rest_is_loaded(places: Path, zoo: Zoo) -> None:
    """A child whose other requests never come to be loaded still tells of experiments and runs."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        spec = spec_of(launch := launch_at(zoo.store.uri), opening_of(launch))
        child = Child(spec, Wire(theirs))
        read = Read(lambda: ExperimentPage((), None))
        child._ahead.begin(Opening("", "7", 200), read.reads)
        args, kwargs = page_asked("7", 200)
        told = Wire(ours)
        child._answer(1, PAGE, 60.0, args, dict(kwargs))
        assert [told.receive()[0] for _ in range(2)] == [("started", 1), ("result", 1, "page", "ours")]
        assert not child._loaded.is_set()
        assert child._ahead.done.wait(60)


# what is loaded before the first request

FIRST = """
import sys
import tui.host.child
from tui.gateway.readers import first_reads
from tui.gateway.session import Connection

assert first_reads(Connection(sys.argv[1], sys.argv[1])) is not None
later = ("tui.gateway.dispatch", "tui.gateway.registry", "tui.gateway.ports", "tui.gateway.databricks",
         "tui.domain.models", "tui.domain.traces",
         "tui.domain.serving", "tui.domain.preview", "tui.domain.artifacts", "tui.host.host",
         "mlflow", "numpy")
later += () if sys.argv[1].startswith("http") else ("requests", "ssl", "http.client", "email")
loaded = [name for name in later if name in sys.modules]
assert not loaded, loaded
"""


@pytest.mark.parametrize("uri", ["sqlite:////tmp/none.db", "http://127.0.0.1:9"])
def test_the_first_request_waits_for_nothing_that_it_does_not_need(uri: str) -> None:
    root = Path(tui.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", FIRST, uri], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
