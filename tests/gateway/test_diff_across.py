"""``mlflow-deck diff`` between real contexts: two stores, and a store and a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.servers import free_port, mlflow_server
from tests.support.stores import make_store

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def ended(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tui", "--config", str(folder / "config.yaml"), "diff", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=ENVIRONMENT)


def configure(folder: Path, **contexts: str) -> None:
    lines = [f"  {name}:\n    tracking_uri: {uri}" for name, uri in contexts.items()]
    (folder / "config.yaml").write_text("\n".join(["contexts:", *lines, ""]), encoding="utf-8")


def test_runs_of_two_stores(tmp_path: Path) -> None:
    dev, prod = make_store(tmp_path / "dev"), make_store(tmp_path / "prod")
    (first,) = dev.add_runs(dev.add_experiment("churn"), 1)
    (other,) = prod.add_runs(prod.add_experiment("churn"), 1)
    configure(tmp_path, dev=dev.uri, prod=prod.uri)
    answer = ended(tmp_path, f"prod:{other}", f"dev:{first}", "--format", "json", "--exit-code")
    assert answer.returncode in (0, 1), answer.stderr
    made = json.loads(answer.stdout)
    assert [one["id"] for one in made["runs"]] == [f"prod:{other}", f"dev:{first}"]
    assert made["baseline"] == f"prod:{other}"
    alone = ended(tmp_path, f"dev:{first}", f"dev:runs:/{first}", "--format", "json")
    assert [one["id"] for one in json.loads(alone.stdout)["runs"]] == [first], "one context is as --context"
    wrong = ended(tmp_path, f"prod:{'0' * 32}", f"dev:{first}")
    assert wrong.returncode == 2
    assert not wrong.stdout
    assert "In the context prod" in wrong.stderr
    assert "There is no run" in wrong.stderr


def test_a_run_of_a_store_and_one_of_a_server(tmp_path: Path) -> None:
    dev, behind = make_store(tmp_path / "dev"), make_store(tmp_path / "behind")
    (first,) = dev.add_runs(dev.add_experiment("churn"), 1)
    (other,) = behind.add_runs(behind.add_experiment("churn"), 1)
    with mlflow_server(behind.uri, tmp_path / "artifacts") as address:
        configure(tmp_path, dev=dev.uri, prod=address)
        answer = ended(tmp_path, f"dev:{first}", f"prod:{other}", "--only-differences")
        assert answer.returncode == 0, answer.stderr
        assert "dev: " in answer.stdout.splitlines()[0]
        assert "prod: " in answer.stdout.splitlines()[0]
    configure(tmp_path, dev=dev.uri, prod=f"http://127.0.0.1:{free_port()}")
    gone = ended(tmp_path, f"dev:{first}", f"prod:{other}")
    assert gone.returncode == 2
    assert "In the context prod" in gone.stderr
