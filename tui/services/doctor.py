"""Looks over a context: what works from here and what does not, one check after the other, and what to do."""

from __future__ import annotations

import configparser
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from tui import __version__
from tui.domain.artifacts import ArtifactRoot
from tui.domain.models import grants
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import count
from tui.domain.uris import DEFAULT_WORKSPACE, masked, not_seen, without_secrets
from tui.domain.values import Lifecycle, StoreCondition
from tui.services.session import Session

# What was found when a context was looked over: checks, each with a verdict, and what to do about it.


class Verdict(str, Enum):
    """How a check ended; ``SKIPPED`` where there is nothing to check, or something before it failed."""

    OK = "ok"
    WARNING = "warning"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One thing looked at. ``found`` and ``remedy`` are a sentence or two; ``took_ms`` is None where nobody waited."""

    id: str
    title: str
    verdict: Verdict
    found: str
    remedy: str = ""
    took_ms: float | None = None


def fails(checks: Sequence[Check]) -> bool:
    """Whether something that a person needs does not work."""
    return any(check.verdict is Verdict.FAIL for check in checks)


def summary(checks: Sequence[Check]) -> str:
    """``9 ok, 2 warnings, 1 failure``; what was skipped is not counted."""
    words = []
    for verdict, one, many in (
        (Verdict.OK, "ok", "ok"),
        (Verdict.WARNING, "warning", "warnings"),
        (Verdict.FAIL, "failure", "failures"),
    ):
        count = sum(1 for check in checks if check.verdict is verdict)
        if count:
            words.append(f"{count} {one if count == 1 else many}")
    return ", ".join(words)


def took_words(check: Check) -> str:
    """How long a check took, ``1 204 ms``; "" of what takes no time."""
    return f"{count(round(check.took_ms))} ms" if check.took_ms is not None and check.took_ms >= 1 else ""


def without(check: Check, secrets: Sequence[str]) -> Check:
    """The check with every one of these texts hidden."""
    found, remedy = check.found, check.remedy
    for secret in secrets:
        found, remedy = found.replace(secret, "***"), remedy.replace(secret, "***")
    return replace(check, found=found, remedy=remedy)


# The machine that the deck runs on, as the doctor tells it: terminal, folders, and the secrets not to be shown.


_SECRET_ENDINGS = ("TOKEN", "PASSWORD", "SECRET", "_KEY")
_SECRET_KEYS = ("token", "password", "client_secret", "azure_client_secret", "google_credentials")
_SHORTEST_SECRET = 4  # a shorter one would hide half of what is said
_IMAGES = {"WezTerm": "iTerm2's", "iTerm.app": "iTerm2's", "ghostty": "kitty's", "vscode": "iTerm2's"}
_OSC52 = ("WezTerm", "iTerm.app", "ghostty", "vscode", "Apple_Terminal", "mintty")


@dataclass(frozen=True)
class Terminal:
    """A terminal as its environment describes it."""

    colours: str
    unicode: bool
    images: str = ""  # whose protocol, "" for none that is known
    clipboard: str = ""  # what is known of OSC 52; "" where nothing is
    columns: int = 0
    rows: int = 0
    name: str = ""

    @property
    def words(self) -> str:
        size = f"{self.columns}×{self.rows}, " if self.columns else ""
        letters = "Unicode" if self.unicode else "no Unicode"
        images = f"images by {self.images} protocol" if self.images else "no images that are known of"
        clipboard = self.clipboard or "whether it takes the clipboard (OSC 52) is not known"
        return f"{self.name or 'unnamed'}: {size}{self.colours}, {letters}, {images}; {clipboard}."


@dataclass(frozen=True)
class Surroundings:
    """What of a machine is looked at."""

    terminal: Terminal
    state: Path
    cache: Path
    config_file: Path | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


def terminal_of(environ: Mapping[str, str], encoding: str, size: tuple[int, int] = (0, 0)) -> Terminal:
    """What the environment says of a terminal; nothing is asked of the terminal itself."""
    name, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if "NO_COLOR" in environ:
        colours = "no colours (NO_COLOR)"
    elif environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or name.endswith("-direct"):
        colours = "16 million colours"
    elif "256color" in name:
        colours = "256 colours"
    else:
        colours = "no colours" if name in ("", "dumb") else "16 colours"
    images = _IMAGES.get(program, "")
    if environ.get("KITTY_WINDOW_ID") or "kitty" in name:
        images = "kitty's"
    clipboard = ""
    if program in _OSC52 or "kitty" in name or environ.get("WT_SESSION"):
        clipboard = "it takes the clipboard (OSC 52)"
    if environ.get("TMUX"):
        images, clipboard = "", "tmux hands the clipboard on to terminals of which it knows how (terminal-features)"
    called = f"{name} in {program}" if program and name else name or program
    unicode = "utf" in encoding.lower()
    return Terminal(colours, unicode, images, clipboard, *size, called)


def secrets_of(environ: Mapping[str, str], profile: str | None) -> tuple[str, ...]:
    """Texts that must never be shown: passwords and tokens of the environment and of the profile, longest first."""
    found = {value for name, value in environ.items() if name.upper().endswith(_SECRET_ENDINGS)}
    file = Path(environ.get("DATABRICKS_CONFIG_FILE") or "~/.databrickscfg").expanduser()
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, configparser.Error):
        parser = configparser.ConfigParser()
    for section in {profile or environ.get("DATABRICKS_CONFIG_PROFILE") or "DEFAULT", "DEFAULT"}:
        for key in _SECRET_KEYS:
            found.add(parser.get(section, key, fallback=""))
    return tuple(sorted((value for value in found if len(value) >= _SHORTEST_SECRET), key=len, reverse=True))


def here(profile: str | None, config_file: Path | None = None) -> Surroundings:
    """This machine, as it is now."""
    from tui.resources import cache_dir, state_dir

    try:
        columns, rows = os.get_terminal_size(sys.__stdout__.fileno()) if sys.__stdout__ else (0, 0)
    except (OSError, ValueError):
        columns, rows = 0, 0
    encoding = getattr(sys.__stdout__, "encoding", None) or sys.getfilesystemencoding()
    return Surroundings(
        terminal_of(os.environ, encoding, (columns, rows)),
        state_dir(),
        cache_dir(),
        config_file,
        secrets_of(os.environ, profile),
        dict(os.environ),
    )


_LOOKED_THROUGH = 5  # experiments in which a run is looked for, to see whether its artifacts can be read
_NEEDED_SIZE = (80, 24)
_ROOM = 16 * 1024
_WRONG_BY_S = 60  # a clock that differs so much from the server's is told of


@dataclass(frozen=True)
class DoctorCheck:
    """What a check found, before it is known how long it took."""

    verdict: Verdict
    found: str
    remedy: str = ""


MIRRORING = (
    "In a team, models: mirror_tags: true is best: each move of an alias is told in tags of the versions too, so that "
    "the decks of the others know since when an alias is where it is, by whom, and what it was before."
)


def ok(found: str) -> DoctorCheck:
    return DoctorCheck(Verdict.OK, found)


def warning(found: str, remedy: str = "") -> DoctorCheck:
    return DoctorCheck(Verdict.WARNING, found, remedy)


def skipped(found: str) -> DoctorCheck:
    return DoctorCheck(Verdict.SKIPPED, found)


def failed(problem: Problem, verdict: Verdict = Verdict.FAIL) -> DoctorCheck:
    return DoctorCheck(verdict, problem.message, problem.hint)


_READERS = {
    "SQL": "; they are read by SQL",
    "REST": "; they are read over REST without MLflow",
    "MLflow": "; they are read by MlflowClient",
}


class Doctor:
    """Makes the checks of one session. Blocks; nothing is written anywhere but one file that is removed at once."""

    def __init__(
        self, session: Session, surroundings: Surroundings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._around = surroundings
        self._clock = clock
        self._unreachable = ""

    def checks(self) -> Iterator[Check]:
        """Every check, each as soon as it is done; none of them raises Problem, and none tells a secret."""
        for key, title, look in self._looks():
            began = self._clock()
            try:
                finding = look()
            except Problem as problem:
                finding = failed(problem)
            took_ms = (self._clock() - began) * 1000
            waited = None if finding.verdict is Verdict.SKIPPED else took_ms
            check = Check(key, title, finding.verdict, finding.found, finding.remedy, waited)
            check = replace(check, found=without_secrets(check.found), remedy=without_secrets(check.remedy))
            yield without(check, self._around.secrets)

    def _looks(self) -> Sequence[tuple[str, str, Callable[[], DoctorCheck]]]:
        asked: list[tuple[str, str, Callable[[], DoctorCheck]]] = [
            ("account", "signed in as", self._account),
            *([("workspace", "workspace", self._workspace)] if self._session.capabilities.signs_in else []),
            ("tracking", "tracking", self._tracking),
            ("artifacts", "artifacts", self._artifacts),
            ("registry", "registry", self._registry),
        ]
        if self._session.catalog is not None:
            asked += [
                ("metastore", "Unity Catalog", self._metastore),
                ("privileges", "privileges", self._privileges),
                ("serving", "serving", self._serving),
            ]
        return [
            ("context", "context", self._context),
            ("settings", "settings", self._settings),
            ("software", "software", self._software),
            ("reach", "reachable", self._reach),
            ("loading", "MLflow loads", self._if_reachable(self._loading)),
            *[(key, title, self._if_reachable(look)) for key, title, look in asked],
            ("terminal", "terminal", self._terminal),
            ("state", "state folder", self._state),
        ]

    def _if_reachable(self, look: Callable[[], DoctorCheck]) -> Callable[[], DoctorCheck]:
        def look_or_not() -> DoctorCheck:
            if self._unreachable:
                return skipped(f"Not tried: {self._unreachable}")
            try:
                return look()
            except Problem as problem:
                if problem.kind in (Kind.UNREACHABLE, Kind.HOST_LOST):
                    self._unreachable = "the store could not be reached any more."
                raise

        return look_or_not

    # what is known without asking

    def _context(self) -> DoctorCheck:
        launch = self._session.launch
        access = "read-only" if launch.read_only else "may be written to"
        return ok(f"{launch.context_name}: {launch.place_shown}, {access}.")

    def _settings(self) -> DoctorCheck:
        launch = self._session.launch
        parts = [
            f"{name} {masked(value)} ({launch.origins.get(name, 'default')})"
            for name, value in (("tracking_uri", launch.tracking_uri), ("registry_uri", launch.registry_uri))
        ]
        if launch.profile:
            parts.append(f"profile {launch.profile} ({launch.origins.get('profile', '')})")
        file = self._around.config_file
        if file is not None:
            parts.append(f"file {file}" + ("" if file.is_file() else " (not there)"))
        return ok("; ".join(parts) + ".")

    def _software(self) -> DoctorCheck:
        diagnosis = self._session.diagnosis
        found = diagnosis.software() if diagnosis is not None else ()
        return ok(", ".join(f"{name} {version}" for name, version in (("mlflow-deck", __version__), *found)) + ".")

    # the store

    def _reach(self) -> DoctorCheck:
        try:
            report = self._session.store.inspect()
            if report.condition is not StoreCondition.READY:
                self._unreachable = "there is no store to be asked."
                words = report.condition.value.replace("_", " ")
                return DoctorCheck(
                    Verdict.FAIL,
                    f"{report.place}: {words}. {report.detail}".strip(),
                    "Run mlflow-deck: it offers what can be done about it.",
                )
            at = self._session.diagnosis.reach() if self._session.diagnosis is not None else ""
        except Problem:
            self._unreachable = "the store cannot be reached."
            raise
        return ok(f"{at} accepts connections." if at else f"{report.place} is there.")

    def _loading(self) -> DoctorCheck:
        if self._session.diagnosis is None:
            return skipped("It is loaded with the first request.")
        self._session.diagnosis.loaded()
        return ok("In a process of its own, once for each context.")

    def _account(self) -> DoctorCheck:
        session, environment = self._session, self._around.environment
        if session.catalog is not None:
            account = session.catalog.me()
            groups = f", in {', '.join(account.groups)}" if account.groups else ", in no group"
            return ok(f"{account.user}{groups}.")
        if not session.capabilities.signs_in:
            return skipped("Nobody signs in to this kind of store.")
        if environment.get("MLFLOW_TRACKING_USERNAME"):
            return ok(f"{environment['MLFLOW_TRACKING_USERNAME']} (MLFLOW_TRACKING_USERNAME).")
        if environment.get("MLFLOW_TRACKING_TOKEN"):
            return ok("by the token of MLFLOW_TRACKING_TOKEN.")
        return skipped("No user name or token is set; an MLflow server does not say who one is.")

    def _tracking(self) -> DoctorCheck:
        server = self._session.tracking.server()
        page = self._session.tracking.search_experiments(Lifecycle.ACTIVE, max_results=1)
        version = f"MLflow {server.version} answers" if server.version else "It answers"
        some = "experiments can be listed" if page.experiments else "there are no experiments yet"
        ahead = self._session.diagnosis.clock_ahead_s() if self._session.diagnosis is not None else None
        if ahead is not None and abs(ahead) > _WRONG_BY_S:
            which = "ahead of" if ahead > 0 else "behind"
            return warning(
                f"{version}; this machine's clock is {abs(ahead):.0f} s {which} the server's.",
                "Set the clock: ages are wrong by as much, and tokens may be refused.",
            )
        lacks = self._session.capabilities.lacks
        return ok(f"{version}; {some}{self._who_read()}{f'; {lacks}' if lacks else ''}.")

    def _who_read(self) -> str:
        """Which reader listed the experiments, where there is more than one that could have."""
        asked = [made for made in self._session.log.all() if made.operation == "tracking.search_experiments"]
        return _READERS.get(asked[-1].reader, "") if asked and not self._session.capabilities.workspace else ""

    def _workspace(self) -> DoctorCheck:
        session, wanted = self._session, self._session.launch.workspace
        if session.diagnosis is None:
            return skipped("Nobody can be asked for them.")
        try:
            seen = tuple(name for name, _ in session.diagnosis.workspaces())
        except Problem as problem:
            if problem.kind is not Kind.UNSUPPORTED:
                raise
            by = session.launch.origins.get("workspace", "")
            return warning(problem.message, f"Leave {wanted} out of {by}.") if wanted else skipped(problem.message)
        if wanted and wanted not in seen:
            hides = session.capabilities.hides
            found, remedy = f"{not_seen(wanted, seen, hides=hides)}.", "Name one of these, or ask to be let in."
            return DoctorCheck(Verdict.WARNING if hides else Verdict.FAIL, found, remedy)
        parts = ", and of ones that are not listed what you were given of them" if session.capabilities.hides else ""
        here = wanted or f"{DEFAULT_WORKSPACE}, as none is named"
        return ok(f"{here}; you may see {', '.join(seen) or 'none'}{parts}.")

    def _artifacts(self) -> DoctorCheck:
        tracking = self._session.tracking
        page = tracking.search_experiments(Lifecycle.ACTIVE, max_results=_LOOKED_THROUGH)
        for experiment in page.experiments:
            runs = tracking.search_runs([experiment.id], max_results=1)
            if runs.run_ids:
                try:
                    listing = self._session.artifacts.list_folder(ArtifactRoot("run", runs.run_ids[0]))
                except Problem as problem:
                    return failed(problem, Verdict.WARNING)
                return ok(f"{len(listing.entries)} entries in the artifacts of the latest run of {experiment.name}.")
        return skipped("There is no run whose artifacts could be looked at.")

    def _registry(self) -> DoctorCheck:
        launch = self._session.launch
        try:
            page = self._session.registry.search_models(max_results=1)
        except Problem as problem:
            return failed(problem, Verdict.WARNING if problem.kind is Kind.UNSUPPORTED else Verdict.FAIL)
        some = "models can be listed" if page.models or page.next_token else "there are no models that you may see"
        if self._session.capabilities.legacy_registry:
            return warning(
                f"The workspace's own registry, which is legacy; {some}.",
                "Models of Unity Catalog are in registry_uri: databricks-uc.",
            )
        found = f"{masked(launch.registry_uri)}: {some}."
        if not self._session.capabilities.aliases or launch.settings.models.mirror_tags:
            return ok(found)
        return DoctorCheck(Verdict.OK, found, MIRRORING)

    # the workspace

    def _metastore(self) -> DoctorCheck:
        assert self._session.catalog is not None
        try:
            return ok(f"Metastore {self._session.catalog.metastore()} is assigned.")
        except Problem as problem:
            needed = self._session.capabilities.grants
            return failed(problem, Verdict.FAIL if needed else Verdict.WARNING)

    def _privileges(self) -> DoctorCheck:
        catalog, name = self._session.catalog, self._session.launch.catalog
        assert catalog is not None
        if not name:
            return skipped("No catalog is configured (catalog: in the context) to look at.")
        access = catalog.access(name)
        absent = [at for at, found in access.securables.items() if not found.exists]
        if absent:
            return DoctorCheck(Verdict.FAIL, f"There is no {absent[0]}.", "Check catalog: in the context.")
        wanted = {"catalog": ("USE_CATALOG",), "schema": ("USE_SCHEMA", "CREATE_MODEL"), "function": ("EXECUTE",)}
        have: list[tuple[str, str, str]] = []
        lack: list[tuple[str, str, str]] = []
        unknown: list[tuple[str, str, str]] = []
        for at, found in access.securables.items():
            for privilege, held in grants.held(at, access, wanted[found.kind]).items():
                words = f"{grants.spelled(privilege)} on {at}"
                (unknown if held is None else have if held else lack).append((words, privilege, at))
        said = f"You have {', '.join(words for words, *_ in have)}." if have else ""
        if lack:
            statements = [
                grants.statement(grants.Need(privilege, grants.kind_of(at), at), access.account.user)
                for _, privilege, at in lack
            ]
            only_writing = all(privilege == "CREATE_MODEL" for _, privilege, _ in lack)
            verdict = Verdict.WARNING if only_writing else Verdict.FAIL
            words = f"You lack {', '.join(words for words, *_ in lack)}. {said}".strip()
            return DoctorCheck(verdict, words, f"Ask for: {' '.join(statements)}")
        if unknown:
            return warning(f"Could not be read: {', '.join(words for words, *_ in unknown)}. {said}".strip())
        return ok(said)

    def _serving(self) -> DoctorCheck:
        assert self._session.serving is not None
        try:
            found = self._session.serving.endpoints()
        except Problem as problem:
            return failed(problem, Verdict.WARNING)
        troubled = [endpoint.name for endpoint in found if endpoint.is_in_trouble]
        if troubled:
            return warning(
                f"{len(found)} endpoints; in trouble: {', '.join(troubled)}.", "Key 3 in the deck shows what is wrong."
            )
        return ok(f"{len(found)} endpoints.")

    # the machine

    def _terminal(self) -> DoctorCheck:
        terminal = self._around.terminal
        remedies = []
        if not terminal.unicode:
            remedies.append("Set a UTF-8 locale, or start with --ascii.")
        if terminal.columns and (terminal.columns < _NEEDED_SIZE[0] or terminal.rows < _NEEDED_SIZE[1]):
            remedies.append("Make it at least 80×24.")
        if terminal.colours == "no colours":
            remedies.append("Set TERM to what the terminal is (xterm-256color, for instance).")
        return warning(terminal.words, " ".join(remedies)) if remedies else ok(terminal.words)

    def _state(self) -> DoctorCheck:
        folder = self._around.state
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-"):
                pass
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return DoctorCheck(
                Verdict.FAIL,
                f"{folder}: {reason}. Views are not remembered, and nothing can be written to MLflow on record.",
                "Make it writable, or set XDG_STATE_HOME to a folder that is.",
            )
        problem = self._session.ledger.check()
        if problem is not None:
            return failed(problem)
        if self._session.ledger.file.exists() and self._session.ledger.file.stat().st_uid != os.getuid():
            remedy = f"chown {os.getuid()} {self._session.ledger.file}"
            return warning(f"The ledger in {folder} is another user's, made with sudo perhaps.", remedy)
        try:
            with tempfile.TemporaryFile() as room:
                room.write(b"\n" * _ROOM)
                room.flush()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return DoctorCheck(
                Verdict.FAIL,
                f"No temporary file can be written: {reason}. Models' files cannot be read without.",
                "Make room in the folder for temporary files, or set TMPDIR to one that can be written.",
            )
        wanted, used = self._around.environment.get("TMPDIR", ""), tempfile.gettempdir()
        if wanted and os.path.realpath(wanted) != os.path.realpath(used):
            remedy = "Let TMPDIR name a folder that is there and can be written."
            return warning(f"TMPDIR is {wanted}, which cannot be written; {used} is used in its place.", remedy)
        open_to_others = os.stat(folder).st_mode & 0o022
        if open_to_others:
            return warning(f"{folder} can be written by others.", f"chmod go-w {folder}")
        return ok(f"{folder} can be written; the ledger too.")
