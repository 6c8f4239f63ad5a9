"""The doctor tells of every kind of context what works, what does not and what to do, and never a secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.faults import loopback
from tests.support.driver import drive
from tests.support.readme import DOCS
from tests.support.servers import free_port
from tui.app.application import DeckApp
from tui.cli import cli
from tui.config.launch import Options, resolve
from tui.config.model import Settings
from tui.demo.simulated.server import Server
from tui.demo.simulated.state import Workspace
from tui.services.doctor import Doctor, Verdict, here
from tui.services.session import Session, open_session

Opened = Callable[..., Session]


@pytest.fixture
def opened(profile: str, tmp_path: Path) -> Iterator[Opened]:
    """Opens contexts, each with a process of its own."""
    sessions: list[Session] = []

    def open_it(catalog: str = "", **options: str) -> Session:
        lines = "contexts:\n  sim:\n    tracking_uri: databricks\n    profile: sim\n"
        lines += f"    catalog: {catalog}\n" if catalog else ""
        file = tmp_path / "config.yaml"
        file.write_text(lines)
        from tui.app.actions import ACTIONS
        from tui.config.load import load

        settings = load(file, "test", lambda: ACTIONS) if not options else Settings(cache=False)
        session = open_session(resolve(Options(**options), {}, tmp_path, settings), None)  # type: ignore[arg-type]
        sessions.append(session)
        return session

    yield open_it
    for session in sessions:
        session.close()


def findings(session: Session) -> dict[str, tuple[Verdict, str]]:
    around = here(session.launch.profile)
    return {c.id: (c.verdict, f"{c.found} {c.remedy}") for c in Doctor(session, around).checks()}


def test_a_workspace_in_good_health(opened: Opened) -> None:
    found = findings(opened("dev.ml"))
    assert found["account"] == (Verdict.OK, "ada@example.com, in users, ds-readers. ")
    assert found["metastore"][0] is Verdict.OK and found["privileges"] == (
        Verdict.OK,
        "You have USE CATALOG on dev, USE SCHEMA on dev.ml, CREATE MODEL on dev.ml. ",
    )
    assert found["artifacts"][0] is Verdict.OK and "2 entries" in found["artifacts"][1]
    assert "in trouble: fraud-scoring, customer-features" in found["serving"][1]
    assert not [key for key, (verdict, _) in found.items() if verdict is Verdict.FAIL]


def test_what_is_lacking_is_named_with_the_statement_to_ask_for(opened: Opened) -> None:
    verdict, words = findings(opened("finance.risk"))["privileges"]
    assert verdict is Verdict.FAIL and "You lack USE CATALOG on finance" in words
    assert "GRANT USE CATALOG ON CATALOG finance TO `ada@example.com`;" in words
    verdict, words = findings(opened("prod.ml"))["privileges"]
    assert verdict is Verdict.WARNING and "GRANT CREATE MODEL ON SCHEMA prod.ml TO" in words
    verdict, words = findings(opened("prod.nowhere"))["privileges"]
    assert verdict is Verdict.FAIL and "There is no prod.nowhere" in words


def test_a_workspace_without_unity_catalog(opened: Opened, workspace: Workspace) -> None:
    workspace.metastore = ""
    found = findings(opened("dev.ml"))
    assert found["metastore"][0] is Verdict.FAIL and "no metastore is assigned" in found["metastore"][1]
    assert "registry_uri: workspace" in found["metastore"][1]
    assert found["tracking"][0] is Verdict.OK


def test_an_expired_token(opened: Opened, workspace: Workspace) -> None:
    workspace.token = "renewed"
    found = findings(opened())
    verdict, words = found["account"]
    assert verdict is Verdict.FAIL and "Invalid access token" in words
    assert all("simulated-token" not in said for _, said in found.values())


def test_a_host_with_what_a_browser_shows_behind_it(
    opened: Opened, calm_environment: Path, server: Server, workspace: Workspace
) -> None:
    file = calm_environment / ".databrickscfg"
    file.write_text(f"[sim]\nhost = {server.address}/?o={workspace.id}\ntoken = {workspace.token}\n")
    verdict, words = findings(opened())["reach"]
    assert verdict is Verdict.FAIL and f"with ?o={workspace.id} after the workspace's address" in words
    assert f"Set host = {server.address} in the profile" in words


def test_a_server_that_is_not_there(opened: Opened) -> None:
    port = free_port()
    found = findings(opened(tracking_uri=f"http://ana:s3cret-word@127.0.0.1:{port}"))
    assert found["reach"][0] is Verdict.FAIL and f"127.0.0.1:{port} refused" in found["reach"][1]
    assert found["tracking"] == (Verdict.SKIPPED, "Not tried: the store cannot be reached. ")
    assert "metastore" not in found
    assert all("s3cret-word" not in said for _, said in found.values())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments])


def test_the_command(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "ada@example.com")  # which stands in what is told
    well = run("--profile", profile, "doctor", "--json")
    told = json.loads(well.output)
    assert well.exit_code == 0 and told["fails"] is False and "ada@example.com" not in well.output
    assert [check["id"] for check in told["checks"]][:4] == ["context", "settings", "software", "reach"]
    ill = run("--tracking-uri", f"http://127.0.0.1:{free_port()}", "doctor")
    assert ill.exit_code == 1 and "✗ reachable" in ill.output and "1 failure" in ill.output
    missing = run("--tracking-uri", "sqlite:////nowhere/mlflow.db", "doctor")
    assert missing.exit_code == 1 and "missing" in missing.output


async def test_on_the_screen(opened: Opened) -> None:
    session = opened("prod.ml")
    async with drive(DeckApp(session.launch, lambda _: session, environment={}, folder=Path()), (120, 36)) as deck:
        await deck.until_text("churn")
        await deck.press("colon")
        await deck.type("doctor")
        await deck.press("enter")
        await deck.until_text("state folder")
        await deck.until_text("You lack CREATE MODEL")
        await deck.until_text("warning")


SECRETS = {
    "MLFLOW_TRACKING_TOKEN": "s3cret-of-the-environment",
    "MLFLOW_TRACKING_PASSWORD": "s3cret-password",
    "DATABRICKS_CLIENT_SECRET": "s3cret-of-a-client",
    "AWS_SECRET_ACCESS_KEY": "s3cret-of-a-bucket",
}


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["words", "json"])
def test_no_secret_is_printed_wherever_it_stands(
    form: list[str], tmp_path: Path, calm_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    (calm_environment / ".databrickscfg").write_text("[DEFAULT]\nhost = http://h\ntoken = s3cret-of-a-profile\n")
    echo = {"error_code": "UNAUTHENTICATED", "message": f"Not {', '.join(SECRETS.values())} nor s3cret-of-a-profile."}
    with loopback.serve(loopback.answer_json(401, echo)) as server:
        in_uri = f"http://ada:s3cret-in-uri@{server.place}/?token=s3cret-in-query"
        file = tmp_path / "config.yaml"
        file.write_text(f"contexts:\n  main:\n    tracking_uri: {in_uri}\n")
        for arguments in (["--tracking-uri", in_uri], ["--config", str(file), "--context", "main"]):
            told = run(*arguments, "doctor", *form)
            assert told.exit_code != 0 and "s3cret" not in told.output, told.output
            assert server.place in told.output or arguments[0] == "--config"  # which no password is read from


def test_through_a_pipe_and_in_80_columns(profile: str, tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "tui", "--profile", profile, "doctor"]
    for columns in ("", "80"):
        environ = {**os.environ, **({"COLUMNS": columns} if columns else {})}
        done = subprocess.run(arguments, capture_output=True, text=True, env=environ, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        lines = done.stdout.splitlines()
        assert "\x1b" not in done.stdout and max(map(len, lines)) <= int(columns or 100)
        assert lines[-1] == "12 ok, 1 warning."


def test_the_docs_show_what_is_printed(server: Server, workspace: Workspace, calm_environment: Path) -> None:
    (calm_environment / ".databrickscfg").write_text(f"[prod]\nhost = {server.address}\ntoken = {workspace.token}\n")
    file = calm_environment / "config.yaml"
    file.write_text("contexts:\n  lakehouse:\n    tracking_uri: databricks\n    profile: prod\n    catalog: prod.ml\n")
    printed = run("--config", str(file), "--context", "lakehouse", "doctor")
    assert printed.exit_code == 0
    (shown,) = re.findall(
        r"On the simulated workspace:\n\n```\n(.*?)```", (DOCS / "databricks.md").read_text("utf-8"), re.DOTALL
    )
    said, wanted = checks_of(printed.output), checks_of(shown)
    assert list(said) == list(wanted)
    for title, words in wanted.items():
        if title == "terminal":  # each has its own
            continue
        beginning = words.removesuffix("…")
        assert said[title] == words or (words != beginning and said[title].startswith(beginning)), title


def checks_of(output: str) -> dict[str, str]:
    """What is said by check, in one line, without what differs from one machine and one moment to the next."""
    text = output.replace(str(Path.home()), "~").replace("~/.state", "~/.local/state")
    text = re.sub(r" +[\d ]+ ms  ", lambda found: " " * len(found.group()), text)  # a busy machine times any check
    text = re.sub(r"\d+(\.\d+){2,}(:\d+)?", "N", text)
    checks: dict[str, str] = {}
    title = ""
    for line in text.splitlines():
        if line[:1].strip() and line[1:2] == " ":
            title = line[2:16].strip()
            checks[title] = f"{line[0]} {line[16:].strip()}"
        elif line.startswith(" "):
            checks[title] += f" {line.strip()}"
        elif line:
            checks["in all"] = line
    return checks
