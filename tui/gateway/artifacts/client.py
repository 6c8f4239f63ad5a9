"""Artifacts of runs and of logged models: listed, looked into, and downloaded."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.domain import uris
from tui.domain.artifacts import (
    ASK_BYTES,
    HEAD_BYTES,
    ArtifactEntry,
    ArtifactHead,
    ArtifactListing,
    ArtifactRoot,
    Downloaded,
    FolderSize,
    LoggedModel,
    LoggedModelsPage,
    ModelMetric,
    sorted_entries,
    unsafe_reason,
)
from tui.domain.preview.values import As, Preview
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import size as size_words
from tui.gateway import ports, problems
from tui.gateway.artifacts.readers import Reader
from tui.gateway.artifacts.sources import RepositorySource, Source, checked, source_of
from tui.gateway.session import Connection, all_of
from tui.gateway.tracking.answers import true_number

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

    from tui.domain.preview.tree import LoggedBy


# Bringing a file or folder of artifacts to a folder of this machine: whole or not at all, and nowhere else.


TITLE = "Could not download"
STAGING = ".mlflow-deck-{token}.part"
"""The folder beside the destination in which everything lies until it is whole."""

_DEEPEST = 64
_MOST_FILES = 500_000
_TOLD_EVERY_S = 0.1
_MOST_NUMBERS = 1000


def cancelled() -> Problem:
    """The problem of a download that a person has stopped."""
    return Problem(Kind.CANCELLED, "Download stopped", "Nothing was kept of it.")


def files_below(source: Source, path: str, stop: threading.Event) -> list[ArtifactEntry]:
    """Every file below a folder, by listing folder after folder; progress counts the files found.

    A folder below it of which the server gives nothing, because of its name, stands among them as a folder.
    """
    found: list[ArtifactEntry] = []
    waiting: list[tuple[str, int]] = [(path, 0)]
    told = 0.0
    while waiting:
        if stop.is_set():
            raise cancelled()
        folder, depth = waiting.pop()
        try:
            listed = source.entries(folder)[0]
        except Problem as problem:
            if not depth or problem.kind is not Kind.UNSUPPORTED:
                raise
            found.append(ArtifactEntry(folder, True))
            continue
        entries, dropped = checked(listed, folder)
        if dropped:
            raise Problem(
                Kind.FORBIDDEN,
                TITLE,
                f"The store names {dropped} entries of {folder or 'the root'} that are not in it; nothing was written.",
                "Such names would lead out of the folder that was chosen.",
            )
        if depth >= _DEEPEST or len(found) > _MOST_FILES:
            raise Problem(
                Kind.UNSUPPORTED, TITLE, f"{folder or 'It'} holds too many files or levels of folders, or itself again."
            )
        found += [entry for entry in entries if not entry.is_folder]
        waiting += [(entry.path, depth + 1) for entry in reversed(entries) if entry.is_folder]
        if time.monotonic() - told > _TOLD_EVERY_S:
            told = time.monotonic()
            ports.report(len(found), 0, "counting")
    return found


def measured(files: Sequence[ArtifactEntry]) -> FolderSize:
    """How many files, how many bytes, and of how many the size is not known."""
    sizes = [entry.size for entry in files if not entry.is_folder]
    return FolderSize(len(sizes), sum(size or 0 for size in sizes), sum(1 for size in sizes if size is None))


class Transfer:
    """One download: ``name`` is what it is to be called in ``destination``, ``token`` what tells it from others."""

    def __init__(self, source: Source, destination: str, name: str, token: str, stop: threading.Event) -> None:
        self._source = source
        self._folder = Path(destination)
        self._name = safe_name(name)
        self._staging = self._folder / STAGING.format(token=token)
        self._stop = stop
        self._done = 0
        self._total = 0
        self._told = 0.0

    def run(self, path: str, files: Sequence[ArtifactEntry], *, as_folder: bool) -> Downloaded:
        """Fetch the files, which are below ``path`` or are it, and give them their place; raises Problem."""
        self._total = measured(files).size
        made = _make_folders(self._folder)
        try:
            self._require_room()
            self._staging.mkdir(mode=0o700)
            top = self._staging / "content"
            if as_folder:
                top.mkdir()
            refused: dict[str, Problem] = {}
            for entry in files:
                target = top if not as_folder else top.joinpath(*_relative(entry.path, path))
                try:
                    if entry.is_folder:
                        raise Problem(Kind.UNSUPPORTED, TITLE, f"The server refuses the name {entry.path}.")
                    self._fetch(entry, target)
                except Problem as problem:
                    # Given to nobody, because of its name: no reason to do without the others.
                    if not as_folder or problem.kind is not Kind.UNSUPPORTED:
                        raise
                    target.unlink(missing_ok=True)
                    refused[f"{entry.path}/" if entry.is_folder else entry.path] = problem
                    self._total -= entry.size or 0
            if files and len(refused) == len(files):
                raise next(iter(refused.values()))
            final = _publish(top, self._folder, self._name)
        except BaseException:  # whatever stops it, by a person too: nothing half made stays
            shutil.rmtree(self._staging, ignore_errors=True)
            _remove_empty(made)
            raise
        shutil.rmtree(self._staging, ignore_errors=True)
        return Downloaded(str(final), len(files) - len(refused), self._done, tuple(refused))

    def _require_room(self) -> None:
        free = shutil.disk_usage(self._folder).free
        if self._total > free:
            raise Problem(
                Kind.STORE_UNREADABLE,
                TITLE,
                f"{self._folder} has {size_words(free)} left, and {size_words(self._total)} are wanted.",
                "Choose another folder, or make room.",
            )

    def _fetch(self, entry: ArtifactEntry, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        reader = self._source.open(entry.path, entry.size)
        came = 0
        try:
            with open(target, "xb") as written:
                for chunk in reader.chunks():
                    if self._stop.is_set():
                        raise cancelled()
                    written.write(chunk)
                    came += len(chunk)
                    self._tell(len(chunk), entry)
        finally:
            reader.close()
        if reader.size is not None and came < reader.size:
            raise Problem(
                Kind.UNREACHABLE,
                TITLE,
                f"{entry.path} ended after {size_words(came)} of {size_words(reader.size)}.",
                "Try again; the file may still be being written.",
            )
        if self._stop.is_set():
            raise cancelled()

    def _tell(self, more: int, entry: ArtifactEntry) -> None:
        self._done += more
        if time.monotonic() - self._told > _TOLD_EVERY_S or self._done >= self._total:
            self._told = time.monotonic()
            ports.report(self._done, self._total, entry.path)


def safe_name(name: str) -> str:
    """A name for a file or folder of this machine: one part, not hidden, never leading anywhere else."""
    plain = name.replace("/", "_").replace("\0", "_").strip()
    return plain if plain not in ("", ".", "..") else "artifacts"


def free_name(folder: Path, name: str) -> Path:
    """The name, or ``name (2).ext`` and so on where there is something of that name already."""
    stem, dot, last = name.partition(".") if not name.startswith(".") else (name, "", "")
    for number in range(1, _MOST_NUMBERS):
        tried = folder / (name if number == 1 else f"{stem} ({number}){dot}{last}")
        if not os.path.lexists(tried):
            return tried
    raise Problem(Kind.STORE_UNREADABLE, TITLE, f"{folder} holds a thousand files called {name} already.")


def _relative(path: str, folder: str) -> list[str]:
    """The parts of a file's path below the folder that is fetched; raises Problem where it is not below it."""
    below = path[len(folder) + 1 :] if folder else path
    if unsafe_reason(path) or (folder and not path.startswith(f"{folder}/")):
        raise Problem(Kind.FORBIDDEN, TITLE, f"The store named {path}, which is not in {folder or 'the root'}.")
    return below.split("/")


def _publish(made: Path, folder: Path, name: str) -> Path:
    """Give what is whole its place, in one step, without replacing anything."""
    for _ in range(_MOST_NUMBERS):
        final = free_name(folder, name)
        if made.is_dir():
            os.rename(made, final)
            return final
        try:
            # Unlike a rename this fails where another program has just made a file of that name.
            os.link(made, final)
        except FileExistsError:
            continue
        except OSError:  # no hard links here
            os.rename(made, final)
            return final
        os.unlink(made)
        return final
    raise Problem(Kind.STORE_UNREADABLE, TITLE, f"No name is free for {name} in {folder}.")


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing; answers the ones made, the innermost first."""
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


_KEPT_SECONDS = 300.0
_MOST_KEPT = 64
_PAGE = 100
_BESIDE_BYTES = 64 * 1024
_AUTOLOG_TAG = "mlflow.autologging"
_SILENT_S = 24.0
"""How long a server may say nothing: one that keeps files elsewhere fetches them before it sends the first byte."""
_OBJECT_STORES = ("s3", "gs", "wasb", "wasbs", "abfs", "abfss", "hdfs", "viewfs", "r2", "b2", "oss", "dbfs")


class ClientArtifacts:
    """ArtifactsPort over a session."""

    def __init__(self, session: Connection, client: Callable[[], Any] | None = None) -> None:
        self._session = session
        self._client = client or session.client
        self._sources: dict[ArtifactRoot, tuple[float, Source, str]] = {}
        self._stops: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    # looking

    def list_folder(self, root: ArtifactRoot, path: str = "") -> ArtifactListing:
        title = "Could not list the artifacts"
        with self._raised_as(title):
            _require_safe(path, title)
            source = self._source(root)
            try:
                entries, note = source.entries(path)
            except Problem as problem:
                other = self._other_source(root, problem)
                if other is None:
                    raise
                source = other
                entries, note = source.entries(path)
            kept, dropped = checked(entries, path)
            if dropped:
                note = f"{dropped} entries are left out: their names would lead out of this folder. {note}".strip()
            place = f"{source.place.rstrip('/')}/{path}" if path else source.place
            return ArtifactListing(root, path, sorted_entries(kept), place, note)

    def logged_models(self, run_id: str, *, told: bool = False) -> tuple[LoggedModel, ...]:
        """The models that the run logged; a server of before MLflow 3, which has none, is a Problem where ``told``."""
        try:
            with _old_servers_told():
                return self._logged_models(run_id)
        except Problem as problem:
            if problem.kind is Kind.UNSUPPORTED and not told:
                return ()
            raise

    def models_of(
        self, experiment_ids: Sequence[str], *, max_results: int = _PAGE, token: str | None = None
    ) -> LoggedModelsPage:
        with _old_servers_told(), self._raised_as("Could not read the logged models"):
            # No filter is None: to a token of MLflow's an empty one would be another.
            page = self._client().search_logged_models(
                list(experiment_ids), filter_string=None, max_results=max_results, page_token=token
            )
            return LoggedModelsPage(tuple(map(_logged_model, page)), page.token or None)

    def logged_model(self, model_id: str) -> LoggedModel:
        with _old_servers_told(), self._raised_as("Could not read the logged model"):
            return _logged_model(self._client().get_logged_model(model_id))

    def _logged_models(self, run_id: str) -> tuple[LoggedModel, ...]:
        with self._raised_as("Could not read the logged models"):
            client = self._client()
            run = client.get_run(run_id)
            of_run = f"source_run_id = '{run.info.run_id}'"
            within = [str(run.info.experiment_id)]
            asked = partial(client.search_logged_models, within, filter_string=of_run, max_results=_PAGE)
            found = {model.model_id: _logged_model(model) for model in all_of(asked)}
            for model_id in _outputs(run):
                named = None if model_id in found else _still_there(client, model_id)
                if named is not None:
                    found[model_id] = _logged_model(named)
            return tuple(sorted(found.values(), key=lambda model: (model.created_ms or 0, model.model_id)))

    def head(self, root: ArtifactRoot, path: str, *, most: int = HEAD_BYTES) -> ArtifactHead:
        with self._raised_as("Could not read the file"), self._opened(root, path, None) as reader:
            data = reader.head(most)
            if reader.size is None and len(data) < most:
                reader.size = len(data)
            note = "" if reader.by_parts else "This store does not send parts of files: reading was stopped early."
            return ArtifactHead(data, reader.size, reader.travelled, note)

    def preview(
        self,
        root: ArtifactRoot,
        path: str,
        *,
        size: int | None = None,
        most: int = HEAD_BYTES,
        whole_most: int = ASK_BYTES,
        shown_as: As = "auto",
        fine: tuple[int, int] | None = None,
    ) -> Preview:
        # Not before it is needed: a context is to be there quickly.
        from tui.domain.preview.text import decode
        from tui.gateway.artifacts import preview as artifact_preview

        with self._raised_as("Could not read the file"), self._opened(root, path, size) as reader:
            folder = path.rpartition("/")[0]
            travelled = 0

            def beside(name: str) -> str | None:
                nonlocal travelled
                joined = f"{folder}/{name}" if folder else name
                if unsafe_reason(joined):
                    return None
                try:
                    with self._opened(root, joined, None) as other:
                        data = other.head(_BESIDE_BYTES)
                        travelled += other.travelled
                except (Problem, OSError):
                    return None  # it is an extra: the model is shown without it
                return decode(data).text

            around = artifact_preview.Around(beside, self._logged_by)
            shown = artifact_preview.preview(
                reader, path, most=most, whole_most=whole_most, shown_as=shown_as, around=around, fine=fine
            )
            return replace(shown, travelled=shown.travelled + travelled) if travelled else shown

    # bringing

    def measure(self, root: ArtifactRoot, path: str, *, token: str = "") -> FolderSize:
        with self._raised_as("Could not count the files"), self._stoppable(token) as stop:
            _require_safe(path, "Could not count the files")
            return measured(files_below(self._source(root), path, stop))

    def download(
        self,
        root: ArtifactRoot,
        entry: ArtifactEntry,
        destination: str,
        *,
        name: str = "",
        token: str = "",
        on_progress: ports.Listener | None = None,
    ) -> Downloaded:
        if on_progress is not None:
            with ports.reported_to(on_progress):
                return self.download(root, entry, destination, name=name, token=token)
        title = TITLE
        with self._raised_as(title), self._stoppable(token) as stop:
            _require_safe(entry.path, title)
            folder = os.path.abspath(os.path.expanduser(destination))
            if os.path.exists(folder) and not os.path.isdir(folder):
                raise Problem(Kind.BAD_REQUEST, title, f"{folder} is a file, no folder.", "Choose a folder.")
            source = self._source(root)
            files = [entry] if not entry.is_folder else files_below(source, entry.path, stop)
            called = name or entry.name or root.id
            made = Transfer(source, folder, called, token or str(threading.get_ident()), stop)
            return made.run(entry.path, files, as_folder=entry.is_folder)

    def cancel(self, token: str) -> None:
        with self._lock:
            self._stops.setdefault(token, threading.Event()).set()

    # how

    @contextmanager
    def _stoppable(self, token: str) -> Iterator[threading.Event]:
        """What is set when the work of that token is to stop, also where that was said before it began."""
        with self._lock:
            stop = self._stops.setdefault(token, threading.Event()) if token else threading.Event()
        try:
            yield stop
        finally:
            with self._lock:
                self._stops.pop(token, None)

    @contextmanager
    def _raised_as(self, title: str) -> Iterator[None]:
        with (
            problems.raised_as(title, self._session.place, explain=self._session.explain),
            self._session.within(max(self._session.timeout_s, _SILENT_S)),
        ):
            yield

    @contextmanager
    def _opened(self, root: ArtifactRoot, path: str, size: int | None) -> Iterator[Reader]:
        _require_safe(path, "Could not read the file")
        if not path:
            raise Problem(Kind.BAD_REQUEST, "Could not read the file", "No file was named.")
        reader = self._source(root).open(path, size)
        try:
            yield reader
        finally:
            reader.close()

    def _source(self, root: ArtifactRoot) -> Source:
        kept = self._sources.get(root)
        if kept is not None and time.monotonic() - kept[0] < _KEPT_SECONDS:
            return kept[1]
        client = self._session.client()
        if root.kind == "run":
            uri = str(client.get_run(root.id).info.artifact_uri or "")
        else:
            uri = str(client.get_logged_model(root.id).artifact_location or "")
        if not uri:
            raise Problem(Kind.NOT_FOUND, "Could not open the artifacts", "The store names no place where they lie.")
        source = source_of(self._session, root, uri)
        self._keep(root, source, uri)
        return source

    def _keep(self, root: ArtifactRoot, source: Source, uri: str) -> None:
        while len(self._sources) >= _MOST_KEPT:
            self._sources.pop(next(iter(self._sources)))
        self._sources[root] = time.monotonic(), source, uri

    def _other_source(self, root: ArtifactRoot, problem: Problem) -> Source | None:
        """Where a server may not read its object store, this machine perhaps may: MLflow's clients work like that."""
        kept = self._sources.get(root)
        if kept is None or isinstance(kept[1], RepositorySource) or uris.kind(kept[2]) not in _OBJECT_STORES:
            return None
        if problem.kind not in (Kind.SERVER, Kind.FORBIDDEN, Kind.UNSUPPORTED, Kind.INTERNAL):
            return None
        try:
            source = RepositorySource(kept[2], self._session)
            source.entries("")
        except Exception:  # whatever it is: the server's own refusal is the one to tell
            return None
        self._keep(root, source, kept[2])
        return source

    def _logged_by(self, run_id: str) -> LoggedBy:
        from tui.domain.preview.tree import LoggedBy

        try:
            with problems.raised_as("Could not read the run", self._session.place):
                run = self._session.client().get_run(run_id)
        except Problem as problem:
            return LoggedBy(run_id, problem=f"run {run_id} cannot be read: {problem.message}")
        tags = run.data.tags
        return LoggedBy(
            run_id,
            run.info.run_name or "",
            tags.get("mlflow.user") or run.info.user_id or "",
            tags.get(_AUTOLOG_TAG, ""),
        )


def _require_safe(path: str, title: str) -> None:
    why = unsafe_reason(path)
    if why:
        raise Problem(Kind.FORBIDDEN, title, f"{path} is not followed: {why}.")


def _outputs(run: Run) -> list[str]:
    made = (run.outputs.model_outputs or ()) if run.outputs else ()
    return [str(output.model_id) for output in made]


def _still_there(client: MlflowClient, model_id: str) -> Any:
    """A logged model that a run names; None where it has been deleted, as a search would leave it out."""
    try:
        return client.get_logged_model(model_id)
    except Exception as error:  # only that it is not there is an answer; the rest is told
        if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise


@contextmanager
def _old_servers_told() -> Iterator[None]:
    """Say of a server that knows no such address that it is too old for logged models."""
    try:
        yield
    except Problem as problem:
        if problem.kind in (Kind.UNSUPPORTED, Kind.NOT_MLFLOW) or problem.code in ("ENDPOINT_NOT_FOUND", "404"):
            said = "This server knows no logged models: it is older than MLflow 3."
            raise Problem(Kind.UNSUPPORTED, problem.title, said, code=problem.code) from problem
        raise


def model_metric(metric: Any) -> ModelMetric:
    dataset, digest = metric.dataset_name or "", metric.dataset_digest or ""
    run_id, time_ms = str(metric.run_id or ""), metric.timestamp
    step = int(metric.step or 0)
    return ModelMetric(str(metric.key), true_number(metric.value), step, str(dataset), str(digest), run_id, time_ms)


def _logged_model(model: Any) -> LoggedModel:
    return LoggedModel(
        model_id=str(model.model_id),
        name=str(model.name or ""),
        status=str(getattr(model.status, "value", model.status) or ""),
        created_ms=model.creation_timestamp,
        place=uris.shown(str(model.artifact_location or "")),
        model_type=str(model.model_type or ""),
        source_run_id=str(model.source_run_id or ""),
        params={str(key): str(value) for key, value in (model.params or {}).items()},
        metrics=tuple(map(model_metric, model.metrics or ())),
        tags={str(key): str(value) for key, value in (model.tags or {}).items()},
        experiment_id=str(model.experiment_id or ""),
    )
