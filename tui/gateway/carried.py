"""A version carried from one registry to another: its files fetched and hashed here, put into a run and hashed there.

MLflow copies versions inside of one registry only. What is made on the way and does not become a version is deleted
again, and named where it cannot be.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.domain import uris
from tui.domain.models.values import COPIED_FROM, CarriedVersion, SourceRun
from tui.domain.problem import Kind, Problem

EXPERIMENT = "promotions"
"""In which the runs are that hold the files of versions which came from elsewhere."""
_FOLDER = "model"
_META = "registered_model_meta"  # that MLflow adds to what it fetches of a version
_BLOCK = 1 << 20
_AT_ONCE = 1000  # metrics, of which MLflow takes no more in one request
_PARAMS_AT_ONCE = 100  # likewise
_ATTEMPT = "mlflow_deck.carried_by"  # the tag by which a run is found whose answer was lost


def hashes_below(folder: str) -> dict[str, str]:
    """The SHA-256 of every file, by its path."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != _META:
            digest = hashlib.sha256()
            with open(path, "rb") as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
            found[name] = digest.hexdigest()
    return found


def fetched(uri: str, folder: str, tracking_uri: str, registry_uri: str) -> dict[str, str]:
    """The files at an address, into a folder that is there; answers their hashes."""
    from mlflow.artifacts import download_artifacts

    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetched-") as beside:
        here = download_artifacts(
            artifact_uri=uri, dst_path=beside, tracking_uri=tracking_uri, registry_uri=registry_uri
        )
        found = hashes_below(here)
        for name in os.listdir(here):
            if name != _META:
                os.replace(os.path.join(here, name), os.path.join(folder, name))
    return found


def put_into(
    client: Any, to: str, carried: CarriedVersion, source: SourceRun | None, at: tuple[str, str], place: str
) -> str:
    """A new version of ``to`` with the files of a folder, whose hashes there are as told; answers its number.

    ``at`` are the tracking and the registry URI of where it goes, ``place`` how a person calls that.
    """
    title = f"Could not carry {carried.origin} to {to}"
    run_id = _run_of(client, carried, at[0], place)
    try:
        _described(client, run_id, source, carried.params)
        client.log_artifacts(run_id, carried.folder, _FOLDER)
        with tempfile.TemporaryDirectory(dir=os.path.dirname(carried.folder), prefix="again-") as again:
            there = fetched(f"runs:/{run_id}/{_FOLDER}", again, *at)
        wrong = sorted(name for name in {*there, *carried.hashes} if there.get(name) != carried.hashes.get(name))
        if wrong:
            more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            said = f"{wrong[0]}{more} of {len(carried.hashes)} files came out other than they went in."
            raise Problem(Kind.SERVER, title, said, "Try again; nothing was registered.")
        client.set_terminated(run_id)
        number = _registered(client, to, run_id, carried)
    except Exception as error:  # whatever it is, what was put there is taken away or named
        left = _cleared(client, run_id)
        if isinstance(error, Problem) and not left:
            raise
        said = f"{error} " if not isinstance(error, Problem) else f"{error.message} "
        if left:
            raise Problem(Kind.SERVER, title, f"{said}{left} of {place}.", "Delete it there.") from error
        raise
    return number


def _described(client: Any, run_id: str, source: SourceRun | None, params: Mapping[str, str]) -> None:
    """Give a run the params of the run that the files come from, and the metrics that are told with it."""
    from mlflow.entities import Metric, Param

    at = int(client.get_run(run_id).info.start_time)
    metrics = [Metric(key, value, at, 0) for key, value in source.metrics.items()] if source is not None else []
    for start in range(0, len(metrics), _AT_ONCE):
        client.log_batch(run_id, metrics=metrics[start : start + _AT_ONCE])
    given = [Param(key, value) for key, value in params.items()]
    for start in range(0, len(given), _PARAMS_AT_ONCE):
        client.log_batch(run_id, params=given[start : start + _PARAMS_AT_ONCE])


def _run_of(client: Any, carried: CarriedVersion, tracking_uri: str, place: str) -> str:
    """A run for the files, also where the answer to its making was lost on the way."""
    known = client.get_experiment_by_name(EXPERIMENT)
    beside = None
    if known is None and uris.kind(tracking_uri) not in (*uris.HTTP_KINDS, "databricks"):
        # Of a database without a server MLflow would put new experiments into the folder that the deck was begun in.
        first = str(client.get_experiment("0").artifact_location).rstrip("/")
        beside = f"{first.rpartition('/')[0]}/{EXPERIMENT}"
    experiment_id = known.experiment_id if known is not None else client.create_experiment(EXPERIMENT, beside)
    attempt = uuid.uuid4().hex
    tags = {COPIED_FROM: carried.origin, _ATTEMPT: attempt}
    try:
        made = [client.create_run(experiment_id, tags=tags, run_name=carried.origin)]
    except Exception as error:  # whatever it is, the answer may be all that was lost
        where = f"tags.`{_ATTEMPT}` = '{attempt}'"
        try:
            made = list(client.search_runs([experiment_id], filter_string=where))
        except Exception:  # whatever it is, what may be there has to be named
            said = f"{error} A run may be left in the experiment {EXPERIMENT} of {place}, found by {where}."
            raise Problem(Kind.SERVER, f"Could not carry {carried.origin}", said, "Delete it there.") from error
        if not made:
            raise
    for twice in made[1:]:  # of a request that was sent again
        client.delete_run(twice.info.run_id)
    return str(made[0].info.run_id)


def _registered(client: Any, to: str, run_id: str, carried: CarriedVersion) -> str:
    """The version, also where its answer was lost on the way."""
    where = f"{client.get_run(run_id).info.artifact_uri}/{_FOLDER}"
    try:
        client.create_registered_model(to)
    except Exception as error:  # only that it is there already is no failure
        if getattr(error, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
            raise
    try:
        made = client.create_model_version(
            to, where, run_id=run_id, tags={COPIED_FROM: carried.origin}, await_creation_for=0
        )
    except Exception:  # whatever it is, the answer may be all that was lost
        lost = [one for one in client.search_model_versions(f"name = '{to}'") if one.run_id == run_id]
        if not lost:
            raise
        made = lost[0]
    return str(made.version)


def _cleared(client: Any, run_id: str) -> str:
    """Mark the run as failed and delete it; where it is left, or may have a version of it, how it is called."""
    try:
        if client.search_model_versions(f"run_id = '{run_id}'"):
            return f"A version may have been made of run {run_id}, which is left in {EXPERIMENT}"
        client.set_terminated(run_id, "FAILED")
        client.delete_run(run_id)
    except Exception:  # whatever it is, the run has to be named
        return f"What was put there is left: run {run_id} in the experiment {EXPERIMENT}"
    return ""
