"""Evaluation by MlflowClient: runs of ``mlflow.genai.evaluate``, evaluation datasets with their records, scorers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.domain.filter.nodes import quoted_value
from tui.domain.problem import Kind, Problem
from tui.domain.traces.values import EvaluationRun, EvaluationSet, RecordsPage, Scorer, SetRecord, whole
from tui.gateway import problems
from tui.gateway.session import Connection
from tui.gateway.traces.json import loaded

if TYPE_CHECKING:
    from mlflow.entities import EvaluationDataset, Run
    from mlflow.entities.dataset_record import DatasetRecord
    from mlflow.entities.scorer import ScorerVersion

_EVALUATED = "tags.`mlflow.runType` = 'genai_evaluate'"
_SET_SOURCE = "mlflow_evaluation_dataset"
_AGENT_TAGS = ("agent.uri", "agent.function")  # below mlflow.genaiEvaluate
_AGGREGATES = ("/mean", "/min", "/max", "/median", "/variance", "/p90")
_WRAPPED = "mlflow_wrapped"
_PAGE = 50  # datasets that MLflow gives at a time
_MOST_UNTAGGED = 200  # latest runs that are looked through in a store that tags no evaluation
_KINDS = {
    "builtin_scorer_pydantic_data": "built in",
    "instructions_judge_pydantic_data": "instructions",
    "memory_augmented_judge_data": "aligned judge",
    "third_party_scorer_data": "of another package",
    "ensemble_scorer_data": "several together",
    "call_source": "code",
}


class ClientEvaluations:
    """EvaluationsPort over a session's MlflowClient."""

    def __init__(self, session: Connection) -> None:
        self._session = session

    def runs(
        self, experiment_ids: Sequence[str], *, dataset: str = "", max_results: int = 200
    ) -> tuple[EvaluationRun, ...]:
        with problems.raised_as("Could not read the evaluation runs", self._session.place):
            client, places = self._session.client(), list(experiment_ids)
            of_set = [f"dataset.name = {quoted_value(dataset)}"] if dataset else []
            if not places:
                return ()
            found = client.search_runs(places, " AND ".join([_EVALUATED, *of_set]), max_results=max_results)
            if not found:
                # Before MLflow 3.8 or so, no tag says what kind of run it is.
                latest = client.search_runs(places, " AND ".join(of_set), max_results=min(max_results, _MOST_UNTAGGED))
                return tuple(_run(run) for run in latest if _is_evaluation(run))
            return tuple(_run(run) for run in found)

    def sets(self, experiment_ids: Sequence[str]) -> tuple[EvaluationSet, ...]:
        with problems.raised_as("Could not list the evaluation datasets", self._session.place):
            found: list[EvaluationSet] = []
            token: str | None = None
            while True:
                page = self._session.client().search_datasets(
                    experiment_ids=list(experiment_ids) or None, max_results=_PAGE, page_token=token
                )
                found += [_set(one, one._experiment_ids or ()) for one in page]
                token = page.token or None
                if token is None:
                    return tuple(found)

    def dataset(self, dataset_id: str) -> EvaluationSet:
        with problems.raised_as(f"Could not read dataset {dataset_id}", self._session.place):
            found = self._session.client().get_dataset(dataset_id)
            return _set(found, found.experiment_ids)

    def records(self, dataset_id: str, *, max_results: int = 500, token: str | None = None) -> RecordsPage:
        with problems.raised_as(f"Could not read dataset {dataset_id}", self._session.place):
            store: Any = self._session.client()._tracking_client.store
            found, following = store._load_dataset_records(dataset_id, max_results=max_results, page_token=token)
            return RecordsPage(tuple(_record(one) for one in found), following or None)

    def traces_in(self, dataset_id: str) -> frozenset[str]:
        found: set[str] = set()
        token: str | None = None
        while True:
            page = self.records(dataset_id, max_results=1000, token=token)
            found |= {record.trace_id for record in page.records if record.trace_id}
            token = page.next_token
            if token is None:
                return frozenset(found)

    def scorers(self, experiment_ids: Sequence[str]) -> tuple[Scorer, ...]:
        with problems.raised_as("Could not list the scorers", self._session.place):
            store: Any = self._session.client()._tracking_client.store
            if not hasattr(store, "list_scorers"):
                raise Problem(Kind.UNSUPPORTED, "Could not list the scorers", "This store keeps none.")
            return tuple(_scorer(one) for each in experiment_ids for one in store.list_scorers(each))


def _is_evaluation(run: Run) -> bool:
    """Whether an untagged run looks like one: it read an evaluation dataset, or all it has is what judges come to."""
    sources = [one.dataset.source_type for one in run.inputs.dataset_inputs] if run.inputs is not None else []
    metrics = run.data.metrics
    return _SET_SOURCE in sources or (bool(metrics) and all(key.endswith(_AGGREGATES) for key in metrics))


def _run(run: Run) -> EvaluationRun:
    info, tags = run.info, run.data.tags
    used = run.inputs.dataset_inputs if run.inputs is not None else []
    data = next((one.dataset for one in used if one.dataset.source_type == _SET_SOURCE), None)
    data = data or (used[0].dataset if used else None)
    source = loaded(data.source) if data is not None else None
    models = run.inputs.model_inputs if run.inputs is not None else []
    agents = [tags[key] for key in (f"mlflow.genaiEvaluate.{name}" for name in _AGENT_TAGS) if key in tags]
    return EvaluationRun(
        id=info.run_id,
        name=info.run_name or info.run_id,
        experiment_id=info.experiment_id,
        status=info.status,
        started_ms=info.start_time or 0,
        took_ms=info.end_time - info.start_time if info.end_time and info.start_time else None,
        means={key: float(value) for key, value in run.data.metrics.items()},
        dataset=data.name if data is not None else "",
        dataset_id=str(source.get("dataset_id") or "") if isinstance(source, Mapping) else "",
        agent=next(iter([*(one.model_id for one in models), *agents]), ""),
    )


def _set(one: EvaluationDataset, experiment_ids: Sequence[str]) -> EvaluationSet:
    profile = loaded(one.profile)
    return EvaluationSet(
        one.dataset_id,
        one.name,
        whole(profile.get("num_records")) if isinstance(profile, Mapping) else None,
        tags={str(key): str(value) for key, value in (one.tags or {}).items()},
        schema=one.schema or "",
        digest=one.digest or "",
        created_ms=one.created_time or 0,
        updated_ms=one.last_update_time or 0,
        created_by=one.created_by or "",
        experiment_ids=tuple(experiment_ids),
    )


def _record(one: DatasetRecord) -> SetRecord:
    source = one.source
    data = source.source_data if source is not None else {}
    return SetRecord(
        id=one.dataset_record_id,
        inputs=one.inputs,
        expectations=one.expectations or None,
        outputs=_unwrapped(one.outputs),
        tags={str(key): str(value) for key, value in (one.tags or {}).items()},
        source=str(getattr(source.source_type, "value", source.source_type)) if source is not None else "",
        trace_id=str((data or {}).get("trace_id") or ""),
        updated_ms=one.last_update_time or 0,
        updated_by=one.last_updated_by or "",
    )


def _unwrapped(outputs: object) -> object:
    """Outputs without the object that stores put around what is none; None where there are none."""
    held = outputs.get(_WRAPPED, outputs) if isinstance(outputs, Mapping) else outputs
    return None if held in ({}, "") else held


def _scorer(one: ScorerVersion) -> Scorer:
    """A scorer from what it was registered as; nothing of it is loaded as code."""
    text = one._serialized_scorer
    held = loaded(text)
    parts: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    part = next((key for key in _KINDS if parts.get(key)), "")
    about = parts.get(part)
    inner: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
    guided = inner.get("guidelines")
    says = "; ".join(map(str, guided)) if isinstance(guided, list) else str(guided or "")
    says = says or str(inner.get("instructions") or parts.get("description") or (about if inner is not about else ""))
    kind = str(parts.get("builtin_scorer_class") or inner.get("class") or _KINDS.get(part, ""))
    return Scorer(
        name=one.scorer_name,
        version=one.scorer_version,
        kind=f"{kind}, of sessions" if parts.get("is_session_level_scorer") else kind,
        model=str(inner.get("model") or ""),
        says=says,
        definition=json.dumps({k: v for k, v in parts.items() if v is not None}, indent=2, ensure_ascii=False) or text,
        created_ms=one.creation_time or 0,
        experiment_id=one.experiment_id,
    )
