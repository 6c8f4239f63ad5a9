"""Where a run came from in a Databricks workspace: job, notebook and git folder, from the tags that are set there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

COMMIT_TAG, FOLDER_COMMIT_TAG = "mlflow.source.git.commit", "mlflow.databricks.gitRepoCommit"
_OWN = "mlflow.databricks."


def commit_of(tags: Mapping[str, str]) -> str:
    """The commit that a run was made at: MLflow's own, else that of the git folder in the workspace; "" for none."""
    return tags.get(COMMIT_TAG) or tags.get(FOLDER_COMMIT_TAG) or ""


def origin(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of a name and a few words, each with the page of it; empty for a run of no workspace."""
    own = {key[len(_OWN) :]: value for key, value in tags.items() if key.startswith(_OWN) and value}
    job, run, notebook = own.get("jobID", ""), own.get("jobRunID", ""), own.get("notebookID", "")
    revision = own.get("notebookRevisionID", "")
    found = []
    if job:
        kind = f"  ({own['jobType'].lower()})" if own.get("jobType") else ""
        found.append(("job", f"{job}{kind}{_page(own, 'jobs', job)}"))
    if run:
        found.append(("job run", f"{run}{_page(own, 'jobs', job, 'runs', run) if job else ''}"))
    if notebook or own.get("notebookPath"):
        said = own.get("notebookPath") or notebook
        if revision:
            said += f"  revision {revision}"
        path = ["#notebook", notebook, *(["revision", revision] if revision else [])]
        found.append(("notebook", f"{said}{_page(own, *path) if notebook else ''}"))
    if own.get("gitRepoUrl") or own.get("gitRepoCommit"):
        of = own.get("gitRepoReference", "")
        kind = own.get("gitRepoReferenceType", "")
        parts = [
            _without_account(own.get("gitRepoUrl", "")),
            f"{kind} {of}".strip(),
            own.get("gitRepoRelativePath", ""),
        ]
        found.append(("git folder", "  ".join(part for part in parts if part)))
    if own.get("gitRepoCommit"):
        found.append(("git folder commit", f"{own['gitRepoCommit']}{_commit_page(own)}"))
    if own.get("gitRepoStatus", "").lower() not in ("", "clean", "unknown"):
        found.append(("git folder state", own["gitRepoStatus"]))
    return found


def deployment_page(host: str, deployment: str) -> str:
    """The page of a version's deployment run, from how it is told (``job 12, run 34: …``); "" where it names none."""
    words = deployment.partition(":")[0].replace(",", "").split()
    told = dict(zip(words[::2], words[1::2])) if len(words) % 2 == 0 else {}  # noqa: B905  of one length
    if not host or "job" not in told:
        return ""
    path = ["jobs", told["job"], *(["runs", told["run"]] if "run" in told else [])]
    return f"{host.rstrip('/')}/{'/'.join(quote(part) for part in path)}"


def _page(own: Mapping[str, str], *path: str) -> str:
    """Two blanks and the address of a page; "" where the workspace's address was not kept with the run."""
    host = own.get("workspaceURL") or own.get("webappURL", "")
    if not host:
        return ""
    address = host if "://" in host else f"https://{host}"
    number = own.get("workspaceID", "")
    parts = "/".join(part if part == "#notebook" else quote(part, safe="") for part in path)
    return f"  {address.rstrip('/')}/{f'?o={quote(number)}' if number and parts.startswith('#') else ''}{parts}"


def _commit_page(own: Mapping[str, str]) -> str:
    repository = own.get("gitRepoUrl", "").removesuffix(".git").rstrip("/")
    if not repository.startswith("https://") or "@" in repository:
        return ""  # with whom one signs in there is nobody else's to know
    form = "/-/commit/" if "gitlab" in own.get("gitRepoProvider", "").lower() else "/commit/"
    return f"  {repository}{form}{quote(own['gitRepoCommit'])}"


def _without_account(address: str) -> str:
    scheme, divider, rest = address.partition("://")
    return f"{scheme}{divider}{rest.rpartition('@')[2]}" if divider else address
