"""A view that the deck has written, opened in MLflow's own web UI by a headless Chromium where one is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gateway.conftest import open_session
from tests.support import servers
from tests.support.stores import make_store
from tui.domain.columns import Arrangement, Look
from tui.domain.views import View
from tui.domain.web_views import RUNS, tag_of, views_in
from tui.gateway import dispatch
from tui.gateway.tracking.client import writes_of

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
MARGIN_MS = 20_000  # of the page's own time, in which it reads and draws


def dom_of(address: str, profile: Path) -> str:
    """The page as it stands once it has been drawn."""
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={profile}", "--window-size=1900,1000", f"--virtual-time-budget={MARGIN_MS}"]
    done = subprocess.run([*command, "--dump-dom", address], capture_output=True, timeout=120, check=False)
    return done.stdout.decode(errors="replace")


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_the_web_ui_opens_a_view_that_the_deck_has_written(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    experiment = store.add_experiment("viewed")
    store.add_runs(experiment, 3)
    arrangement = Arrangement(("params.param_1", "metrics.metric_2"), sort=(("start", False),))
    look = Look(arrangement, server_filter="metrics.metric_2 >= 0.0001")
    view = View("Of the deck", "runs", look, "viewed")
    with servers.mlflow_server(store.uri, tmp_path / "artifacts") as address:
        session = open_session(address)
        writes_of(session).tag_experiment(experiment, "mlflow.sharedViewState.7", tag_of(view, RUNS, None, 1))
        tags = dispatch.tracking_of(session).get_experiment(experiment).tags
        assert [one.look for one in views_in(tags, RUNS, "viewed")] == [look]
        dom = dom_of(
            f"{address}/#/experiments/{experiment}/runs?viewStateShareKey=7&compareRunsMode=TABLE", tmp_path / "profile"
        )
    assert "param_1" in dom and "metric_2" in dom, dom[-3000:]
    assert "Of the deck" in dom and "0.0001" in dom, "the view has its name, and its filter stands in the search field"
