"""``mlflow-deck diff`` between real contexts: two stores, and a store and a server."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import Ended, command_line
from tests.support.servers import free_port, mlflow_server
from tests.support.stores import make_store


def ended(folder: Path, *arguments: str) -> Ended:
    return command_line()("--config", str(folder / "config.yaml"), "diff", *arguments)


def configure(folder: Path, **contexts: str) -> None:
    lines = [f"  {name}:\n    tracking_uri: {uri}" for name, uri in contexts.items()]
    (folder / "config.yaml").write_text("\n".join(["contexts:", *lines, ""]), encoding="utf-8")


def test_runs_of_two_stores(tmp_path: Path) -> None:
    dev, prod = make_store(tmp_path / "dev"), make_store(tmp_path / "prod")
    (first,) = dev.add_runs(dev.add_experiment("churn"), 1)
    (other,) = prod.add_runs(prod.add_experiment("churn"), 1)
    configure(tmp_path, dev=dev.uri, prod=prod.uri)
    answer = ended(tmp_path, f"prod:{other}", f"dev:{first}", "--format", "json", "--exit-code")
    assert answer.status in (0, 1), answer.err
    made = answer.json
    assert [one["id"] for one in made["runs"]] == [f"prod:{other}", f"dev:{first}"]
    assert made["baseline"] == f"prod:{other}"
    alone = ended(tmp_path, f"dev:{first}", f"dev:runs:/{first}", "--format", "json")
    assert [one["id"] for one in alone.json["runs"]] == [first], "one context is as --context"
    wrong = ended(tmp_path, f"prod:{'0' * 32}", f"dev:{first}")
    assert wrong.status == 2
    assert not wrong.out
    assert "In the context prod" in wrong.err
    assert "There is no run" in wrong.err


def test_a_run_of_a_store_and_one_of_a_server(tmp_path: Path) -> None:
    dev, behind = make_store(tmp_path / "dev"), make_store(tmp_path / "behind")
    (first,) = dev.add_runs(dev.add_experiment("churn"), 1)
    (other,) = behind.add_runs(behind.add_experiment("churn"), 1)
    with mlflow_server(behind.uri, tmp_path / "artifacts") as address:
        configure(tmp_path, dev=dev.uri, prod=address)
        answer = ended(tmp_path, f"dev:{first}", f"prod:{other}", "--only-differences")
        assert answer.status == 0, answer.err
        assert "dev: " in answer.out.splitlines()[0]
        assert "prod: " in answer.out.splitlines()[0]
    configure(tmp_path, dev=dev.uri, prod=f"http://127.0.0.1:{free_port()}")
    gone = ended(tmp_path, f"dev:{first}", f"prod:{other}")
    assert gone.status == 2
    assert "In the context prod" in gone.err
