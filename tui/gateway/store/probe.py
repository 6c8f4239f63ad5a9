"""Whether a server's host can be reached at all, found out in seconds where MLflow would try for minutes."""

from __future__ import annotations

import configparser
import contextlib
import http.client
import io
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tui.domain import uris
from tui.domain.problem import Kind, Problem

_TITLE = "Could not reach the server"
_QUESTION = "/.well-known/databricks-config"  # what a workspace tells everybody; its SDK asks it first of all
_MOST_SAID = 1 << 16  # bytes
_said: dict[str, dict[str, Any]] = {}


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

    def heard(anything: bool) -> None:
        outcome.append(None if anything else _Silence())
        done.set()

    def connect() -> None:
        try:
            # The name is looked up in here too: a resolver that does not answer cannot be told to give up.
            with contextlib.ExitStack() as open_ones:
                connection = open_ones.enter_context(socket.create_connection((host, port), timeout=seconds))
                connected.set()
                if not speaks:
                    outcome.append(None)
                else:
                    _ask(connection, uri, host, word_seconds, open_ones, heard)
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


def _ask(
    connection: socket.socket,
    uri: str,
    host: str,
    seconds: float,
    open_ones: contextlib.ExitStack,
    heard: Callable[[bool], None],
) -> None:
    """Tell whether anything at all comes over a connection within ``seconds``, and keep what a workspace says then.

    A refusal or a broken answer is something. Without a certificate that is trusted the question is asked all the same,
    for it is one that anybody may ask and nothing of the person's is sent; but what is said then is not kept.
    """
    end = time.monotonic() + seconds
    trusted = True
    told = b""
    try:
        connection.settimeout(seconds)
        peer = connection.getpeername()
        if uris.kind(uri) == "https":
            try:
                bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
                context = ssl.create_default_context(cafile=bundle if bundle and os.path.isfile(bundle) else None)
                connection = open_ones.enter_context(context.wrap_socket(connection, server_hostname=host))
            except ssl.SSLError:
                trusted = False
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                again = open_ones.enter_context(socket.create_connection(peer[:2], timeout=seconds))
                connection = open_ones.enter_context(context.wrap_socket(again, server_hostname=host))
        connection.sendall(f"GET {_QUESTION} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii"))
        connection.settimeout(max(0.1, end - time.monotonic()))
        told = connection.recv(_MOST_SAID)
    except TimeoutError:
        heard(False)
        return
    except (OSError, ValueError):
        pass  # an answer of a kind: the request itself will meet it and tell of it
    heard(True)
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        while trusted and time.monotonic() < end and len(told) < _MOST_SAID and (more := connection.recv(_MOST_SAID)):
            told += more
        about = _json_of(told) if trusted else None
        if about is not None:
            _said[_origin(uri)] = about


class _Told(io.BytesIO):
    """The bytes of an answer, where a socket is wanted."""

    def makefile(self, *_how: object) -> _Told:
        return self


def _json_of(answer: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer to HTTP; None where it is none, or no success. Raises HTTPException, ValueError."""
    response = http.client.HTTPResponse(_Told(answer))  # type: ignore[arg-type]  # of a socket it takes makefile alone
    response.begin()
    about = json.loads(response.read()) if response.status == 200 else None
    return about if isinstance(about, dict) else None


def _origin(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    return f"{parts.scheme}://{parts.netloc}"


def said_of_itself(host: str) -> dict[str, Any] | None:
    """What a workspace has told of itself when it was looked for; None where that was not asked or not sure."""
    return _said.get(_origin(host))


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
