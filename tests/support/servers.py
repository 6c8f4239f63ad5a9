"""Real ``mlflow server`` processes on loopback for tests: own process group, always stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.warm import CAN_FORK, Forked, warm_server

_START_SECONDS = 90.0
Server = subprocess.Popen[bytes] | Forked


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def mlflow_server(
    store_uri: str,
    folder: Path,
    *options: str,
    serve_artifacts: bool = True,
    workers: int = 1,
    environ: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """A server over a SQLite store, with its artifacts in ``folder``; yields its address once /health answers.

    One of several workers is started as a person does.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    folder.mkdir(parents=True, exist_ok=True)
    words = [
        *("--backend-store-uri", store_uri),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        "--serve-artifacts" if serve_artifacts else "--no-serve-artifacts",
        "--artifacts-destination" if serve_artifacts else "--default-artifact-root",
        folder.as_uri(),
        *options,
    ]
    with tempfile.TemporaryFile() as output:
        started = warm_server if CAN_FORK and workers == 1 else _cold_server
        server = started(
            words,
            environ={
                **os.environ,
                "MLFLOW_DISABLE_TELEMETRY": "true",
                # Its background jobs would take a process and seconds of their own.
                "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                **(environ or {}),
            },
            folder=folder,
            output=output.fileno(),
        )
        try:
            _wait_until_healthy(server, address)
            yield address
        except BaseException:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4000:])
            raise
        finally:
            _stop(server)


def _cold_server(words: list[str], *, environ: Mapping[str, str], folder: Path, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", *words],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        cwd=folder,
        env=environ,
    )


def _wait_until_healthy(server: Server, address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"mlflow server ended with {server.returncode} before it was healthy")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
            if answer.status == 200:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
    raise RuntimeError(f"mlflow server was not healthy within {_START_SECONDS:g} s")


def _stop(server: Server) -> None:
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, sent)
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            continue
        break
    # Workers outlive their parent; the group takes them too.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
