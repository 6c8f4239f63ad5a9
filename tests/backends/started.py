"""Servers and databases of many kinds, each on a free port, in a folder of its own; stopped by process group."""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from glob import glob
from pathlib import Path

from tests.support.servers import free_port

HOME = Path(os.environ.get("BACKENDS_HOME") or Path.home() / ".cache" / "mlflow-deck-backends")
PATIENCE_S = 120.0
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "DO_NOT_TRACK": "true"}


class NotToBeHad(Exception):
    """Something that a cell needs cannot be installed or started here; the reason is told, and the cell skipped."""


def python_of(version: str) -> str:
    """A Python that has this version of MLflow: our own where it is the one installed, else one made by pip once."""
    from importlib import metadata

    if metadata.version("mlflow") == version:
        return sys.executable
    return _environment(f"mlflow-{version}", f"mlflow=={version}", "sqlalchemy<2.1", "setuptools<80")


def _environment(name: str, *packages: str) -> str:
    folder = HOME / name
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages],
        ):
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            if ended.returncode:
                raise NotToBeHad(f"pip could not install {packages[0]}: {ended.stderr.strip().splitlines()[-1:]}")
        done.touch()
    return str(python)


@contextlib.contextmanager
def process(
    command: Sequence[str],
    ready: Callable[[], bool],
    folder: Path,
    environ: Mapping[str, str],
    user: str | None = None,
) -> Iterator[None]:
    """A program in a process group of its own, from when it is ready until the block ends."""
    with open(folder / "output", "ab") as output:
        try:
            running = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=folder,
                env=dict(environ),
                user=user,
            )
        except OSError as error:
            raise NotToBeHad(f"{command[0]}: {error.strerror}") from error
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not ready():
            if running.poll() is not None or time.monotonic() > deadline:
                last = (folder / "output").read_text(errors="replace").strip().splitlines()[-3:]
                raise NotToBeHad(f"{Path(command[0]).name} did not start: {' '.join(last)}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(0.1)
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(10)


def answers(url: str) -> Callable[[], bool]:
    """Whether an address answers at all, with whatever status."""

    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    return ask


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody accepts connections on a port."""

    def ask() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ask


@contextlib.contextmanager
def mlflow_server(
    version: str,
    database: str,
    folder: Path,
    *options: str,
    environ: Mapping[str, str] | None = None,
    prefix: str = "",
) -> Iterator[str]:
    """``mlflow server`` of a version over a database; yields its address."""
    python, port = python_of(version), free_port()
    command = [python, "-m", "mlflow", "server", "--backend-store-uri", database]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", *options]
    address = f"http://127.0.0.1:{port}{prefix}"
    # A checkout in the working folder or on the path would stand in for the version that is meant.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = f"{Path(python).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with process(
        command, answers(f"{address}/health"), folder, {**inherited, **QUIET, **(environ or {}), "PATH": path}
    ):
        yield address


@contextlib.contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of Debian's packages; yields the URI of an empty database."""
    found, elsewhere = sorted(glob("/usr/lib/postgresql/*/bin")), shutil.which("initdb")
    if not found and elsewhere is None:
        raise NotToBeHad("PostgreSQL is not installed (apt-get install postgresql)")
    tools = Path(found[-1]) if found else Path(str(elsewhere)).resolve().parent
    data, port, user = folder / "pg", free_port(), _account("postgres")
    _owned(data, user)
    made = [str(tools / "initdb"), "-D", str(data), "-U", "deck", "-A", "trust", "-E", "UTF8", "--no-sync"]
    _once(made, folder, user)
    command = [str(tools / "postgres"), "-D", str(data), "-p", str(port), "-k", str(data), "-h", "127.0.0.1", "-F"]
    with process(command, listens(port), folder, os.environ, user):
        _once([str(tools / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "deck", "mlflow"], folder, user)
        yield f"postgresql://deck@127.0.0.1:{port}/mlflow"


@contextlib.contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """A MariaDB server of Debian's packages; yields the URI of an empty database."""
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if server is None:
        raise NotToBeHad("MariaDB is not installed (apt-get install mariadb-server)")
    data, port, user = folder / "maria", free_port(), _account("mysql")
    _owned(data, user)
    install = ["mariadb-install-db", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    _once([*install, *([f"--user={user}"] if user else [])], folder, None)
    command = [server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1"]
    command += [f"--socket={data}/s", f"--pid-file={data}/pid"]
    with process(command, listens(port), folder, os.environ, user):
        # As Debian's own settings have it, which --no-defaults leaves out.
        sql = "CREATE DATABASE mlflow CHARACTER SET utf8mb4; "
        sql += "CREATE USER deck@'127.0.0.1'; GRANT ALL ON mlflow.* TO deck@'127.0.0.1';"
        _once(["mariadb", "--no-defaults", "-uroot", f"--socket={data}/s", "-e", sql], folder, None)
        yield f"mysql+pymysql://deck@127.0.0.1:{port}/mlflow"


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[dict[str, str]]:
    """An S3 interface (moto) with a bucket ``deck``; yields the environment that leads to it."""
    python, port = _environment("moto", "moto[server]", "boto3"), free_port()
    address = f"http://127.0.0.1:{port}"
    lead = {
        "MLFLOW_S3_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "deck",
        "AWS_SECRET_ACCESS_KEY": "deck",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with process([python, "-m", "moto.server", "-p", str(port)], answers(address), folder, {**os.environ, **lead}):
        make = urllib.request.Request(f"{address}/deck", method="PUT", data=_REGION)
        with urllib.request.urlopen(make, timeout=10):
            yield lead


@contextlib.contextmanager
def gcs(folder: Path) -> Iterator[dict[str, str]]:
    """A GCS interface (gcp-storage-emulator) with a bucket ``deck``; yields the environment that leads to it."""
    python = _environment("gcs", "gcp-storage-emulator")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = [str(Path(python).parent / "gcp-storage-emulator"), "start", "--host=127.0.0.1", f"--port={port}"]
    program += ["--in-memory", "--default-bucket=deck"]
    lead = {"STORAGE_EMULATOR_HOST": address, "GOOGLE_CLOUD_PROJECT": "deck"}
    with process(program, listens(port), folder, {**os.environ, **lead}):
        yield lead


@contextlib.contextmanager
def azure(folder: Path) -> Iterator[dict[str, str]]:
    """Azure's blob storage (azurite, of npm) with a container ``deck``; yields the environment that leads to it."""
    program, port = _azurite(), free_port()
    address = f"http://127.0.0.1:{port}/{AZURE_ACCOUNT}"
    command = [program, "--silent", "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    command += ["--skipApiVersionCheck", "--disableTelemetry"]
    # The key is azurite's own, the same everywhere.
    said = {"DefaultEndpointsProtocol": "http", "AccountName": AZURE_ACCOUNT, "AccountKey": _AZURITE_KEY}
    lead = {
        "AZURE_STORAGE_CONNECTION_STRING": "".join(f"{k}={v};" for k, v in said.items()) + f"BlobEndpoint={address};"
    }
    with process(command, listens(port), folder, {**os.environ, **lead}):
        from azure.storage.blob import BlobServiceClient

        BlobServiceClient.from_connection_string(lead["AZURE_STORAGE_CONNECTION_STRING"]).create_container("deck")
        yield lead


AZURE_ACCOUNT = "devstoreaccount1"
_AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def _azurite() -> str:
    folder = HOME / "azurite"
    program = folder / "node_modules" / ".bin" / "azurite-blob"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "azurite"]
        try:
            ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        except OSError as error:
            raise NotToBeHad(f"npm: {error.strerror}") from error
        if ended.returncode:
            raise NotToBeHad(f"npm could not install azurite: {ended.stderr.strip().splitlines()[-1:]}")
    return str(program)


_REGION = (
    b'<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    b"<LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
)


def _account(name: str) -> str | None:
    """The account that a database runs under: databases refuse root."""
    if getpass.getuser() != "root":
        return None
    try:
        pwd.getpwnam(name)
    except KeyError as error:
        raise NotToBeHad(f"there is no account {name}, and a database does not run as root") from error
    return name


def _owned(folder: Path, user: str | None) -> None:
    folder.mkdir(parents=True)
    if user:
        shutil.chown(folder, user)
        for above in folder.parents:
            if above.owner() == getpass.getuser() and not above.stat().st_mode & 0o001:
                above.chmod(above.stat().st_mode | 0o011)


def _once(command: Sequence[str], folder: Path, user: str | None) -> None:
    try:
        ended = subprocess.run(list(command), capture_output=True, text=True, check=False, user=user, cwd="/")
    except OSError as error:
        raise NotToBeHad(f"{command[0]}: {error.strerror}") from error
    if ended.returncode:
        raise NotToBeHad(f"{Path(command[0]).name}: {' '.join((ended.stderr or ended.stdout).split())[-200:]}")
