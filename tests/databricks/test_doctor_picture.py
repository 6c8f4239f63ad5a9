"""Pictures of the doctor's screen."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.support.deck import shop
from tests.support.driver import drive
from tests.support.snapshots import Picture
from tui.domain.models.grants import Access, Account, Permitted, Securable
from tui.domain.problem import Kind, Problem
from tui.domain.serving import Answer, Body, Carried, Endpoint, Event, Sample, Split
from tui.features.diagnostics.doctor import DoctorScreen
from tui.services.doctor import Surroundings, Verdict, terminal_of
from tui.services.session import Session


class Catalog:
    """A catalog in memory on which nothing is granted."""

    def me(self) -> Account:
        return Account("ada@example.com", "Ada", ("ds-readers",))

    def home_folder(self) -> str:
        return "/Users/ada@example.com/"

    def metastore(self) -> str:
        raise Problem(Kind.UNSUPPORTED, "t", "No metastore is assigned to the workspace.", "Ask an account admin.")

    def catalogs(self) -> tuple[str, ...]:
        return ("prod",)

    def schemas(self, catalog: str) -> tuple[str, ...]:
        return ("ml",)

    def models(self, catalog: str, schema: str) -> tuple[str, ...]:
        return ()

    def who_may(self, kind: str, name: str) -> tuple[Permitted, ...]:
        return ()

    def depends_on(self, model: str, version: str) -> tuple[tuple[str, str], ...]:
        return ()

    def access(self, name: str) -> Access:
        return Access(self.me(), {"prod": Securable("catalog", "prod", "admins")})


class Serving:
    """Endpoints in memory."""

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (Endpoint("churn", ready=True),)

    def endpoint(self, name: str) -> Endpoint:
        return self.endpoints()[0]

    def details(self, names: object) -> tuple[Endpoint, ...]:
        return self.endpoints()

    def numbers(self, endpoint: str) -> tuple[Sample, ...]:
        return ()

    def events(self, endpoint: str) -> tuple[Event, ...]:
        return ()

    def query(self, endpoint: str, entity: str, body: Body) -> Answer:
        raise AssertionError("nobody is asked here")

    def server_log(self, endpoint: str, entity: str) -> str:
        return ""

    def build_log(self, endpoint: str, entity: str) -> str:
        return ""

    def carried(self, endpoint: str, wanted: Split) -> Carried:
        return Carried()

    def change(self, endpoint: str, expected: Split, wanted: Split) -> tuple[str, ...]:
        raise AssertionError("the doctor changes nothing")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screen(tmp_path: Path, size: tuple[int, int], picture: Picture) -> None:
    world = shop(tmp_path, catalog="prod")
    app = world.app()
    async with drive(app, size) as deck:
        await deck.until(lambda: app.begun and app.page is not None, "the context is open")
        session: Session = app.session
        session.catalog, session.serving = Catalog(), Serving()
        state = tmp_path / "state"
        terminal = terminal_of({"TERM": "xterm-256color"}, "utf-8", (100, 40))
        around = Surroundings(terminal, state, tmp_path)
        ticks = itertools.count()
        screen = DoctorScreen(session, around, lambda: next(ticks) * 0.0125)
        await app.push_screen(screen)
        await deck.until(lambda: len(screen.checks) == 15 and "looking" not in deck.text(), "every check is made")
        # The folders are the test's own, with names that change.
        screen.checks = [check for check in screen.checks if check.id not in ("state", "software")]
        screen._fill()
        await deck.press("G", "k", "k", "k")
        await deck.settle()
        assert {check.verdict for check in screen.checks} == set(Verdict)
        picture(deck)
