"""Whether a server's host can be reached at all, found out in seconds where MLflow would try for minutes."""

from __future__ import annotations

import configparser
import contextlib
import os
import socket
import threading
from urllib.request import getproxies, proxy_bypass

from tui.domain.problem import Kind, Problem
from tui.gateway import address

_TITLE = "Could not reach the server"


def reach(uri: str, seconds: float) -> None:
    """Raise Problem where no TCP connection to a server's host, or to its proxy, comes about in ``seconds``.

    URIs that lead to no host pass. TLS is left to the request itself: it alone knows which certificates are trusted.
    """
    if address.kind(uri) == "databricks":
        uri = databricks_host(uri)
    target = address.host_and_port(uri)
    if target is None:
        return
    host, port = target
    proxy = _proxy(uri, host)
    if proxy:
        host, port = proxy
    where = f"{host}:{port}" + (" (the proxy)" if proxy else "")
    outcome: list[OSError | None] = []
    done = threading.Event()

    def connect() -> None:
        try:
            # The name is looked up in here too: a resolver that does not answer cannot be told to give up.
            socket.create_connection((host, port), timeout=seconds).close()
            outcome.append(None)
        except OSError as error:
            outcome.append(error)
        except UnicodeError:
            outcome.append(socket.gaierror(socket.EAI_NONAME, "not a host name"))
        done.set()

    threading.Thread(target=connect, name="probe", daemon=True).start()
    if not done.wait(seconds + 0.25):
        raise Problem(
            Kind.TIMEOUT,
            _TITLE,
            f"{where} did not answer within {seconds:g} s.",
            "Check the host name, the network and whether a VPN or a tunnel is needed.",
        )
    error = outcome[0]
    if error is not None:
        raise of_connection(error, where, seconds)


def databricks_host(uri: str) -> str:
    """The address of the workspace that a ``databricks`` URI means, or "" where it is not written down anywhere.

    Looks where the Databricks SDK does, without importing it: in the environment, then in the profile.
    """
    host = os.environ.get("DATABRICKS_HOST", "")
    if not host:
        profile = uri.partition("://")[2] or os.environ.get("DATABRICKS_CONFIG_PROFILE") or "DEFAULT"
        config = configparser.ConfigParser(interpolation=None)
        with contextlib.suppress(OSError, configparser.Error, UnicodeDecodeError):
            config.read(os.path.expanduser(os.environ.get("DATABRICKS_CONFIG_FILE", "~/.databrickscfg")))
            host = config.get(profile, "host", fallback="")
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
    proxy = getproxies().get(address.kind(uri)) or getproxies().get("all")
    if not proxy:
        return None
    return address.host_and_port(proxy if "://" in proxy else f"http://{proxy}")
