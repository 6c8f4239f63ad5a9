"""The bench on which the sample is made: one client, the story's clock, and how a run is recorded in few calls."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tui.demo.sample import marker
from tui.demo.sample.clock import StoryClock

METRICS_PER_CALL = 1000
PARAMS_PER_CALL = 100
REPOSITORY = "https://git.example.com/growth/models.git"

Report = Callable[[str, int], None]
"""Told the step's name and how many pieces are done."""


def random(name: str) -> np.random.Generator:
    """Random numbers that depend on ``name`` only, so that the pieces of the story do not disturb each other."""
    return np.random.default_rng(zlib.crc32(name.encode()))


@dataclass(frozen=True)
class Source:
    """Where a run's code came from, as MLflow's own tags say it."""

    name: str
    kind: str = "LOCAL"  # LOCAL JOB PROJECT NOTEBOOK
    branch: str = "main"

    def tags(self) -> dict[str, str]:
        found = {"mlflow.source.name": self.name, "mlflow.source.type": self.kind}
        if self.kind != "NOTEBOOK":
            found["mlflow.source.git.commit"] = random(self.name + self.branch).bytes(20).hex()
            found["mlflow.source.git.branch"] = self.branch
            found["mlflow.source.git.repoURL"] = REPOSITORY
        return found


@dataclass(frozen=True)
class RunPlan:
    """One run of the story. ``took_ms`` is None for a run that has not ended."""

    experiment: str  # its id
    name: str
    start_ms: int
    took_ms: int | None
    user: str = "ana"
    status: str = "FINISHED"
    source: Source = Source("train.py")
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Sequence[Metric] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    datasets: Sequence[DatasetInput] = ()
    parent: str | None = None


def dataset(name: str, version: int, context: str, columns: Mapping[str, str], rows: int) -> DatasetInput:
    """A table that a run used, as ``mlflow.log_input`` would record it; ``columns`` maps names to MLflow types."""
    schema = [{"type": kind, "name": column, "required": True} for column, kind in columns.items()]
    source = {"uri": f"s3://growth-lake/{name}/v{version}/part-0.parquet"}
    return DatasetInput(
        dataset=Dataset(
            name=name,
            digest=f"{zlib.crc32(f'{name}{version}{rows}'.encode()):08x}",
            source_type="s3",
            source=json.dumps(source),
            schema=json.dumps({"mlflow_colspec": schema}),
            profile=json.dumps({"num_rows": rows, "num_elements": rows * len(columns)}),
        ),
        tags=[InputTag("mlflow.data.context", context)],
    )


class Workshop:
    """Makes experiments and runs in the store of ``folder``, and counts what is done."""

    def __init__(self, folder: Path, clock: StoryClock, report: Report) -> None:
        uri = marker.tracking_uri(folder)
        # A store that was not finished is made anew: nothing has to reach the disk before the end.
        event.listen(Engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        self.folder = folder
        self.scratch = folder / marker.SCRATCH
        self.clock = clock
        self.client = MlflowClient(uri, registry_uri=uri)
        self._report = report
        self._done = 0

    def tick(self, step: str) -> None:
        """One more piece of ``step`` is done."""
        self._done += 1
        self._report(step, self._done)

    def experiment(
        self,
        step: str,
        name: str,
        *,
        folder: str,
        created_ms: int,
        note: str = "",
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Create an experiment whose artifacts lie in ``artifacts/<folder>``, and answer its id."""
        self.clock.set(created_ms)
        everything = dict(tags or {})
        if note:
            everything["mlflow.note.content"] = note
        location = (self.folder / "artifacts" / folder).as_uri()
        experiment_id: str = self.client.create_experiment(name, artifact_location=location, tags=everything)
        self.tick(step)
        return experiment_id

    def touch(self, experiment: str, name: str, moment_ms: int) -> None:
        """Let the experiment have been updated last at ``moment_ms``."""
        self.clock.set(moment_ms)
        self.client.rename_experiment(experiment, name)

    @contextmanager
    def run(self, step: str, plan: RunPlan) -> Iterator[str]:
        """Record ``plan`` and hand its run's id to the block, for artifacts and models; end the run after the block."""
        client = self.client
        tags = {"mlflow.user": plan.user, **plan.source.tags(), **plan.tags}
        if plan.parent:
            tags["mlflow.parentRunId"] = plan.parent
        if plan.note:
            tags["mlflow.note.content"] = plan.note
        self.clock.set(plan.start_ms)
        run_id: str = client.create_run(
            plan.experiment, start_time=plan.start_ms, tags=tags, run_name=plan.name
        ).info.run_id
        params = [Param(key, value) for key, value in plan.params.items()]
        calls = max(-(-len(plan.metrics) // METRICS_PER_CALL), -(-len(params) // PARAMS_PER_CALL))
        for call in range(calls):
            client.log_batch(
                run_id,
                metrics=plan.metrics[call * METRICS_PER_CALL : (call + 1) * METRICS_PER_CALL],
                params=params[call * PARAMS_PER_CALL : (call + 1) * PARAMS_PER_CALL],
            )
        if plan.datasets:
            client.log_inputs(run_id, datasets=list(plan.datasets))
        if plan.took_ms is not None:
            self.clock.set(plan.start_ms + plan.took_ms)
        yield run_id
        if plan.took_ms is not None:
            client.set_terminated(run_id, plan.status, end_time=plan.start_ms + plan.took_ms)
        elif plan.status != "RUNNING":
            client.update_run(run_id, status=plan.status)
        self.tick(step)

    def record(self, step: str, plan: RunPlan) -> str:
        """Record a run that has neither artifacts nor models, and answer its id."""
        with self.run(step, plan) as run_id:
            return run_id
