"""What the deck opens, and where each part of that was decided.

MLflow's default < the file < the environment < the command line. A context named on the command line counts as said
there: it wins over the environment. A context whose tracking URI is the one decided on lends its other settings,
``read_only`` above all, however the URI came to be decided on.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tui.config.model import ContextSettings, Settings
from tui.domain import uris
from tui.domain.problem import Kind, Problem
from tui.domain.uris import HTTP_KINDS, SQL_KINDS, kind, masked, origin, sqlite_path, sqlite_uri

if TYPE_CHECKING:
    from tui.domain.places import Place


# Which tracking server to open: the command line, an address, the environment, the file, or MLflow's own rule.


# Which URIs MLflow can open here: its own kinds and those that installed plugins bring.


DESTINATION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@%+-]*")
FORWARD = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*):\d{1,5}")
"""What ssh is told: neither can be taken for an option of it."""


class UriRefused(ValueError):
    """A URI that cannot be used; ``hint`` says what to write instead."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def check_tracking(uri: str) -> str:
    """The URI itself, if MLflow can track to its kind of place; raises UriRefused otherwise."""
    if kind(uri) in ("databricks-uc", "uc"):
        raise UriRefused(
            f"“{masked(uri)}” is a model registry, which records no runs",
            "Say it as the registry URI, and as the tracking URI databricks, or a server.",
        )
    if kind(uri) == "file" and re.search(r"\.(db|sqlite3?)$", uri) and not uri.startswith("file:"):
        raise UriRefused(
            f"“{uri}” is a path, and MLflow would take it for a folder of files",
            f"For a SQLite database say sqlite:///{uri}",
        )
    return _check(uri, "mlflow.tracking_store")


def check_registry(uri: str) -> str:
    """The URI itself, if MLflow can register models in its kind of place; raises UriRefused otherwise."""
    return _check(uri, "mlflow.model_registry_store")


def _check(uri: str, plugins: str) -> str:
    name = kind(uri)
    if name in HTTP_KINDS:
        try:
            parts = urlsplit(uri)
            named = bool(parts.hostname) and parts.port != 0
        except ValueError:
            named = False
        if not named:
            raise UriRefused(f"“{masked(uri)}” names no host", "It looks like https://mlflow.example.com:5000")
        return uri
    if name in SQL_KINDS or name in ("databricks", "databricks-uc", "uc", "file") or name in _plugin_kinds(plugins):
        return uri
    raise UriRefused(
        f"MLflow knows no store of the kind “{name}:”",
        "It can be http(s)://, databricks, databricks://PROFILE, sqlite:///PATH, postgresql://, mysql:// or mssql://.",
    )


def _plugin_kinds(group: str) -> set[str]:
    from importlib.metadata import entry_points  # slow, and only needed for a kind that MLflow itself does not bring

    return {point.name for point in entry_points(group=group)}


def absolute(uri: str, folder: Path) -> str:
    """The same place with a relative path counted from ``folder``; every other URI is left as it is."""
    if kind(uri) == "sqlite":
        head, mark, path = uri.partition(":///")
        name, question, query = path.partition("?")
        if mark and name and not name.startswith(("/", ":memory:", "file:")):
            return f"{head}:///{(folder / name).as_posix()}{question}{query}"
    elif kind(uri) == "file" and not uri.startswith("file:"):
        return (folder / uri).resolve().as_uri()
    return uri


COMMAND_LINE = "command line"
MLFLOW_DEFAULT = "MLflow's default"


@dataclass(frozen=True)
class Options:
    """What the command line says; None is not said."""

    place: str | None = None
    context: str | None = None
    tracking_uri: str | None = None
    registry_uri: str | None = None
    profile: str | None = None
    workspace: str | None = None
    read_only: bool | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    ssh: bool | None = None


class ChosenStore(NamedTuple):
    """A tracking URI, who decided on it, and the context that goes with it."""

    uri: str
    origin: str
    name: str = ""
    context: ContextSettings | None = None
    by_context: bool = False  # the context was chosen, and the URI followed from it


def default_tracking_uri(cwd: Path) -> str:
    """MLflow's own rule: ``mlruns`` if runs recorded as files lie there, else ``mlflow.db``, in the working folder."""
    folder = cwd / "mlruns"
    try:
        with os.scandir(folder) as entries:
            if any(e.is_dir() and e.name.isdigit() and os.path.lexists(f"{e.path}/meta.yaml") for e in entries):
                return folder.absolute().as_uri()
    except OSError:
        pass
    return sqlite_uri(str(cwd / "mlflow.db"))


class Chooser:
    """Decides on the tracking URI."""

    def __init__(
        self, options: Options, environ: Mapping[str, str], cwd: Path, settings: Settings, file: Path | None
    ) -> None:
        self.options = options
        self.environ = environ
        self.cwd = cwd
        self.settings = settings
        self.file = file

    def choose(self, place: Place | None) -> ChosenStore:
        chosen = self._named()
        if chosen is not None:
            if place is not None and place.server:
                self._refuse_elsewhere(chosen, place)
            return chosen
        unnamed = self._unnamed()
        if place is not None and place.server:
            return self._of_address(place, unnamed)
        if self.options.profile and not self._is_of_profile(unnamed, self.options.profile):
            return self._with_context("databricks", "--profile on the command line", self.options.profile)
        return unnamed

    def _named(self) -> ChosenStore | None:
        """What the command line names: a context, a tracking URI, or both."""
        said = self.options.tracking_uri
        uri = self._checked(said, "--tracking-uri") if said else None
        if self.options.context is not None:
            chosen = self._context(self.options.context)
            return chosen._replace(uri=uri, origin=COMMAND_LINE, by_context=False) if uri else chosen
        return self._with_context(uri, COMMAND_LINE, self.options.profile) if uri else None

    def _unnamed(self) -> ChosenStore:
        """What counts if the command line names nothing."""
        if said := self.environ.get("MLFLOW_TRACKING_URI"):
            uri = self._checked(said, "MLFLOW_TRACKING_URI")
            return self._with_context(uri, "MLFLOW_TRACKING_URI", self.options.profile)
        if self.settings.context is not None:
            return self._context(self.settings.context)
        if len(self.settings.contexts) == 1:
            return self._context(next(iter(self.settings.contexts)))
        return self._with_context(default_tracking_uri(self.cwd), MLFLOW_DEFAULT)

    def _context(self, name: str) -> ChosenStore:
        context = self.settings.contexts.get(name)
        if context is None:
            from difflib import get_close_matches

            known = list(self.settings.contexts)
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            if not known:
                hint = f"{self.file or 'The configuration'} names none; see `mlflow-deck config init`."
            else:
                hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(known)}."
            raise Problem(Kind.CONFIG, "Unknown context", f"There is no context “{name}”.", hint)
        return ChosenStore(context.tracking_uri, f"context {name} in {self.file}", name, context, by_context=True)

    def _with_context(self, uri: str, origin: str, profile: str | None = None) -> ChosenStore:
        """The URI with the settings of a context that leads to the same place, if there is one."""

        def fits(context: ContextSettings) -> bool:
            if uris.is_databricks(uri) and uris.is_databricks(context.tracking_uri):
                return self._profile(uri, profile) == self._profile(context.tracking_uri, context.profile)
            return uris.same_place(context.tracking_uri, uri)

        names = [name for name, context in self.settings.contexts.items() if fits(context)]
        if not names:
            return ChosenStore(uri, origin)
        # Of several, the most careful one: a doubt must not make a place writable.
        careful = [name for name in names if self.settings.contexts[name].read_only]
        name = next((n for n in (careful or names) if n == self.settings.context), (careful or names)[0])
        return ChosenStore(uri, origin, name, self.settings.contexts[name])

    def _profile(self, uri: str, profile: str | None) -> str | None:
        """The profile that counts for a Databricks URI beside which ``profile`` was said."""
        return profile or uris.profile_of(uri) or self.environ.get("DATABRICKS_CONFIG_PROFILE")

    def _is_of_profile(self, choice: ChosenStore, profile: str) -> bool:
        said = choice.context.profile if choice.context else None
        return uris.is_databricks(choice.uri) and self._profile(choice.uri, said) in (None, profile)

    def _checked(self, uri: str, said_by: str) -> str:
        try:
            return absolute(check_tracking(uri), self.cwd)
        except UriRefused as refused:
            raise Problem(
                Kind.UNSUPPORTED, "This tracking URI cannot be used", f"{said_by}: {refused.message}.", refused.hint
            ) from None

    # an address of a page

    def _of_address(self, place: Place, unnamed: ChosenStore) -> ChosenStore:
        """The context or server that a page's address belongs to."""
        if self._same_host(unnamed, place):
            return unnamed
        fitting = [self._context(name) for name in self.settings.contexts]
        fitting = [choice for choice in fitting if self._same_host(choice, place)]
        if fitting:
            return next((choice for choice in fitting if choice.context and choice.context.read_only), fitting[0])
        if not place.databricks:
            return ChosenStore(place.server, "the address given")
        return self._of_workspace(place)

    def _of_workspace(self, place: Place) -> ChosenStore:

        if self.options.profile:
            return self._with_context("databricks", "--profile on the command line", self.options.profile)
        wanted = workspace(place.server)
        if self._workspace_of(None) == wanted:
            return ChosenStore("databricks", "the address given")
        profiles = [profile for profile, host in workspaces(self.environ).items() if host == wanted]
        if not profiles:
            raise Problem(
                Kind.CONFIG,
                "No way into this workspace is known",
                f"No profile in ~/.databrickscfg leads to {place.server}.",
                f"`databricks auth login --host {place.server}` makes one.",
            )
        return ChosenStore(f"databricks://{profiles[0]}", f"the address given, by profile {profiles[0]}")

    def _workspace_of(self, profile: str | None) -> str | None:

        host = self.environ.get("DATABRICKS_HOST")
        if profile is None and host:
            try:
                return workspace(host)
            except ValueError:
                return None
        return workspaces(self.environ).get(profile or self.environ.get("DATABRICKS_CONFIG_PROFILE") or "DEFAULT")

    def _same_host(self, choice: ChosenStore, place: Place) -> bool:
        address = uris.origin(place.server)
        if choice.context is not None and address in (uris.origin(known) for known in choice.context.addresses):
            return True
        if uris.is_databricks(choice.uri):
            profile = self.options.profile or (choice.context.profile if choice.context else None)
            return self._workspace_of(profile or uris.profile_of(choice.uri)) == address
        return kind(choice.uri) in HTTP_KINDS and uris.origin(choice.uri) == address

    def _refuse_elsewhere(self, choice: ChosenStore, place: Place) -> None:
        if self._same_host(choice, place):
            return
        raise Problem(
            Kind.CONFIG,
            "The address is somewhere else",
            f"“{place.text}” is a page of {place.server}, and {choice.origin} leads to {uris.masked(choice.uri)}.",
            "Give the address alone, or an id instead of an address.",
        )


# Which Databricks profile leads to which workspace, from the person's own ``~/.databrickscfg``; no secret is kept.


def workspaces(environ: Mapping[str, str]) -> dict[str, str]:
    """The address of each profile's workspace (scheme and host, lower case); empty where there is no such file."""
    file = Path(environ.get("DATABRICKS_CONFIG_FILE") or "~/.databrickscfg").expanduser()
    import configparser  # only where a profile is looked for

    parser = configparser.ConfigParser(interpolation=None, default_section="no section has this name")
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, configparser.Error):
        return {}
    found = {}
    for profile in parser.sections():
        if host := parser.get(profile, "host", fallback="").strip():
            try:
                found[profile] = workspace(host)
            except ValueError:
                continue
    return found


def workspace(host: str) -> str:
    """A workspace's address as it is compared; profiles may leave out ``https://``."""
    return origin(host if "://" in host else f"https://{host}")


__all__ = ["Launch", "Options", "resolve"]


FIRST_PAGE = 200  # runs: a screenful and some, so that the first rows are soon there
SCREENFUL = 50  # runs: of a server, which takes a millisecond for each; the rest of the first page follows the rows


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
    def first_page(self) -> int:
        """How many runs are asked for first; as many as a page has where that has been made small."""
        served = kind(self.tracking_uri) in HTTP_KINDS
        return SCREENFUL if served and self.page_size >= FIRST_PAGE else min(FIRST_PAGE, self.page_size)

    @property
    def memory_key(self) -> str:
        """What the context's memories are kept under: the same for the same server by whatever name it is reached."""
        server = uris.in_workspace(self.tracking_uri, self.apart)
        return hashlib.sha256(server.encode()).hexdigest()[:16]

    @property
    def pages_address(self) -> str:
        """Where others see the server's web UI, where the context names such addresses."""
        context = self.settings.contexts.get(self.context_name)
        return context.addresses[0] if context is not None and context.addresses else ""

    @property
    def beyond_ssh(self) -> str:
        """The server's address as the host of ``ssh`` knows it; the tracking URI may lead nowhere but from there."""
        if not (self.ssh and self.forward):
            return ""
        path = urlsplit(self.tracking_uri).path.rstrip("/")
        return f"{kind(self.tracking_uri)}://{self.forward}{path}"

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
    names = ("LC_ALL", "LANG") if _ctype_is_pythons(environ) else ("LC_ALL", "LC_CTYPE", "LANG")
    said = next((value for name in names if (value := environ.get(name))), "")
    return bool(said) and not _UTF_8.search(said)


def _ctype_is_pythons(environ: Mapping[str, str]) -> bool:
    """Whether ``LC_CTYPE`` was put there by Python, which makes the C locale one of UTF-8 for itself (PEP 538)."""
    if environ is not os.environ or not environ.get("LC_CTYPE", "").startswith("C."):
        return False
    try:
        given = Path("/proc/self/environ").read_bytes()
    except OSError:
        return False  # where the system does not tell, what is said counts
    return not any(entry.startswith(b"LC_CTYPE=") for entry in given.split(b"\0"))


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
        registry = absolute(check_registry(said), cwd)
    except UriRefused as refused:
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
        PlaceKind.ENDPOINTS: "the list of serving endpoints",
        PlaceKind.ENDPOINT: "a serving endpoint",
    }.get(place.kind)
    if called is None:
        return place
    raise Problem(
        Kind.CONFIG,
        "This place cannot be opened",
        f"“{text}” is {'the page of ' if place.server else ''}{called}; mlflow-deck opens experiments, runs, "
        "logged and registered models, prompts and traces.",
        "Give the address of one of those, or no address.",
    )
