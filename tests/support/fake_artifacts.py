"""Artifacts in memory: files by path, previewed by the same functions as real ones, brought by writing them."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

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
    sorted_entries,
)
from tui.domain.preview.tree import LoggedBy
from tui.domain.preview.values import As, Preview
from tui.domain.problem import Kind, Problem


class FakeArtifacts:
    """Files by root and path. ``problem`` makes every call fail; ``gate`` holds calls until it is set.

    ``sizes`` says another size of a file than that of its bytes, as if only its head were kept here.
    """

    def __init__(self) -> None:
        self.files: dict[ArtifactRoot, dict[str, bytes]] = {}
        self.models: dict[str, tuple[LoggedModel, ...]] = {}
        self.sizes: dict[str, int] = {}
        self.logged_by = LoggedBy("0" * 32, "run-000", "ana")
        self.problem: Problem | None = None
        self.problems: dict[str, Problem] = {}  # by path
        self.gate = threading.Event()
        self.gate.set()
        self.step = threading.Semaphore(0)  # each permit lets a held download go one step on
        self.held = False
        self.left_out: tuple[str, ...] = ()  # what a download of a folder could not have
        self.stopped: set[str] = set()
        self.calls: list[tuple[str, object]] = []

    def put(self, root: ArtifactRoot, files: Mapping[str, bytes]) -> None:
        """Add files to a root."""
        self.files.setdefault(root, {}).update(files)

    def called(self, name: str) -> int:
        """How many times a method has been called."""
        return sum(1 for called, _ in self.calls if called == name)

    def _call(self, name: str, what: object, path: str = "") -> None:
        self.calls.append((name, what))
        if not self.gate.wait(timeout=30):
            raise AssertionError("the gate was never opened")
        problem = self.problem or self.problems.get(path)
        if problem is not None:
            raise problem

    def _size(self, path: str, data: bytes) -> int:
        return self.sizes.get(path, len(data))

    def list_folder(self, root: ArtifactRoot, path: str = "") -> ArtifactListing:
        self._call("list_folder", (root, path), path)
        prefix = f"{path}/" if path else ""
        found: dict[str, ArtifactEntry] = {}
        for name, data in self.files.get(root, {}).items():
            if name.startswith(prefix):
                first, slash, _ = name[len(prefix) :].partition("/")
                inner = prefix + first
                found[inner] = ArtifactEntry(inner, bool(slash), None if slash else self._size(name, data))
        note = "" if found or path else "The folder /artifacts/1 is not there: nothing was logged, or it was moved."
        return ArtifactListing(root, path, sorted_entries(list(found.values())), f"/artifacts/{path}", note)

    def logged_models(self, run_id: str, *, told: bool = False) -> tuple[LoggedModel, ...]:
        self._call("logged_models", run_id)
        return self.models.get(run_id, ())

    def models_of(
        self, experiment_ids: Sequence[str], *, max_results: int = 100, token: str | None = None
    ) -> LoggedModelsPage:
        self._call("models_of", (tuple(experiment_ids), token))
        every = sorted(
            (one for found in self.models.values() for one in found if one.experiment_id in (*experiment_ids, "")),
            key=lambda one: -(one.created_ms or 0),
        )
        first = int(token or 0)
        more = first + max_results < len(every)
        return LoggedModelsPage(tuple(every[first : first + max_results]), str(first + max_results) if more else None)

    def logged_model(self, model_id: str) -> LoggedModel:
        self._call("logged_model", model_id)
        for found in self.models.values():
            for one in found:
                if one.model_id == model_id:
                    return one
        raise Problem(Kind.NOT_FOUND, "Could not read the logged model", f"There is no model {model_id}.")

    def head(self, root: ArtifactRoot, path: str, *, most: int = HEAD_BYTES) -> ArtifactHead:
        self._call("head", path, path)
        data = self._data(root, path)
        return ArtifactHead(data[:most], self._size(path, data), min(len(data), most))

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
        from tui.gateway.artifacts import preview as artifact_preview
        from tui.gateway.artifacts.readers import StreamReader

        self._call("preview", (path, most, whole_most, shown_as), path)
        data = self._data(root, path)
        reader = StreamReader(lambda: cast(BinaryIO, io.BytesIO(data)), self._size(path, data))
        reader.by_parts = True
        folder = path.rpartition("/")[0]

        def beside(name: str) -> str | None:
            found = self.files[root].get(f"{folder}/{name}" if folder else name)
            return found.decode() if found is not None else None

        around = artifact_preview.Around(beside, lambda _run_id: self.logged_by)
        return artifact_preview.preview(
            reader, path, most=most, whole_most=whole_most, shown_as=shown_as, around=around, fine=fine
        )

    def measure(self, root: ArtifactRoot, path: str, *, token: str = "") -> FolderSize:
        self._call("measure", path, path)
        prefix = f"{path}/" if path else ""
        sizes = [self._size(name, data) for name, data in self.files[root].items() if name.startswith(prefix)]
        return FolderSize(len(sizes), sum(sizes))

    def download(
        self,
        root: ArtifactRoot,
        entry: ArtifactEntry,
        destination: str,
        *,
        name: str = "",
        token: str = "",
        on_progress: Callable[[int, int, str], None] | None = None,
    ) -> Downloaded:
        self._call("download", (entry.path, destination, name), entry.path)
        steps = 4
        for done in range(1, steps + 1):
            if self.held and not self.step.acquire(timeout=30):
                raise AssertionError("the download was never let go on")
            if token in self.stopped:
                raise Problem(Kind.CANCELLED, "Download stopped", "Nothing was kept of it.")
            if on_progress is not None:
                on_progress(done * 100, steps * 100, entry.path)
        target = Path(destination) / (name or entry.name or root.id)
        if entry.is_folder:
            target.mkdir()
        else:
            target.write_bytes(self._data(root, entry.path))
        return Downloaded(str(target), 1, steps * 100, self.left_out)

    def cancel(self, token: str) -> None:
        self.calls.append(("cancel", token))
        self.stopped.add(token)

    def _data(self, root: ArtifactRoot, path: str) -> bytes:
        found = self.files.get(root, {}).get(path)
        if found is None:
            raise Problem(Kind.NOT_FOUND, "Could not read the file", f"{path} is not there any more.")
        return found
