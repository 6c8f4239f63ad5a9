"""Where artifacts lie: a folder of this machine, behind a tracking server, or in a store that MLflow's code reads."""

from __future__ import annotations

import json
import os
import posixpath
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast
from urllib.parse import quote, unquote, urlsplit

from tui.domain import uris
from tui.domain.artifacts import ArtifactEntry, ArtifactRoot, unsafe_reason
from tui.domain.problem import Kind, Problem
from tui.gateway.artifacts.readers import Fetch, HttpReader, LocalReader, RangedReader, Reader, StreamReader
from tui.gateway.session import Connection
from tui.gateway.tracking import answers

if TYPE_CHECKING:
    from requests import Response

_API = "/api/2.0/mlflow"
# MLflow's own uploads lie under such names until they are whole.
_UPLOADING = ".artifact.uploading."
_MOST_PAGES = 1000


class Source(Protocol):
    """The artifacts below one root."""

    place: str

    def entries(self, path: str) -> tuple[Sequence[ArtifactEntry], str]:
        """What is in a folder, in any order, and a sentence about it where there is something to say."""
        ...

    def open(self, path: str, size: int | None = None) -> Reader:
        """A file, to be closed by the caller; ``size`` is what a listing said of it."""
        ...


class LocalSource:
    """A folder of this machine."""

    def __init__(self, folder: str) -> None:
        self.place = folder
        self._folder = folder

    def entries(self, path: str) -> tuple[Sequence[ArtifactEntry], str]:
        folder = self._inside(path, "Could not list the artifacts")
        found: list[ArtifactEntry] = []
        half = 0
        try:
            with os.scandir(folder) as listed:
                for entry in listed:
                    if entry.name.startswith(_UPLOADING):
                        half += 1
                        continue
                    inner = f"{path}/{entry.name}" if path else entry.name
                    if entry.is_dir():
                        found.append(ArtifactEntry(inner, True))
                    else:
                        found.append(ArtifactEntry(inner, False, _size(entry)))
        except FileNotFoundError:
            if path:
                raise Problem(
                    Kind.NOT_FOUND,
                    "Could not list the artifacts",
                    f"{folder} is not there any more.",
                    "Read the folder above it again (r).",
                ) from None
            return (), f"The folder {folder} is not there: nothing was logged, or it has been moved or deleted."
        except NotADirectoryError:
            raise Problem(Kind.NOT_FOUND, "Could not list the artifacts", f"{folder} is a file, no folder.") from None
        return found, _uploading(half, path)

    def open(self, path: str, size: int | None = None) -> Reader:
        file = self._inside(path, "Could not read the file")
        try:
            return LocalReader(file)
        except FileNotFoundError:
            gone = self._folder if not os.path.isdir(self._folder) else file
            raise Problem(
                Kind.NOT_FOUND,
                "Could not read the file",
                f"{gone} is not there any more.",
                "Read the folder again (r).",
            ) from None
        except IsADirectoryError:
            raise Problem(Kind.NOT_FOUND, "Could not read the file", f"{file} is a folder, no file.") from None

    def _inside(self, path: str, title: str) -> str:
        """The path on this machine; raises Problem where it leads out of the root, by its name or through a link."""
        whole = os.path.join(self._folder, *path.split("/")) if path else self._folder
        top = os.path.realpath(self._folder)
        real = os.path.realpath(whole)
        if real != top and not real.startswith(top.rstrip(os.sep) + os.sep):
            raise Problem(
                Kind.FORBIDDEN,
                title,
                f"{whole} is a link that leads out of the artifact folder.",
                "It is not followed.",
            )
        return whole


def _uploading(files: int, path: str) -> str:
    if not files:
        return ""
    what = "A file is" if files == 1 else f"{files} files are"
    return f"{what} still being uploaded{f' into {path}' if path else ''}, and left out until then."


def _size(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_size
    except OSError:  # a link to nothing
        return None


class ServerSource:
    """Artifacts behind a tracking server, which lists and sends them whatever store it keeps them in.

    ``mlflow-artifacts:`` roots are asked for at the address that MLflow's clients use; others, and what that address
    refuses, at the one that its web pages use.
    """

    def __init__(self, session: Connection, root: ArtifactRoot, uri: str) -> None:
        self._session = session
        self._root = root
        self._uri = uri
        self.place = uris.shown(uri)

    def entries(self, path: str) -> tuple[Sequence[ArtifactEntry], str]:
        title = "Could not list the artifacts"
        _require_plain(path, title)
        found: list[ArtifactEntry] = []
        token = ""
        for _ in range(_MOST_PAGES):
            if self._root.kind == "run":
                endpoint, asked = f"{_API}/artifacts/list", {"run_id": self._root.id}
                folder_key, token_key = "path", "page_token"
            else:
                endpoint, asked = f"{_API}/logged-models/{quote(self._root.id)}/artifacts/directories", {}
                folder_key, token_key = "artifact_directory_path", "page_token"
            if path:
                asked[folder_key] = path
            if token:
                asked[token_key] = token
            body = self._json(title, endpoint, asked)
            found += [_entry(item) for item in body.get("files", ())]
            token = body.get("next_page_token", "")
            if not token:
                break
        # A server answers the listing of a file with the file itself, and that of nothing with nothing.
        if len(found) == 1 and found[0].path == path:
            raise Problem(Kind.NOT_FOUND, title, f"{path} is a file, no folder.")
        return found, "" if found or path else f"The server lists nothing under {self.place}."

    def open(self, path: str, size: int | None = None) -> Reader:
        title = "Could not read the file"
        _require_plain(path, title)
        addresses = self._addresses(path)
        first: list[Problem] = []

        def ask(headers: dict[str, str]) -> Response:
            self._session.reach()
            while True:
                endpoint, params = addresses[0]
                how: dict[str, Any] = {"stream": True, "extra_headers": headers}
                if params:
                    how["params"] = params
                answer = self._session.request(endpoint, "GET", **how)
                if answer.status_code in (200, 206, 416) or len(addresses) == 1:
                    return answer
                # The other address may be open where this one is shut; what this one said is kept for when it is not.
                first.append(self._refusal(answer, title, path))
                answer.close()
                addresses.pop(0)

        return HttpReader(ask, size, lambda answer: first[0] if first else self._refusal(answer, title, path))

    def _addresses(self, path: str) -> list[tuple[str, dict[str, str]]]:
        if self._root.kind == "run":
            pages = ("/get-artifact", {"run_id": self._root.id, "path": path})
        else:
            model = quote(self._root.id)
            pages = (f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files", {"artifact_file_path": path})
        parts = urlsplit(self._uri)
        if parts.scheme == "mlflow-artifacts" and not parts.netloc:
            whole = posixpath.join(parts.path.strip("/"), path)
            return [(f"/api/2.0/mlflow-artifacts/artifacts/{quote(whole)}", {}), pages]
        return [pages]

    def _refusal(self, answer: Response, title: str, path: str) -> Problem:
        text = answer.raw.read(20_000, decode_content=True).decode(errors="replace")
        problem = answers.of_answer(answer, title, self._session.place, text)
        refused = problem.kind is Kind.BAD_REQUEST and "Invalid path" in text
        if refused or (problem.kind is Kind.NOT_FOUND and not path.isprintable()):
            return _name_refused(title, path, problem.code)
        if problem.kind is Kind.BAD_REQUEST and "refers to a directory" in text:
            return Problem(Kind.NOT_FOUND, title, f"{path} is a folder, no file.", code=problem.code)
        if problem.kind is Kind.SERVER and "No such file or directory" in text:
            return Problem(
                Kind.NOT_FOUND, title, f"The server does not find {path} in its store.", problem.hint, code=problem.code
            )
        return problem

    def _json(self, title: str, endpoint: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        self._session.reach()
        answer = self._session.request(endpoint, "GET", params=dict(asked))
        if answer.status_code == 200:
            try:
                body = json.loads(answer.content)
            except ValueError:
                body = None
            if isinstance(body, dict) and ("files" in body or "root_uri" in body or not body):
                return body
        problem = answers.of_answer(answer, title, self._session.place)
        if problem.kind is Kind.BAD_REQUEST and "Invalid path" in problem.message:
            folder = asked.get("path") or asked.get("artifact_directory_path", "")
            problem = _name_refused(title, folder, problem.code)
        raise problem


def _name_refused(title: str, path: str, code: str) -> Problem:
    said = "MLflow's server gives out no artifact with # or a control character in its path."
    return Problem(Kind.UNSUPPORTED, title, f"The server refuses the name {path}.", said, code=code)


def _require_plain(path: str, title: str) -> None:
    """Raise Problem for a path that MLflow's server would take for another: it unquotes until nothing is left to."""
    taken = unquote(path)
    if taken != path:
        raise Problem(
            Kind.UNSUPPORTED,
            title,
            f"The server would take the name {path} for {taken}.",
            "MLflow's server reads % and two digits in a path as one character, also where they belong to the name.",
        )


def _entry(item: Mapping[str, Any]) -> ArtifactEntry:
    is_folder = bool(item.get("is_dir"))
    # MLflow's server leaves out a size of zero.
    return ArtifactEntry(str(item["path"]), is_folder, None if is_folder else int(item.get("file_size", 0)))


class RepositorySource:
    """A store that this machine reaches by MLflow's own code: object stores, Databricks, HDFS, FTP.

    S3, GCS and Azure give parts of files. Other code only fetches whole files, into a folder of ours that is removed
    at once; that of Databricks gives a stream, which can be stopped.
    """

    def __init__(self, uri: str, session: Connection) -> None:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        self.place = uris.shown(uri)
        # The registry's own function keeps the cause of a failure, which MLflow's download functions hide.
        self._repository: Any = get_artifact_repository(
            uri, tracking_uri=session.tracking_uri, registry_uri=session.registry_uri
        )

    def entries(self, path: str) -> tuple[Sequence[ArtifactEntry], str]:
        found = [
            ArtifactEntry(str(item.path), bool(item.is_dir), None if item.is_dir else item.file_size)
            for item in self._repository.list_artifacts(path or None)
        ]
        return found, "" if found or path else f"The store lists nothing under {self.place}."

    def open(self, path: str, size: int | None = None) -> Reader:
        files = getattr(getattr(self._repository, "databricks_sdk_repo", self._repository), "files_api", None)
        if files is not None:
            whole = getattr(self._repository, "databricks_sdk_repo", self._repository).full_path(path)
            return StreamReader(lambda: cast(BinaryIO, files.download(whole).contents), size)
        fetch = _parts_of(self._repository, path)
        if fetch is not None:
            return RangedReader(fetch, size)
        return StreamReader(lambda: _fetched(self._repository, path), size, fetches_whole=True)


def _parts_of(repository: Any, path: str) -> Fetch | None:
    """How parts of a file are read by the client of MLflow's own code for S3, GCS or Azure; None for other stores."""
    if hasattr(repository, "parse_s3_compliant_uri"):
        bucket, top = repository.parse_s3_compliant_uri(repository.artifact_uri)
        return _parts_of_s3(repository, {"Bucket": bucket, "Key": posixpath.join(top, path)})
    if hasattr(repository, "parse_gcs_uri"):
        bucket, top = repository.parse_gcs_uri(repository.artifact_uri)
        return _parts_of_gcs(repository.client.bucket(bucket).blob(posixpath.join(top, path)))
    if hasattr(repository, "parse_wasbs_uri"):
        container, _, top, _ = repository.parse_wasbs_uri(repository.artifact_uri)
        return _parts_of_azure(repository.client.get_blob_client(container, posixpath.join(top, path)))
    return None


def _parts_of_s3(repository: Any, where: Mapping[str, str]) -> Fetch:
    client, owner = repository._get_s3_client(), getattr(repository, "_bucket_owner_params", {})

    def fetch(start: int, length: int) -> tuple[bytes, int | None]:
        answer = client.get_object(**where, **owner, Range=f"bytes={start}-{start + length - 1}")
        return answer["Body"].read(), _whole(answer.get("ContentRange"))

    return _to_the_end(fetch)


def _parts_of_gcs(blob: Any) -> Fetch:
    def fetch(start: int, length: int) -> tuple[bytes, int | None]:
        # As it lies there: what the store would unpack on the way has other places.
        return blob.download_as_bytes(start=start, end=start + length - 1, raw_download=True), None

    return _to_the_end(fetch)


def _parts_of_azure(blob: Any) -> Fetch:
    def fetch(start: int, length: int) -> tuple[bytes, int | None]:
        answer = blob.download_blob(offset=start, length=length)
        # What Azure's client calls the size is that of the part.
        return answer.readall(), _whole(answer.properties.content_range)

    return _to_the_end(fetch)


def _whole(content_range: str | None) -> int | None:
    """The size of the file in ``bytes 0-65535/2000004``; None where it is not said."""
    said = str(content_range or "").rpartition("/")[2]
    return int(said) if said.isdecimal() else None


def _to_the_end(fetch: Fetch) -> Fetch:
    """Nothing, where the store says that nothing lies there: the file is empty, or ends before."""

    def fetched(start: int, length: int) -> tuple[bytes, int | None]:
        try:
            return fetch(start, length)
        except Exception as error:  # each client has a class of its own for it; all else is told
            if _status(error) == 416:
                return b"", None
            raise

    return fetched


def _status(error: Exception) -> int | None:
    """The HTTP status in an error of the clients of Azure, GCS or S3."""
    of_s3 = getattr(error, "response", None)
    said = of_s3.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(of_s3, dict) else None
    found = said or getattr(error, "status_code", None) or getattr(error, "code", None)
    return found if isinstance(found, int) else None


def _fetched(repository: Any, path: str) -> BinaryIO:
    """A file that MLflow's code fetches as a whole before any of it can be read."""
    folder = tempfile.mkdtemp(prefix="mlflow-deck-")
    try:
        local = os.path.join(folder, "file")
        repository._download_file(path, local)
        return open(local, "rb")
    finally:
        # What is open stays readable after its name is gone, and nothing is left however this ends.
        shutil.rmtree(folder, ignore_errors=True)


def source_of(session: Connection, root: ArtifactRoot, uri: str) -> Source:
    """The way in which the artifacts of a root are read, by what its address says and how the store is reached."""
    kind = uris.kind(uri)
    if session.kind in uris.HTTP_KINDS:
        return ServerSource(session, root, uri)
    if kind == "file":
        return LocalSource(uris.folder_path(uri))
    if kind in ("mlflow-artifacts", *uris.HTTP_KINDS) and session.kind != "databricks":
        raise Problem(
            Kind.UNSUPPORTED,
            "Could not open the artifacts",
            f"They lie at {uris.shown(uri)}, which only an MLflow server can open, and {session.place} is none.",
            "Open the address of the server that these runs were logged through.",
        )
    return RepositorySource(uri, session)


def checked(entries: Sequence[ArtifactEntry], folder: str) -> tuple[list[ArtifactEntry], int]:
    """Those entries that really are in ``folder``, one level below it, and how many were not.

    A server that names ``../../x`` must not lead a download out of the folder that a person chose.
    """
    prefix = f"{folder}/" if folder else ""
    kept = [
        entry
        for entry in entries
        if entry.path.startswith(prefix)
        and not unsafe_reason(entry.path)
        and "/" not in entry.path[len(prefix) :]
        and len(entry.path) > len(prefix)
    ]
    return kept, len(entries) - len(kept)
