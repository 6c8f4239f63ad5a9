"""The bench on which the sample is made: one client, the story's clock, and how a run is recorded in few calls."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param
from mlflow.models import Model, infer_signature
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tui.demo.samples import SCRATCH, tracking_uri

# The story's clock: MLflow stamps experiments, versions and aliases by itself, and the story spreads over weeks.


SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class StoryClock:
    """Stands in for ``time.time`` in this process while entered; ``now_ms`` is when the making began.

    The client API takes a start and an end for runs and metrics only. What else MLflow records is the time of the call,
    so the calls are made to believe that they are made when the story says. Belongs in a process of its own.
    """

    def __init__(self) -> None:
        self._real = time.time
        self.now_ms = int(self._real() * 1000)
        self._told_ms: float = self.now_ms

    def __enter__(self) -> StoryClock:
        time.time = self._read
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        time.time = self._real

    def set(self, moment_ms: int) -> None:
        """From here on it is ``moment_ms`` (milliseconds since the epoch), and never later than now."""
        self._told_ms = min(moment_ms, self.now_ms)

    def ago(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> int:
        """The moment that long before now, in milliseconds since the epoch."""
        return self.now_ms - int(days * DAY + hours * HOUR + minutes * MINUTE)

    def _read(self) -> float:
        # A millisecond for each reading keeps the order of what is made in one breath.
        self._told_ms = min(self._told_ms + 1, self.now_ms)
        return self._told_ms / 1000


METRICS_PER_CALL = 1000
PARAMS_PER_CALL = 100
REPOSITORY = "https://git.example.com/growth/models.git"

COSTS: Mapping[str, int] = {"churn/weekly": 10, "fraud": 11, "pricing": 2, "traces": 40}
"""What a piece of a step costs beside the others, as measured: 1 is the tenth of a second that most take."""

Report = Callable[[str, int], None]
"""Told the step's name and how much is done, by cost."""


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
        uri = tracking_uri(folder)
        # A store that was not finished is made anew: nothing has to reach the disk before the end.
        event.listen(Engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        self.folder = folder
        self.scratch = folder / SCRATCH
        self.clock = clock
        self.client = MlflowClient(uri, registry_uri=uri)
        self._report = report
        self._done = 0

    def tick(self, step: str, cost: int = 0) -> None:
        """One more piece of ``step`` is done, at what such a piece costs, or at ``cost``."""
        self._done += cost or COSTS.get(step, 1)
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


# Metric curves that look like training: losses that fall, scores that saturate, schedules, machines at work.


Curve = NDArray[np.float64]


def falling(rng: np.random.Generator, steps: int, first: float, last: float, *, noise: float = 0.02) -> Curve:
    """A loss from ``first`` towards ``last``, with noise that is a share of what there is left to lose."""
    shape = np.exp(-np.linspace(0, 5, steps))
    wobble = rng.normal(0, noise, steps) * (shape + 0.15) * (first - last)
    return np.asarray(last + (first - last) * shape + wobble, dtype=np.float64)


def rising(rng: np.random.Generator, steps: int, first: float, last: float, *, noise: float = 0.01) -> Curve:
    """A score from ``first`` that ends at ``last`` exactly, so that it can be agreed with a final metric."""
    shape = 1 - np.exp(-np.linspace(0, 4.5, steps))
    wobble = rng.normal(0, noise, steps) * (1 - shape + 0.1) * (last - first)
    curve = np.asarray(first + (last - first) * shape / shape[-1] + wobble, dtype=np.float64)
    curve[-1] = last
    return curve


def overfitting(rng: np.random.Generator, steps: int, first: float, best: float, worse: float) -> Curve:
    """A validation loss that falls to ``best`` at two thirds of the way and climbs to ``worse``."""
    turn = max(2, steps * 2 // 3)
    down = falling(rng, turn, first, best)
    up = best + (worse - best) * np.linspace(0, 1, steps - turn) ** 1.5 + rng.normal(0, 0.002, steps - turn)
    return np.concatenate([down, up])


def warmup_cosine(steps: int, peak: float, *, warmup: float = 0.05) -> Curve:
    """A learning rate that climbs to ``peak`` and goes down a cosine."""
    rise = max(1, int(steps * warmup))
    fall = 0.5 * (1 + np.cos(np.linspace(0, np.pi, steps - rise)))
    return np.concatenate([np.linspace(peak / rise, peak, rise), peak * fall])


def metric(
    key: str, values: Sequence[float] | Curve, start_ms: int, took_ms: int, *, every: int = 1, first_step: int = 0
) -> list[Metric]:
    """The curve as MLflow metrics, a point each ``every`` steps, spread evenly over the run's time."""
    pace = took_ms / max(1, len(values))
    return [
        Metric(key, float(value), int(start_ms + (index + 1) * pace), first_step + index * every)
        for index, value in enumerate(values)
    ]


def finals(values: dict[str, float], moment_ms: int) -> list[Metric]:
    """Metrics recorded once, at the end."""
    return [Metric(key, value, moment_ms, 0) for key, value in values.items()]


def system(
    rng: np.random.Generator, start_ms: int, took_ms: int, *, samples: int = 40, gpu: bool = False
) -> list[Metric]:
    """What MLflow's own system monitor records: one sample each few seconds."""
    ramp = 1 - np.exp(-np.linspace(0, 8, samples))
    curves: dict[str, Curve] = {
        "cpu_utilization_percentage": np.clip(ramp * 74 + rng.normal(0, 9, samples), 1, 100),
        "system_memory_usage_megabytes": 2100 + ramp * 5400 + rng.normal(0, 60, samples),
        "system_memory_usage_percentage": 13 + ramp * 34 + rng.normal(0, 0.4, samples),
        "disk_usage_percentage": np.linspace(41.2, 43.9, samples),
        "network_receive_megabytes": np.cumsum(np.abs(rng.normal(3, 2, samples))),
        "network_transmit_megabytes": np.cumsum(np.abs(rng.normal(0.4, 0.3, samples))),
    }
    if gpu:
        curves["gpu_0_utilization_percentage"] = np.clip(ramp * 93 + rng.normal(0, 5, samples), 0, 100)
        curves["gpu_0_memory_usage_megabytes"] = 900 + ramp * 21400 + rng.normal(0, 30, samples)
    return [point for key, curve in curves.items() for point in metric(f"system/{key}", curve, start_ms, took_ms)]


# Small scikit-learn models, really trained on made-up customers, logged with signature and input example.


CHURN_COLUMNS = ("age", "plan_price", "tickets_90d", "logins_30d", "minutes_30d", "discount", "late_payments", "seats")
TENURE = "tenure_days"
"""The ninth input, which churn models have since the data team brought it."""

FRAUD_COLUMNS = ("amount", "hour", "country_risk", "card_age_days", "velocity_1h", "merchant_risk")
PRICE_COLUMNS = ("area", "nights", "lead_days", "season", "rating")

_TREES = ["sklearn.tree._tree.Tree"]  # skops wants the types that it loads to be named
_REQUIREMENTS = [f"{name}=={version(name)}" for name in ("mlflow", "scikit-learn", "pandas")]
"""Given, so that MLflow does not start a process to find them out."""


def table(name: str, columns: Sequence[str], rows: int = 400) -> pd.DataFrame:
    """Made-up customers, one float column each, the same for the same name."""
    rng = random(name)
    return pd.DataFrame({column: rng.gamma(2.0, 3.0, rows).round(3) for column in columns})


def churn(seed: int, *, tenure: bool, trees: int = 8) -> tuple[RandomForestClassifier, pd.DataFrame]:
    """A forest and the table it was trained on."""
    data = table("churn", [*CHURN_COLUMNS, *([TENURE] if tenure else [])])
    left = (data["tickets_90d"] * 1.3 - data["logins_30d"] + random(f"churn{seed}").normal(0, 2, len(data))) > 1.0
    model = RandomForestClassifier(n_estimators=trees, max_depth=4, random_state=seed)
    return model.fit(data, left.astype(int)), data


def fraud(seed: int) -> tuple[object, pd.DataFrame]:
    """A scaled logistic regression and the table it was trained on."""
    data = table("fraud", FRAUD_COLUMNS)
    bad = (data["velocity_1h"] + data["merchant_risk"] + random(f"fraud{seed}").normal(0, 3, len(data))) > 14
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.5 + seed / 10)).fit(data, bad.astype(int)), data


def pricing(seed: int) -> tuple[object, pd.DataFrame]:
    """A scaled ridge regression and the table it was trained on."""
    data = table("pricing", PRICE_COLUMNS)
    price = 40 + 9 * data["area"] + 4 * data["season"] + random(f"price{seed}").normal(0, 5, len(data))
    return make_pipeline(StandardScaler(), Ridge(alpha=1.0 + seed)).fit(data, price), data


def log(
    run_id: str, name: str, model: object, data: pd.DataFrame, *, params: dict[str, str], kind: str
) -> tuple[str, str]:
    """Log the model in its run as MLflow 3 does; answers the logged model's id and URI."""
    with mlflow.start_run(run_id=run_id):
        info = mlflow.sklearn.log_model(
            model,
            name=name,
            signature=infer_signature(data, model.predict(data)),  # type: ignore[attr-defined]  # an estimator
            input_example=data.head(3),
            pip_requirements=_REQUIREMENTS,
            skops_trusted_types=_TREES,
            params=params,
            model_type=kind,
        )
    return str(info.model_id), str(info.model_uri)


def save(folder: Path, run_id: str, model: object, data: pd.DataFrame) -> None:
    """Write the model to ``folder`` as one that is to be an artifact of its run, the layout before MLflow 3."""
    mlflow.sklearn.save_model(
        model,
        str(folder),
        mlflow_model=Model(artifact_path=folder.name, run_id=run_id),
        signature=infer_signature(data, model.predict(data)),  # type: ignore[attr-defined]  # an estimator
        input_example=data.head(3),
        pip_requirements=_REQUIREMENTS,
        skops_trusted_types=_TREES,
    )
