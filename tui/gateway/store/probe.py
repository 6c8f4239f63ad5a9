"""Whether a server's host can be reached at all, found out in seconds where MLflow would try for minutes."""

from __future__ import annotations

import configparser
import contextlib
import os
import socket
import ssl
import threading
import time
from urllib.request import getproxies, proxy_bypass

from tui.domain import uris
from tui.domain.problem import Kind, Problem

_TITLE = "Could not reach the server"
_QUESTION = "/.well-known/databricks-config"  # what a workspace tells everybody; its SDK asks it first of all


def reach(uri: str, seconds: float, word_seconds: float = 0.0) -> None:
    """Raise Problem where no TCP connection to a server's host, or to its proxy, comes about in ``seconds``.

    URIs that lead to no host pass. TLS is left to the request itself: it alone knows which certificates are trusted.
    A Databricks workspace that is reached without a proxy must also say something within ``word_seconds``, whatever it
    is: importing what would ask it takes seconds, after which it would be silent for a whole request's time.
    """
    speaks = uris.kind(uri) == "databricks" and word_seconds > 0
    if uris.kind(uri) == "databricks":
        uri = databricks_host(uri)
    target = uris.host_and_port(uri)
    if target is None:
        return
    host, port = target
    proxy = _proxy(uri, host)
    if proxy:
        host, port = proxy
        speaks = False
    where = f"{host}:{port}" + (" (the proxy)" if proxy else "")
    outcome: list[OSError | None] = []
    connected, done = threading.Event(), threading.Event()

    def connect() -> None:
        try:
            # The name is looked up in here too: a resolver that does not answer cannot be told to give up.
            with socket.create_connection((host, port), timeout=seconds) as connection:
                connected.set()
                silence = speaks and not _speaks(connection, host, uris.kind(uri) == "https", word_seconds)
            outcome.append(_Silence() if silence else None)
        except OSError as error:
            outcome.append(error)
        except UnicodeError:
            outcome.append(socket.gaierror(socket.EAI_NONAME, "not a host name"))
        done.set()

    threading.Thread(target=connect, name="probe", daemon=True).start()
    if not done.wait(seconds + 0.25) and not connected.is_set():
        raise Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} did not answer within {seconds:g} s.",
            "Check the host name, the network and whether a VPN or a tunnel is needed.",
        )
    if not done.wait(word_seconds + 0.25) or isinstance(outcome[0], _Silence):
        raise Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} took the connection and then said nothing for {word_seconds:g} s.",
            "Check that this is the workspace's address, and whether a firewall or a tunnel is in between.",
        )
    error = outcome[0]
    if error is not None:
        raise of_connection(error, where, seconds)


class _Silence(OSError):
    """A connection came about, and nothing over it."""


def _speaks(connection: socket.socket, host: str, tls: bool, seconds: float) -> bool:
    """Whether anything at all comes over a connection within ``seconds``; a refusal or a broken answer is something.

    No certificate is checked, for nothing of the person's is sent: the question is one that anybody may ask.
    """
    end = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = context.wrap_socket(connection, server_hostname=host)
        connection.sendall(f"GET {_QUESTION} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii"))
        connection.settimeout(max(0.1, end - time.monotonic()))
        connection.recv(1)
    except TimeoutError:
        return False
    except (OSError, ValueError):
        pass  # an answer of a kind: the request itself will meet it and tell of it
    return True


def databricks_host(uri: str) -> str:
    """The address of the workspace that a ``databricks`` URI means, or "" where it is not written down anywhere.

    Looks where the Databricks SDK does, without importing it: in the environment, then in the profile, which is the
    one that is named, else ``default_profile`` of ``[__settings__]``, else DEFAULT. No profile inherits of another.
    """
    host = os.environ.get("DATABRICKS_HOST", "")
    if not host:
        config = configparser.ConfigParser(interpolation=None, default_section="no section has this name")
        with contextlib.suppress(OSError, configparser.Error, UnicodeDecodeError):
            config.read(os.path.expanduser(os.environ.get("DATABRICKS_CONFIG_FILE", "~/.databrickscfg")))
            named = uri.partition("://")[2] or os.environ.get("DATABRICKS_CONFIG_PROFILE")
            chosen = config.get("__settings__", "default_profile", fallback="").strip()
            host = config.get(named or chosen or "DEFAULT", "host", fallback="")
    return host if not host or "://" in host else f"https://{host}"


def of_connection(error: OSError, where: str, seconds: float) -> Problem:
    """The problem behind a connection that did not come about."""
    if isinstance(error, socket.gaierror):
        return Problem(
            Kind.UNREACHABLE,
            _TITLE,
            f"The name {where.rsplit(':', 1)[0]} could not be resolved.",
            "Check the spelling of the host and whether a VPN is needed.",
        )
    if isinstance(error, ConnectionRefusedError):
        return Problem(
            Kind.UNREACHABLE,
            _TITLE,
            f"{where} refused the connection.",
            "Check the port and that the server runs.",
        )
    if isinstance(error, TimeoutError):
        return Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} did not answer within {seconds:g} s.",
            "Check the host, the network and whether a firewall is in between.",
        )
    return Problem(
        Kind.UNREACHABLE,
        _TITLE,
        f"{where} could not be reached: {error.strerror or type(error).__name__}.",
        "Check the address and the network.",
    )


def _proxy(uri: str, host: str) -> tuple[str, int] | None:
    if proxy_bypass(host):
        return None
    proxy = getproxies().get(uris.kind(uri)) or getproxies().get("all")
    if not proxy:
        return None
    return uris.host_and_port(proxy if "://" in proxy else f"http://{proxy}")
