"""The same script for every backend: what a person asks for, through a context's process, commands and keys."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.backends.fill import LONG
from tests.support.terminal import Terminal
from tui.domain.artifacts import ArtifactEntry, ArtifactRoot
from tui.domain.problem import Problem
from tui.gateway.dispatch import Gateway
from tui.host.host import Host
from tui.host.wire import HostSpec

ROOT = Path(__file__).parents[2]
STEPS = ("runs", "histories", "artifacts", "registry", "writes", "readers", "doctor, lint", "screens")
TIMEOUT_S = 8.0  # the deck's own default
PATIENCE_S = 180.0
TRIES = 3  # where an answer was lost or a server busy: as often as a person would press r

Outcome = dict[str, str]
"""By step: "" where all went well, else what did not."""


def walk(uri: str, environ: Mapping[str, str], *, judge: bool, refused: bool) -> Outcome:
    """Every step of the script against one backend that ``tests.backends.fill`` has filled.

    ``judge`` asks also whether the readers answer as MlflowClient does, which takes hundreds of requests. Where all is
    to be ``refused``, there is nothing that commands and screens could be waited for.
    """
    host = Host.start(HostSpec(uri, uri, environment=dict(environ), timeout_s=TIMEOUT_S))
    try:
        asked = {
            "runs": _runs,
            "histories": _histories,
            "artifacts": _artifacts,
            "registry": _registry,
            "writes": _writes,
        }
        found = {name: _tried(step, host.ports) for name, step in asked.items()}
    finally:
        host.close()
    if refused:
        return found
    with tempfile.TemporaryDirectory(prefix="deck-backends-") as home:
        around = _surroundings(environ, home)
        if judge:
            found["readers"] = _tried(_readers, uri, around)
        found["doctor, lint"] = _tried(_commands, uri, around)
        found["screens"] = _tried(_screens, uri, around)
    return found


def _tried(step: Callable[..., None], *given: object) -> str:
    said = ""
    for _ in range(TRIES):
        try:
            step(*given)
        except Problem as problem:
            said = f"{problem.title}: {problem.message}"
            if not problem.is_connection:
                break
        except AssertionError as error:
            return " ".join(str(error).split())[:400] or "not what was expected"
        else:
            return ""
    return said


def _experiment(gateway: Gateway) -> str:
    return gateway.tracking.get_experiment_by_name("churn/weekly").id


def _runs(gateway: Gateway) -> None:
    names = [one.name for one in gateway.tracking.search_experiments().experiments]
    assert "churn/weekly" in names, f"experiments: {names}"
    experiment = _experiment(gateway)
    page = gateway.tracking.search_runs([experiment])
    assert len(page.run_ids) == 3, f"{len(page.run_ids)} runs"
    better = gateway.tracking.search_runs([experiment], filter_string="metrics.acc > 0.75 AND params.lr = '0.2'")
    assert len(better.run_ids) == 1, f"the filter left {len(better.run_ids)} runs"
    run = gateway.tracking.get_run(page.run_ids[0])
    assert run.params["lr"] == "0.2" and run.experiment_name == "churn/weekly", f"params: {run.params}"
    assert gateway.tracking.child_runs(run.run_id, experiment) == ()


def _histories(gateway: Gateway) -> None:
    runs = gateway.tracking.search_runs([_experiment(gateway)]).run_ids
    sampled = gateway.history.sampled(list(runs), "acc")
    assert all(len(sampled[run_id]) == 10 for run_id in runs), f"{[len(sampled[run_id]) for run_id in runs]} points"
    assert len(gateway.history.page(runs[0], "acc").history) == 10


def _artifacts(gateway: Gateway) -> None:
    run_id = gateway.tracking.search_runs([_experiment(gateway)]).run_ids[0]
    root = ArtifactRoot("run", run_id)
    paths = {entry.path for entry in gateway.artifacts.list_folder(root).entries}
    assert paths == {"model", "notes.md"}, f"listed: {sorted(paths)}"
    assert gateway.artifacts.head(root, "notes.md").data == b"# hello\n"
    assert gateway.artifacts.preview(root, "notes.md").kind.value == "Markdown"
    gateway.artifacts.logged_models(run_id)
    with tempfile.TemporaryDirectory() as folder:
        gateway.artifacts.download(root, ArtifactEntry("model", True, None), folder)
        assert (Path(folder) / "model" / "MLmodel").exists()
        weights = (Path(folder) / "model" / "weights.bin").read_bytes()
        assert weights == bytes(range(256)) * LONG, f"{len(weights)} bytes came of a long file"
    long = gateway.artifacts.head(root, "model/weights.bin")
    assert long.size in (None, 256 * LONG), f"a file of {256 * LONG} bytes is told to have {long.size}"


def _registry(gateway: Gateway) -> None:
    names = [model.name for model in gateway.registry.search_models().models]
    assert names == ["churn"], f"models: {names}"
    assert dict(gateway.registry.get_model("churn").aliases) == {"champion": "1"}
    assert gateway.registry.aliases_at("churn", ["champion", "absent"]) == {"champion": "1"}
    numbers = [made.version for made in gateway.registry.search_versions("churn").versions]
    assert numbers == ["3", "2", "1"], f"versions: {numbers}"
    facts = gateway.registry.version_facts("churn", "1")
    assert facts.is_read, facts.unread
    runs = gateway.tracking.search_runs([_experiment(gateway)]).run_ids
    made = gateway.registry.registered_as(list(runs))
    assert {one.version for found in made.values() for one in found} == {"1", "2", "3"}, f"made from runs: {made}"
    assert [offer.label for offer in gateway.registry.registrable(runs[0])] == ["model"]


def _writes(gateway: Gateway) -> None:
    run_id = gateway.tracking.search_runs([_experiment(gateway)]).run_ids[0]
    gateway.writes.tag_run(run_id, "team", "ana")
    assert gateway.tracking.get_run(run_id).tags["team"] == "ana"
    gateway.writes.tag_run(run_id, "team", None)
    assert "team" not in gateway.tracking.get_run(run_id).tags
    gateway.registry.set_alias("churn", "challenger", "3")
    assert dict(gateway.registry.get_model("churn").aliases) == {"champion": "1", "challenger": "3"}
    gateway.registry.delete_alias("churn", "challenger")
    assert dict(gateway.registry.get_model("churn").aliases) == {"champion": "1"}
    gateway.registry.tag_version("churn", "2", "owner", "ana")
    assert gateway.registry.get_version("churn", "2").tags.get("owner") == "ana"
    gateway.registry.tag_version("churn", "2", "owner", None)


def _surroundings(environ: Mapping[str, str], home: str) -> dict[str, str]:
    folders = {name: str(Path(home) / name) for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    return {**os.environ, **environ, **folders, "PYTHONPATH": str(ROOT), "HOME": home}


def _readers(uri: str, environ: Mapping[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.backends.judge", uri],
        capture_output=True,
        text=True,
        check=False,
        env={**environ, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3"},
        cwd=ROOT,
        timeout=PATIENCE_S * 4,
    )
    assert ended.returncode == 0, (ended.stdout + ended.stderr)[-1500:]


def _commands(uri: str, environ: Mapping[str, str]) -> None:
    for command, fine in (("doctor", (0,)), ("lint", (0,))):
        ended = subprocess.run(
            [sys.executable, "-m", "tui", "--tracking-uri", uri, command],
            capture_output=True,
            text=True,
            check=False,
            env=dict(environ),
            timeout=PATIENCE_S,
        )
        said = " ".join(line.strip() for line in ended.stdout.splitlines() if "✗" in line) or ended.stderr
        assert ended.returncode in fine, f"{command} ended with {ended.returncode}: {said}"
        assert command != "lint" or "1 model" in ended.stdout, ended.stdout


def _screens(uri: str, environ: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "tui", "--tracking-uri", uri]
    with Terminal(command, environ=environ, cwd=environ["HOME"]) as terminal:
        terminal.until("churn/weekly", patience=PATIENCE_S)
        terminal.press("2")
        terminal.until("champion", patience=PATIENCE_S)
        terminal.until("v3", patience=PATIENCE_S)
        terminal.press("q")
        terminal.wait_for_end(patience=PATIENCE_S)
