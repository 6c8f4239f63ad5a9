"""Tunnels by the system's ssh: what it is told, what is told of it, and that it ends with whoever began it."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.unit.test_config_file import checked, refusal
from tui.config.launch import Options, plain_terminal, resolve
from tui.config.model import Settings
from tui.domain.problem import Kind, Problem
from tui.host.tunnel import Tunnel, by_port, command, free_port
from tui.host.wire import spec_of
from tui.services.copies import as_others_reach, run_copies

# Listens where it is told to, as ssh does, and leaves a note of its arguments and of its end.
FAKE = f"""#!{sys.executable}
import signal, socket, sys, pathlib
notes = pathlib.Path(__file__).parent / "notes"
notes.write_text(chr(10).join(sys.argv[1:]))
def end(*_):
    notes.write_text("ended")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
if sys.argv[-1] == "nobody@bastion":
    print("Warning: something", file=sys.stderr)
    print("nobody@bastion: Permission denied (publickey).", file=sys.stderr)
    sys.exit(255)
port = int(sys.argv[sys.argv.index("-L") + 1].split(":")[1])
server = socket.create_server(("127.0.0.1", port))
while True:
    client, _ = server.accept()
    if client.recv(4) == b"stop":
        print("Connection to bastion closed.", file=sys.stderr)
        sys.exit(255)
    client.close()
"""


@pytest.fixture
def ssh(tmp_path: Path) -> dict[str, str]:
    """An environment in which ``ssh`` is one that only listens."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ssh").write_text(FAKE)
    (folder / "ssh").chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def waited(predicate: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if predicate():
            return
        pause.wait(0.01)
    raise AssertionError("waited in vain")


def notes(tmp_path: Path) -> str:
    file = tmp_path / "bin" / "notes"
    return file.read_text() if file.exists() else ""


def test_ssh_is_told_to_ask_nothing_and_no_host_is_an_option() -> None:
    said = command("user@bastion", "mlflow.internal:5000", 4711)
    assert said[-2:] == ["--", "user@bastion"]
    assert "127.0.0.1:4711:mlflow.internal:5000" in said and "BatchMode=yes" in said
    for host in ("-oProxyCommand=id", "a b", "", "$(id)", "a;b"):
        assert "“ssh” is a host" in str(refusal(f"contexts: {{p: {{tracking_uri: 'http://h', ssh: '{host}'}}}}"))


def test_a_tunnel_opens_when_it_is_needed_and_ends_with_its_owner(ssh: dict[str, str], tmp_path: Path) -> None:
    tunnel = Tunnel("user@bastion", "mlflow.internal:5000", ssh)
    assert not tunnel.stands() and notes(tmp_path) == ""
    assert tunnel.through() is True
    assert f"127.0.0.1:{tunnel.port}:mlflow.internal:5000" in notes(tmp_path)
    assert tunnel.stands() and tunnel.through() is False, "it is open"
    tunnel.close()
    waited(lambda: notes(tmp_path) == "ended")
    waited(lambda: not tunnel.running)


def test_it_ends_too_where_the_process_is_killed(ssh: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from tui.host.tunnel import Tunnel\n"
        "Tunnel('user@bastion', 'h:1', dict(os.environ)).through(); print('open', flush=True)\n"
        "time.sleep(600)"
    )
    environ = {**ssh, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environ)
    assert child.stdout is not None and child.stdout.readline() == b"open\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    waited(lambda: notes(tmp_path) == "ended")


def test_why_it_cannot_be_opened_is_what_ssh_says(ssh: dict[str, str], tmp_path: Path) -> None:
    tunnel = Tunnel("nobody@bastion", "h:1", ssh)
    with pytest.raises(Problem) as raised:
        tunnel.through()
    assert "Permission denied (publickey)." in raised.value.message
    assert "ssh nobody@bastion" in raised.value.hint
    assert not raised.value.is_connection, "what is refused is not asked for again by itself"
    (tmp_path / "bin" / "notes").unlink()
    with pytest.raises(Problem) as again:
        tunnel.through()
    assert again.value is raised.value and notes(tmp_path) == "", "who asks meanwhile begins no other ssh"
    with pytest.raises(Problem, match="ssh") as nowhere:
        Tunnel("user@bastion", "h:1", {"PATH": "/nowhere"}).through()
    assert nowhere.value.is_connection


def test_one_that_has_ended_tells_why_and_opens_again_when_it_is_needed(ssh: dict[str, str]) -> None:
    import socket

    tunnel = Tunnel("user@bastion", "h:1", ssh)
    tunnel.through()
    with socket.create_connection(("127.0.0.1", tunnel.port)) as client:
        client.sendall(b"stop")
        waited(lambda: not tunnel.stands())
    waited(lambda: "Connection to bastion closed." in tunnel.problem().message)
    port = tunnel.port
    assert tunnel.through() is True and tunnel.port == port
    tunnel.close()


def test_a_context_goes_by_its_tunnel_and_is_called_by_where_it_leads() -> None:
    settings = checked("contexts: {p: {tracking_uri: 'http://mlflow.internal:5000/x', ssh: user@bastion}}")
    launch = resolve(Options(context="p"), {}, Path("/"), settings)
    assert launch.forward == "mlflow.internal:5000"
    assert launch.place_shown == "mlflow.internal:5000 by ssh user@bastion"
    spec = spec_of(launch)
    assert (spec.ssh, spec.forward, spec.tracking_uri) == (launch.ssh, launch.forward, launch.tracking_uri)
    assert spec.place == launch.place_shown
    assert by_port(launch.tracking_uri, 4711) == "http://127.0.0.1:4711/x"
    assert by_port("http://ann:s@h", 1) == "http://ann:s@127.0.0.1:1"


SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")


@pytest.fixture
def bastion(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A real sshd on this machine, and an environment whose ``ssh`` knows it as ``bastion``, and as ``stranger``."""
    if SSHD is None or shutil.which("ssh") is None:
        pytest.skip("OpenSSH is not installed (apt-get install openssh-server)")
    for name in ("of-host", "known", "unknown"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(made, check=True)
    port = free_port()
    (tmp_path / "sshd").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/of-host\nAuthorizedKeysFile {tmp_path}/known.pub\n"
        "PasswordAuthentication no\nStrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\n"
    )
    both = f"  HostName 127.0.0.1\n  Port {port}\n  IdentitiesOnly yes\n  StrictHostKeyChecking accept-new\n"
    both += f"  UserKnownHostsFile {tmp_path}/hosts\n"
    (tmp_path / "config").write_text(
        f"Host bastion\n{both}  IdentityFile {tmp_path}/known\nHost stranger\n{both}  IdentityFile {tmp_path}/unknown\n"
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {tmp_path}/config "$@"\n')
    (tmp_path / "bin" / "ssh").chmod(0o755)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    serving = subprocess.Popen([SSHD, "-D", "-e", "-f", str(tmp_path / "sshd")], stderr=subprocess.PIPE)
    assert serving.stderr is not None
    try:
        if b"listening" not in serving.stderr.readline():
            pytest.skip("sshd does not start here")
        yield {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "DECK_SSHD": str(serving.pid)}
    finally:
        serving.terminate()
        serving.wait()
        serving.stderr.close()


def test_a_real_sshd_forwards_refuses_and_is_come_back_to(bastion: dict[str, str], tmp_path: Path) -> None:
    user = getpass.getuser()
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        tunnel = Tunnel(f"{user}@bastion", f"127.0.0.1:{server.server_port}", bastion)
        assert tunnel.through() is True
        answered = requests.get(f"http://127.0.0.1:{tunnel.port}/nothing-of-the-name", timeout=20)
        assert answered.status_code == 404
        for session in subprocess.run(
            ["pgrep", "-P", bastion["DECK_SSHD"]], capture_output=True, text=True, check=False
        ).stdout.split():
            os.kill(int(session), signal.SIGTERM)
        waited(lambda: not tunnel.stands())
        assert tunnel.through() is True, "it comes back when it is needed"
        assert requests.get(f"http://127.0.0.1:{tunnel.port}/x", timeout=20).status_code == 404
        tunnel.close()
        server.shutdown()
    with pytest.raises(Problem, match="Permission denied"):
        Tunnel(f"{user}@stranger", "127.0.0.1:9", bastion).through()
    nothing = Tunnel(f"{user}@bastion", f"127.0.0.1:{free_port()}", bastion)
    nothing.through()
    lost = Problem(Kind.UNREACHABLE, "Could not read runs", "The connection was cut.")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{nothing.port}/", timeout=20)
    waited(lambda: "Connection refused" in nothing.instead_of(lost).message)
    assert nothing.instead_of(lost) is lost, "what was said of one connection is not said of the next"
    nothing.close()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("tracking_uri: 'http://h', forward: 'a:1'", "“forward” is for a context with “ssh”"),
        ("tracking_uri: 'http://h', ssh: b, forward: '-oX:1'", "“forward” is a host and a port"),
        ("tracking_uri: 'https://h', ssh: b", "a context with “ssh” has a tracking URI like http://"),
        ("tracking_uri: databricks, ssh: b", "a context with “ssh” has a tracking URI like http://"),
        ("tracking_uri: 'http://h', addresses: [ftp://x]", "“addresses” are like https://"),
    ],
)
def test_what_cannot_be_is_refused(said: str, message: str) -> None:
    assert message in str(refusal(f"contexts: {{p: {{{said}}}}}"))


def test_web_addresses_mean_the_context_that_names_them() -> None:
    settings = checked(
        "contexts:\n  a: {tracking_uri: 'http://a'}\n"
        "  p: {tracking_uri: 'http://mlflow.internal:5000', addresses: ['https://mlflow.example.com']}"
    )
    page = "https://mlflow.example.com/#/experiments/7"
    launch = resolve(Options(place=page), {}, Path("/"), settings)
    assert (launch.context_name, launch.tracking_uri) == ("p", "http://mlflow.internal:5000")
    assert resolve(Options(place=page, context="p"), {}, Path("/"), settings).context_name == "p"
    assert (launch.pages_address, launch.beyond_ssh) == ("https://mlflow.example.com", "")


def test_what_is_copied_of_a_context_by_ssh_leads_where_others_get() -> None:
    settings = checked(
        "contexts:\n  p: {tracking_uri: 'http://localhost:15000/ml', ssh: bastion, forward: 'mlflow.internal:5000',"
        " addresses: ['https://mlflow.example.com/']}\n  q: {tracking_uri: 'http://inside:5000', ssh: bastion}"
    )
    said = {}
    for name in "pq":
        launch = resolve(Options(context=name), {}, Path("/"), settings)
        uri = launch.tracking_uri
        offers = run_copies(uri, "r1", "7")
        reached = as_others_reach(offers, uri, pages=launch.pages_address, server=launch.beyond_ssh)
        said[name] = dict(reached)
        assert [title for title, _ in reached] == [title for title, _ in offers]
    assert said["p"]["link"] == "https://mlflow.example.com/#/experiments/7/runs/r1"
    assert said["p"]["curl"].startswith("curl -s 'http://mlflow.internal:5000/ml/api/")
    assert "set_tracking_uri('http://mlflow.internal:5000/ml')" in said["p"]["Python"]
    assert said["q"]["link"] == "http://inside:5000/#/experiments/7/runs/r1"
    plain = run_copies("sqlite:///m.db", "r1", "7")
    assert as_others_reach(plain, "sqlite:///m.db", pages="https://x", server="") == plain


# what is drawn by itself


@pytest.mark.parametrize(
    ("environ", "plain"),
    [
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({"TERM": "xterm-ghostty", "LC_ALL": "C.utf8"}, False),
        ({"TERM": "tmux-256color", "LANG": "de_DE.utf8"}, False),
        ({"TERM": "screen", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"TERM": "foot"}, False),
        ({"TERM": "alacritty"}, False),
        ({}, False),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, True),
        ({"TERM": "linux-16color"}, True),
        ({"TERM": "dumb"}, True),
        ({"TERM": "ansi"}, True),
        ({"TERM": "vt100"}, True),
        ({"TERM": "vt220"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, True),
        ({"TERM": "xterm", "LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"TERM": "xterm", "LC_ALL": "POSIX"}, True),
    ],
)
def test_plain_signs_are_drawn_where_the_terminal_has_no_others(environ: dict[str, str], plain: bool) -> None:
    assert plain_terminal(environ) is plain
    drawn = resolve(Options(tracking_uri="http://h"), environ, Path("/"), Settings()).settings
    assert drawn.ascii is plain
    for said in (True, False):
        assert (
            resolve(Options(tracking_uri="http://h"), environ, Path("/"), Settings(ascii=said)).settings.ascii is said
        )


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the system does not tell what a process was given")
@pytest.mark.parametrize(
    ("said", "plain"), [({"LANG": "C"}, True), ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False), ({}, False)]
)
def test_a_locale_that_python_has_set_for_itself_does_not_count(said: dict[str, str], plain: bool) -> None:
    asked = "import os; from tui.config.launch import plain_terminal; print(plain_terminal(os.environ))"
    here = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-c", asked],
        env={"TERM": "xterm", **said},
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str(plain)


def test_less_is_drawn_in_an_ssh_session_unless_that_is_turned_off() -> None:
    def drawn(environ: dict[str, str], settings: Settings, option: bool | None = None) -> tuple[object, str]:
        launch = resolve(Options(tracking_uri="http://h", ssh=option), environ, Path("/"), settings)
        return launch.settings.ssh, launch.origins["ssh"]

    there = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
    assert drawn({}, Settings()) == (False, "default")
    assert drawn(there, Settings()) == (True, "SSH_CONNECTION")
    assert drawn(there, Settings(ssh=False))[0] is False
    assert drawn({}, Settings(ssh=True))[0] is True
    assert drawn(there, Settings(ssh=True), False) == (False, "command line")
    assert drawn({}, Settings(), True) == (True, "command line")
    assert checked("ssh: auto\nascii: auto") == Settings()
