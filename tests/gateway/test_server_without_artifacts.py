"""A server that does not serve artifacts answers the same, with other addresses for its artifacts."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.gateway.conftest import open_session
from tests.gateway.zoo import Zoo
from tests.support import servers
from tests.support.stores import Store
from tui.gateway import dispatch


def test_experiments_and_runs_are_the_same(zoo: Zoo, tmp_path: Path) -> None:
    copy = Store(tmp_path / "mlflow.db")
    shutil.copyfile(zoo.store.path, copy.path)
    with servers.mlflow_server(copy.uri, tmp_path / "artifacts", serve_artifacts=False) as address:
        tracking = dispatch.tracking_of(open_session(address))
        here = dispatch.tracking_of(open_session(zoo.store.uri))
        assert tracking.search_experiments() == here.search_experiments()
        assert tracking.get_run(zoo.with_inputs) == here.get_run(zoo.with_inputs)
        theirs, ours = tracking.search_runs([zoo.experiment]), here.search_runs([zoo.experiment])
        assert (theirs.run_ids, theirs.params, theirs.tags) == (ours.run_ids, ours.params, ours.tags)
