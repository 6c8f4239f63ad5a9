"""Where a run of a Databricks workspace came from, told from its tags."""

from __future__ import annotations

import pytest

from tui.domain.values import commit_of, deployment_page, origin

TAGS = {
    "mlflow.databricks.jobID": "812",
    "mlflow.databricks.jobRunID": "55001",
    "mlflow.databricks.notebookID": "4410",
    "mlflow.databricks.notebookPath": "/Repos/ada/train",
    "mlflow.databricks.notebookRevisionID": "17",
    "mlflow.databricks.workspaceURL": "adb-1.example.net",
    "mlflow.databricks.workspaceID": "42",
    "mlflow.databricks.gitRepoUrl": "https://git.example/growth/ml-jobs.git",
    "mlflow.databricks.gitRepoCommit": "abc123",
    "mlflow.databricks.gitRepoReference": "main",
    "mlflow.databricks.gitRepoReferenceType": "branch",
    "mlflow.databricks.gitRepoStatus": "dirty",
}


def test_job_notebook_and_git_folder_with_their_pages() -> None:
    assert dict(origin(TAGS)) == {
        "job": "812  https://adb-1.example.net/jobs/812",
        "job run": "55001  https://adb-1.example.net/jobs/812/runs/55001",
        "notebook": "/Repos/ada/train  revision 17  https://adb-1.example.net/?o=42#notebook/4410/revision/17",
        "git folder": "https://git.example/growth/ml-jobs.git  branch main",
        "git folder commit": "abc123  https://git.example/growth/ml-jobs/commit/abc123",
        "git folder state": "dirty",
    }


def test_what_is_not_told_is_not_made_up() -> None:
    assert origin({"mlflow.source.name": "train.py"}) == []
    assert origin({"mlflow.databricks.jobID": "812"}) == [("job", "812")]
    secret = {"gitRepoUrl": "https://ada:s3cret@git.example/x", "gitRepoCommit": "abc"}
    told = dict(origin({f"mlflow.databricks.{key}": value for key, value in secret.items()}))
    assert told["git folder commit"] == "abc" and "s3cret" not in str(told)


def test_the_commit_is_the_git_folder_s_where_there_is_no_other() -> None:
    assert commit_of(TAGS) == "abc123"
    assert commit_of({**TAGS, "mlflow.source.git.commit": "def"}) == "def"
    assert commit_of({}) == ""


@pytest.mark.parametrize(
    ("told", "page"),
    [
        ("job 907, run 66013: approval, at Approval_Check", "https://h/jobs/907/runs/66013"),
        ("job 907: connected", "https://h/jobs/907"),
        ("connected", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_deployment(told: str, page: str) -> None:
    assert deployment_page("https://h/", told) == page
