"""The tabs in which a run is shown: what they are called, and how much is in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.domain.runs.metric_rows import SYSTEM
from tui.domain.values import RunDetail

TITLES: Mapping[str, str] = {
    "overview": "Overview",
    "params": "Params",
    "metrics": "Metrics",
    "system": "System",
    "tags": "Tags",
    "datasets": "Datasets",
    "note": "Note",
    "artifacts": "Artifacts",
}


def counts(detail: RunDetail, tabs: Sequence[str]) -> dict[str, int | None]:
    """How many things are in each tab, None where counting means nothing.

    Where system metrics have no tab of their own they are among the metrics.
    """
    system = sum(metric.key.startswith(SYSTEM) for metric in detail.metrics)
    known = {
        "params": len(detail.params),
        "metrics": len(detail.metrics) - (system if "system" in tabs else 0),
        "system": system,
        "tags": sum(key != "mlflow.note.content" for key in detail.tags),
        "datasets": len(detail.datasets),
        "note": None if detail.note else 0,
    }
    return {tab: known.get(tab) for tab in tabs}
