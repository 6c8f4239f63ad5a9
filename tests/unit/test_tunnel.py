"""Tunnels by the system's ssh: what it is told, what is told of it, and that it ends with whoever began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.test_config_file import checked, refusal
from tui.config.launch import Launch, Options, plain_terminal, resolve
from tui.config.model import Settings
from tui.domain.problem import Problem
from tui.services.tunnel import Tunnel, Tunnels, command

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


def test_a_tunnel_opens_and_ends_with_its_owner(ssh: dict[str, str], tmp_path: Path) -> None:
    ended: list[Tunnel] = []
    tunnel = Tunnel("user@bastion", "mlflow.internal:5000", ssh, ended.append)
    tunnel.start()
    tunnel.wait()
    assert f"127.0.0.1:{tunnel.port}:mlflow.internal:5000" in notes(tmp_path)
    tunnel.close()
    waited(lambda: notes(tmp_path) == "ended")
    waited(lambda: not tunnel.running)
    assert ended == [], "it was asked to end"


def test_it_ends_too_where_the_deck_is_killed(ssh: dict[str, str], tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from tui.services.tunnel import Tunnel\n"
        "t = Tunnel('user@bastion', 'h:1', dict(os.environ), print); t.start(); t.wait(); print('open', flush=True)\n"
        "time.sleep(600)"
    )
    environ = {**ssh, "PYTHONPATH": os.pathsep.join(sys.path)}
    deck = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environ)
    assert deck.stdout is not None and deck.stdout.readline() == b"open\n"
    deck.send_signal(signal.SIGKILL)
    deck.wait()
    deck.stdout.close()
    waited(lambda: notes(tmp_path) == "ended")


def test_why_it_cannot_be_opened_is_what_ssh_says(ssh: dict[str, str]) -> None:
    tunnel = Tunnel("nobody@bastion", "h:1", ssh, lambda _tunnel: None)
    tunnel.start()
    with pytest.raises(Problem) as raised:
        tunnel.wait()
    assert "Permission denied (publickey)." in raised.value.message
    assert "ssh nobody@bastion" in raised.value.hint
    nowhere = Tunnel("user@bastion", "h:1", {"PATH": "/nowhere"}, lambda _tunnel: None)
    nowhere.start()
    with pytest.raises(Problem, match="ssh"):
        nowhere.wait()


def test_an_end_that_nobody_asked_for_is_told_and_it_can_be_opened_again(ssh: dict[str, str]) -> None:
    import socket

    ended: list[Tunnel] = []
    tunnel = Tunnel("user@bastion", "h:1", ssh, ended.append)
    tunnel.start()
    tunnel.wait()
    with socket.create_connection(("127.0.0.1", tunnel.port)) as client:
        client.sendall(b"stop")
        waited(lambda: ended == [tunnel])
    assert "Connection to bastion closed." in tunnel.problem().message
    tunnel.start()
    tunnel.wait()
    tunnel.close()


def test_a_context_goes_by_its_tunnel(ssh: dict[str, str]) -> None:
    settings = checked("contexts: {p: {tracking_uri: 'http://mlflow.internal:5000/x', ssh: user@bastion}}")
    launch = resolve(Options(context="p"), {}, Path("/"), settings)
    assert launch.forward == "mlflow.internal:5000"
    assert launch.place_shown == "mlflow.internal:5000 by ssh user@bastion"
    tunnels = Tunnels(ssh)
    behind = tunnels.through(launch)
    tunnel = tunnels.of(behind)
    assert tunnel is not None
    tunnel.wait()
    assert behind.tracking_uri == behind.registry_uri == f"http://127.0.0.1:{tunnel.port}/x"
    assert tunnels.through(launch).tracking_uri == behind.tracking_uri, "there is one for each context"
    tunnels.close()
    other = Launch("x", "http://h", "http://h")
    assert tunnels.through(other) is other and tunnels.of(other) is None


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
