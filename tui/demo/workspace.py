"""The workspace of ``mlflow-deck demo --databricks``: simulated by a process of its own, opened as a context."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tui.config.launch import Launch
from tui.config.model import Settings
from tui.domain.problem import Kind, Problem

PROFILE = "simulated"
_END_SECONDS = 2.0


@dataclass(frozen=True)
class Simulation:
    """A simulation that answers: its address, and the file of the profile that leads there."""

    address: str
    profile_file: Path


@contextmanager
def simulation() -> Iterator[Simulation]:
    """Run the simulation until the block ends; it ends by itself when this process does. Raises Problem."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tui.demo.simulated"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert server.stdin is not None and server.stdout is not None
    before = os.environ.get("DATABRICKS_CONFIG_FILE")
    try:
        address, token = server.stdout.readline().strip(), server.stdout.readline().strip()
        if not token:
            raise Problem(
                Kind.INTERNAL,
                "Could not start the simulated workspace",
                "Its process ended before it answered.",
                "Run python -m tui.demo.simulated to see why.",
            )
        with tempfile.TemporaryDirectory(prefix="mlflow-deck-") as folder:
            file = Path(folder) / "databrickscfg"
            file.touch(mode=0o600)
            file.write_text(f"[{PROFILE}]\nhost = {address}\ntoken = {token}\n", encoding="utf-8")
            # Read by this process and by the contexts' own, in place of the person's profiles.
            os.environ["DATABRICKS_CONFIG_FILE"] = str(file)
            yield Simulation(address, file)
    finally:
        if before is None:
            os.environ.pop("DATABRICKS_CONFIG_FILE", None)
        else:
            os.environ["DATABRICKS_CONFIG_FILE"] = before
        with suppress(OSError):
            server.stdin.close()
        try:
            server.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def launch_of(
    running: Simulation,
    settings: Settings,
    *,
    read_only: bool,
    ascii: bool = False,  # noqa: A002  as the option is called
    ssh: bool = False,
) -> Launch:
    """The context that opens the simulation; nothing of it is remembered."""
    origin = "mlflow-deck demo --databricks"
    return Launch(
        context_name="simulated workspace",
        tracking_uri=f"databricks://{PROFILE}",
        registry_uri=f"databricks-uc://{PROFILE}",
        profile=PROFILE,
        read_only=read_only,
        catalog="prod.ml",
        settings=replace(
            settings,
            context=None,
            contexts={},
            cache=False,
            ascii=settings.ascii or ascii,
            ssh=settings.ssh or ssh,
        ),
        origins=dict.fromkeys(("tracking_uri", "registry_uri", "profile", "catalog"), origin),
    )
