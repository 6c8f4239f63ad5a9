"""Files of runs and model versions: the Files API, signed addresses, and MLflow's own way to them."""

from __future__ import annotations

from tui.demo.simulated.http import Answer, Request, Routes, missing
from tui.demo.simulated.state import Json, Workspace
from tui.demo.simulated.tracking import run_of

_FS = "/api/2.0/fs"
_TIME = "Sun, 22 Nov 2026 12:00:00 GMT"


def add_to(routes: Routes) -> None:
    """Answer for everything in this module."""
    on = routes.on
    on("HEAD", f"{_FS}/directories{{path*}}")(folder_there)
    on("GET", f"{_FS}/directories{{path*}}")(list_folder)
    on("PUT", f"{_FS}/directories{{path*}}")(lambda _workspace, _request, path: {})
    on("HEAD", f"{_FS}/files{{path*}}")(file_there)
    on("GET", f"{_FS}/files{{path*}}")(download)
    on("PUT", f"{_FS}/files{{path*}}")(upload)
    on("POST", f"{_FS}/create-download-url")(download_url)
    on("POST", f"{_FS}/create-upload-url")(upload_url)
    on("GET", "/signed{path*}")(download)
    on("PUT", "/signed{path*}")(upload)
    on("GET", "/api/2.0/mlflow/artifacts/list")(list_artifacts)
    on("POST", "/api/2.0/mlflow/artifacts/credentials-for-read")(credentials_for_read)


def _below(workspace: Workspace, path: str) -> dict[str, int | None]:
    """What is in a folder, one level: name → size, None for a folder."""
    prefix = path.rstrip("/") + "/"
    found: dict[str, int | None] = {}
    for name, content in workspace.files.items():
        if name.startswith(prefix):
            first, more, _ = name[len(prefix) :].partition("/")
            found[first] = None if more else len(content)
    return found


def folder_there(workspace: Workspace, _request: Request, path: str) -> Answer:
    return Answer(200 if _below(workspace, path) else 404)


def list_folder(workspace: Workspace, _request: Request, path: str) -> Json:
    found = _below(workspace, path)
    if not found:
        # Another code than MLflow's own: it asks by this whether a path is a folder.
        gone = missing("The directory being accessed is not found.")
        gone.code = "NOT_FOUND"
        raise gone
    return {
        "contents": [
            {
                "path": f"{path.rstrip('/')}/{name}",
                "name": name,
                "is_directory": size is None,
                **({} if size is None else {"file_size": size, "last_modified": 1_795_300_000_000}),
            }
            for name, size in sorted(found.items())
        ]
    }


def _content(workspace: Workspace, path: str) -> bytes:
    content = workspace.files.get(path)
    if content is None:
        raise missing(f"The file {path} being accessed is not found.")
    return content


def file_there(workspace: Workspace, _request: Request, path: str) -> Answer:
    content = workspace.files.get(path)
    if content is None:
        return Answer(404)
    return Answer(200, content, "application/octet-stream", {"Last-Modified": _TIME})


def download(workspace: Workspace, _request: Request, path: str) -> Answer:
    return Answer(200, _content(workspace, path), "application/octet-stream", {"Last-Modified": _TIME})


def upload(workspace: Workspace, request: Request, path: str) -> Answer:
    workspace.files[path] = request.content
    return Answer(204)


def download_url(workspace: Workspace, request: Request) -> Json:
    _content(workspace, request.text("path"))
    return {"url": f"{request.base}/signed{request.text('path')}?sig=simulated", "headers": []}


def upload_url(_workspace: Workspace, request: Request) -> Json:
    return {"url": f"{request.base}/signed{request.text('path')}?sig=simulated", "headers": []}


def list_artifacts(workspace: Workspace, request: Request) -> Json:
    run, path = run_of(workspace, request), str(request.said.get("path") or "")
    below = _below(workspace, f"{run.folder}/{path}".rstrip("/"))
    return {
        "root_uri": run.artifact_uri,
        "files": [
            {
                "path": f"{path}/{name}".lstrip("/"),
                "is_dir": size is None,
                **({} if size is None else {"file_size": size}),
            }
            for name, size in sorted(below.items())
        ],
    }


def credentials_for_read(workspace: Workspace, request: Request) -> Json:
    run = run_of(workspace, request)
    return {
        "credential_infos": [
            {
                "run_id": run.id,
                "path": path,
                "signed_uri": f"{request.base}/signed{run.folder}/{path}?sig=simulated",
                "headers": [],
                "type": "AWS_PRESIGNED_URL",
            }
            for path in request.said.get("path") or ()
        ]
    }
