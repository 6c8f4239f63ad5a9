"""What the deck opens, and where each part of that was decided.

MLflow's default < the file < the environment < the command line. A context named on the command line counts as said
there: it wins over the environment. A context whose tracking URI is the one decided on lends its other settings,
``read_only`` above all, however the URI came to be decided on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.config import choose
from tui.config.choose import COMMAND_LINE, Chooser, ChosenStore, Options
from tui.config.model import ContextSettings, Settings
from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.uris import HTTP_KINDS, SQL_KINDS, kind, sqlite_path

if TYPE_CHECKING:
    from tui.domain.places import Place

__all__ = ["Launch", "Options", "resolve"]


@dataclass(frozen=True)
class Launch:
    """One context ready to be opened. ``origins`` says in words where each setting came from, by field."""

    context_name: str
    tracking_uri: str = field(repr=False)  # may hold a password, if the command line or the environment said one
    registry_uri: str = field(repr=False)
    profile: str | None = None  # asked for by name; None leaves the choice to Databricks' own rules
    read_only: bool = False
    protected: bool = False
    experiment_path: str | None = None
    catalog: str | None = None
    workspace: str = ""  # of an MLflow server that has them; "" leaves it to the server, which takes its default one
    ssh: str = ""  # a host by way of which the server is reached
    forward: str = ""  # the server as that host knows it
    accent: str = ""
    word: str = ""
    columns: tuple[str, ...] = ()
    timeout_s: float = 8.0
    page_size: int = 1000
    file_store: bool = False  # whether a folder of files is opened, which MLflow does by a switch of its own only
    place: Place | None = None
    settings: Settings = field(default_factory=Settings)
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def apart(self) -> str:
        """The workspace, where it is not the default one: what is kept of a server is kept of each of these."""
        return "" if self.workspace == uris.DEFAULT_WORKSPACE else self.workspace

    @property
    def place_shown(self) -> str:
        """Where the context leads, fit to be shown: an address without secrets, or a path."""
        if self.ssh:
            return uris.in_workspace(f"{self.forward} by ssh {self.ssh}", self.apart)
        if kind(self.tracking_uri) == "sqlite" and (path := sqlite_path(self.tracking_uri)):
            home = os.path.expanduser("~").rstrip("/") + "/"
            return "~/" + path[len(home) :] if path.startswith(home) and home != "/" else path
        return uris.in_workspace(uris.masked(self.tracking_uri), self.apart)


def resolve(
    options: Options, environ: Mapping[str, str], cwd: Path, settings: Settings, file: Path | None = None
) -> Launch:
    """The context to open, with every default filled in; touches nothing but the names of files under ``cwd``.

    Raises Problem (CONFIG, UNSUPPORTED) for what cannot be opened.
    """
    place = _place(options.place) if options.place else None
    choice = Chooser(options, environ, cwd, settings, file).choose(place)
    choice, profile, profile_origin = _with_profile(choice, options)
    registry, registry_origin = _registry(choice, options, environ, cwd)
    workspace, workspace_origin = _workspace(choice, options, environ, place)
    context = choice.context or ContextSettings(choice.uri)
    of_file = f"context {choice.name} in {file}" if choice.context else "default"
    origins = {
        "tracking_uri": choice.origin,
        "registry_uri": registry_origin,
        "profile": profile_origin,
        "read_only": of_file,
        "protected": of_file,
        "experiment_path": of_file,
        "catalog": of_file,
        "workspace": workspace_origin,
        "columns": of_file,
        "timeout_s": of_file,
        "page_size": of_file,
    }
    read_only = context.read_only
    if options.read_only is not None:
        read_only, origins["read_only"] = options.read_only, COMMAND_LINE
    plain, slow = options.ascii, options.ssh
    plain, origins["ascii"] = _decided(settings.ascii, plain, plain_terminal(environ), "the terminal", file)
    slow, origins["ssh"] = _decided(settings.ssh, slow, "SSH_CONNECTION" in environ, "SSH_CONNECTION", file)
    if options.mouse is not None:
        origins["mouse"] = COMMAND_LINE
    return Launch(
        context_name=choice.name or _called(choice.uri),
        tracking_uri=choice.uri,
        registry_uri=registry,
        profile=profile,
        read_only=read_only,
        protected=context.protected,
        experiment_path=context.experiment_path,
        catalog=context.catalog,
        workspace=workspace,
        ssh=context.ssh or "",
        forward=context.forward or (_host_and_port(choice.uri) if context.ssh else ""),
        accent=context.accent or "",
        word=context.word or "",
        columns=context.columns,
        timeout_s=context.timeout,
        page_size=context.page_size,
        place=place,
        settings=replace(
            settings,
            ascii=plain,
            mouse=settings.mouse if options.mouse is None else options.mouse,
            ssh=slow,
        ),
        origins=origins,
    )


def _decided(said: bool | None, option: bool | None, found: bool, called: str, file: Path | None) -> tuple[bool, str]:
    """What counts of the command line, the file and what is found by itself; and which of them it was."""
    if option is not None:
        return option, COMMAND_LINE
    if said is not None:
        return said, str(file or "default")
    return found, called if found else "default"


PLAIN_TERMINALS = ("linux", "dumb", "ansi", "cons25")  # and every vt: without lines of dots, and most signs
_UTF_8 = re.compile(r"utf-?8", re.IGNORECASE)


def plain_terminal(environ: Mapping[str, str]) -> bool:
    """Whether a terminal shows plain signs only: by its kind, or since its locale is not UTF-8."""
    terminal = environ.get("TERM", "")
    if terminal.split("-")[0] in PLAIN_TERMINALS or re.match(r"vt\d", terminal):
        return True
    said = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "")
    return bool(said) and not _UTF_8.search(said)


def _host_and_port(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.hostname or ''}:{parts.port or 80}"


def _with_profile(choice: ChosenStore, options: Options) -> tuple[ChosenStore, str | None, str]:
    """The choice with the profile asked for in its URI; the profile, and who asked for it."""
    if not uris.is_databricks(choice.uri):
        if options.profile:
            raise Problem(
                Kind.CONFIG,
                "A profile is for Databricks",
                f"{choice.origin} leads to {uris.masked(choice.uri)}, which knows no profiles.",
                "Leave out --profile, or say --tracking-uri databricks.",
            )
        return choice, None, "not used"
    said = options.profile
    origin = COMMAND_LINE
    if not said:
        said, origin = uris.profile_of(choice.uri), choice.origin
    if not said and choice.context is not None:
        said = choice.context.profile
    if not said:
        return choice, None, "Databricks' own rules (DATABRICKS_CONFIG_PROFILE and their like)"
    return choice._replace(uri=f"databricks://{said}"), said, origin


def _registry(choice: ChosenStore, options: Options, environ: Mapping[str, str], cwd: Path) -> tuple[str, str]:
    """Where models are registered, and who said so."""
    said, origin = options.registry_uri, COMMAND_LINE
    if not said and not choice.by_context:
        # A context that was chosen is whole: the environment's registry may be another server's.
        said, origin = environ.get("MLFLOW_REGISTRY_URI"), "MLFLOW_REGISTRY_URI"
    if not said and choice.context is not None:
        said, origin = choice.context.registry_uri, f"context {choice.name}"
    if not said:
        return uris.default_registry(choice.uri), "follows the tracking URI"
    if said == "workspace":
        return choice.uri, origin
    try:
        registry = choose.absolute(choose.check_registry(said), cwd)
    except choose.UriRefused as refused:
        raise Problem(
            Kind.UNSUPPORTED, "This registry URI cannot be used", f"{origin}: {refused.message}.", refused.hint
        ) from None
    profile = uris.profile_of(choice.uri)
    if registry in ("databricks", "databricks-uc") and profile:
        return f"{registry}://{profile}", origin
    return registry, origin


def _workspace(
    choice: ChosenStore, options: Options, environ: Mapping[str, str], place: Place | None
) -> tuple[str, str]:
    """Which workspace of an MLflow server is meant, "" where none is named, and who said so."""
    if kind(choice.uri) not in HTTP_KINDS:
        if options.workspace:
            raise Problem(
                Kind.UNSUPPORTED,
                "There are no workspaces here",
                f"--workspace names one of an MLflow server, and {choice.origin} leads to {uris.masked(choice.uri)}.",
            )
        return "", "default"
    context = choice.context.workspace if choice.context is not None else None
    # As with the registry: beside a context that was chosen whole, the environment's may be another server's.
    by_environment = "" if choice.by_context else environ.get("MLFLOW_WORKSPACE", "").strip()
    said = [
        (options.workspace, COMMAND_LINE),
        (place.workspace if place is not None else "", "the address given"),
        (by_environment, "MLFLOW_WORKSPACE"),
        (context, f"context {choice.name}"),
    ]
    return next(((name, origin) for name, origin in said if name), ("", "default"))


def _called(uri: str) -> str:
    """What to call a place that no context names."""
    name = kind(uri)
    if name in ("sqlite", "file"):
        return "local"
    if name in HTTP_KINDS:
        return "server"
    return "database" if name in SQL_KINDS else name


def _place(text: str) -> Place:
    """The place that a text names, if the deck opens its kind."""
    from tui.domain.places import PlaceKind, parse_place  # most starts name none

    place = parse_place(text)
    called = {
        PlaceKind.LOGGED_MODEL: "a logged model",
        PlaceKind.ENDPOINTS: "the list of serving endpoints",
        PlaceKind.ENDPOINT: "a serving endpoint",
    }.get(place.kind)
    if called is None:
        return place
    raise Problem(
        Kind.CONFIG,
        "This place cannot be opened",
        f"“{text}” is {'the page of ' if place.server else ''}{called}; mlflow-deck opens experiments, runs, "
        "registered models, prompts and traces.",
        "Give the address of one of those, or no address.",
    )
