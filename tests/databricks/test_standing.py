"""Health, events, permissions and dependencies on the screen, and endpoints that are asked, all by keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databricks.test_models_screen import app_on, opened, to_models
from tests.databricks.test_permitted import to_run
from tests.databricks.test_serving import to_serving
from tests.support.driver import drive
from tui.app.application import DeckApp
from tui.demo.simulated.state import Workspace
from tui.domain.problem import Problem
from tui.domain.serving import Body
from tui.gateway.databricks.sdk import Sdk
from tui.gateway.databricks.serving import SdkServing
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Connection
from tui.services.session import Session
from tui.ui.routes import RunRoute, VersionRoute

__all__ = ["opened"]

CHURN = "prod.ml.churn"
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
async def test_the_health_of_an_endpoint(opened: Session, size: tuple[int, int]) -> None:
    async with drive(app_on(opened), size) as deck:
        await to_serving(deck)
        await deck.press("down", "down")
        await deck.until_text("churn-prod")
        await deck.press("H")
        await deck.until_text("churn-11: requests")
        await deck.until_text("36  0.3% of the requests")
        await deck.until_text("p50 ≤ 25 ms · p99 ≤ 250 ms")
        await deck.press("right_square_bracket")
        await deck.until_text("ENDPOINT_UPDATE_READY")
        await deck.press("right_square_bracket")
        await deck.until_text("scoring-job")
        await deck.until_text("CAN QUERY")
        await deck.press("escape")
        await deck.until_text("off its alias")


async def test_what_may_not_be_read_keeps_nothing_else_away(opened: Session, workspace: Workspace) -> None:
    workspace.fail("/api/2.0/permissions", 403, "PERMISSION_DENIED", "Only managers see that.", times=9)
    workspace.fail("/api/2.0/serving-endpoints/churn-prod/events", 404, "ENDPOINT_NOT_FOUND", "No API.", times=9)
    async with drive(app_on(opened), (120, 36)) as deck:
        await to_serving(deck)
        await deck.press("down", "down")
        await deck.until_text("serving › churn-prod")
        await deck.press("H")
        await deck.until_text("churn-11: requests")
        await deck.press("right_square_bracket")
        await deck.until_text("No API.")
        await deck.press("right_square_bracket")
        await deck.until_text("Only managers see that.")


@SIZES
async def test_who_may_do_what_with_a_model_and_what_a_version_depends_on(
    opened: Session, size: tuple[int, int]
) -> None:
    async with drive(app_on(opened), size) as deck:
        await to_models(deck, CHURN)
        app = deck.app
        assert isinstance(app, DeckApp)
        app.go(VersionRoute(CHURN, "13"))
        await deck.until_text("Made of")
        if size[0] >= 100:
            await deck.until_text("waits for approval")
            await deck.until_text("job 907, run 66013")
        await deck.until_text("val_auc")  # the version has been read, of which the key asks
        await deck.press("H")
        await deck.until_text("owns it")
        await deck.until_text("EXECUTE")
        await deck.until_text("through prod.ml")
        await deck.press("right_square_bracket")
        await deck.until_text("prod.ml.customer_features")
        await deck.until_text("prod.ml.days_since")


async def test_who_may_read_an_experiment(opened: Session) -> None:
    async with drive(app_on(opened), (120, 36)) as deck:
        await deck.until_text("under /Users/ada")
        await deck.until_text("features")
        await deck.press("down", "H")
        await deck.until_text("ds-readers")
        await deck.until_text("CAN READ")


async def test_a_run_of_a_job_says_where_it_came_from(opened: Session, workspace: Workspace) -> None:
    run = next(run.id for run in workspace.runs.values() if "mlflow.databricks.jobID" in run.tags)
    async with drive(app_on(opened), (200, 50)) as deck:
        await to_run(deck)
        app = deck.app
        assert isinstance(app, DeckApp)
        app.go(RunRoute(run))
        await deck.until_text("git folder commit")
        await deck.until_text("55000  https://simulated.cloud.databricks")
        await deck.until_text("/Repos/ada@example.com/ml-jobs/train")


@SIZES
async def test_an_endpoint_is_asked_and_so_is_each_that_it_serves(
    opened: Session, workspace: Workspace, size: tuple[int, int]
) -> None:
    path = "/serving-endpoints/churn-prod"
    async with drive(app_on(opened), size) as deck:
        await to_serving(deck)
        await deck.press("down", "down")
        await deck.until(lambda: "churn-prod" in deck.lines()[0], "the cursor is on it")
        await deck.press("Q")
        await deck.until_text("input example of prod.ml.churn v11")
        await deck.until_text("enter send")
        assert workspace.asked(path, "POST") == 0, "it is shown before it is sent"
        await deck.press("enter")
        await deck.until(lambda: "200  ·" in deck.text(), "it has answered")
        await deck.until_text("0.21")
        await deck.press("e")
        await deck.until_text("Their answers differ.")
        assert workspace.asked(f"{path}/served-models/churn-10/invocations", "POST") == 1
        await deck.press("escape", "at")
        await deck.until_text("serving.query")
        said = [f"{request.summary} {request.message}" for request in opened.log.all()]
        assert any("bytes" in one for one in said) and not any("gold" in one for one in said), "no content is told"


async def test_a_version_is_asked_where_it_is_served_and_a_file_can_be_sent(
    opened: Session, workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"inputs": [1, 2, 3]}')
    async with drive(app_on(opened), (120, 40)) as deck:
        await to_models(deck, CHURN)
        app = deck.app
        assert isinstance(app, DeckApp)
        await deck.until(lambda: opened.desk.health.served(CHURN), "what serves is known")
        app.go(VersionRoute(CHURN, "11"))
        await deck.until_text("Made of")
        await deck.until(lambda: "Reading this version" not in deck.text(), "the version is read")
        await deck.press("Q")
        await deck.until_text("Ask churn-prod")
        await deck.until_text("enter send")
        await deck.press("f")
        await deck.until_text("A file of this machine")
        await deck.type(str(file))
        await deck.press("enter")
        await deck.until_text("with the content of the file, 21 B")
        with workspace.lock:
            workspace.endpoints["churn-prod"].permission = "CAN_VIEW"
        await deck.press("enter")
        await deck.until_text("403  ·")
        await deck.until_text("does not have permission 'Query'")


def test_a_request_is_bounded_and_sent_once(session: Connection, workspace: Workspace) -> None:
    serving = SdkServing(Sdk(session), connection=session)
    path = "/serving-endpoints/churn-prod/invocations"
    workspace.fail(path, 503, "TEMPORARILY_UNAVAILABLE", "Waking up.", times=1)
    answer = serving.query("churn-prod", "", Body('{"inputs": [1]}'))
    assert answer.status == 503 and workspace.asked(path, "POST") == 1
    answer = serving.query("churn-prod", "churn-10", Body('{"inputs": [1]}'))
    assert answer.status == 200 and answer.served_by == "churn-10"
    with pytest.raises(Problem, match="too large"):
        serving.query("churn-prod", "", Body("x" * (2 << 20)))


def test_an_input_example_is_read_as_a_request(session: Connection) -> None:
    registry = ClientRegistry(session)
    assert '"dataframe_split"' in registry.input_example(CHURN, "12")
    assert registry.input_example("prod.ml.fraud-cards", "4") == ""
