"""Runs made up for tests, and pages of them."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.values import RunsPage, SparseNumbers, SparseTexts


@dataclass(frozen=True)
class MadeRun:
    """One run, plainly."""

    id: str
    name: str = ""
    status: str = "FINISHED"
    user: str = ""
    start: int = -1
    end: int = -1
    experiment: str = "1"
    lifecycle: str = "active"
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    dataset: str = ""
    models: int = 0

    def attribute(self, name: str) -> str | None:
        """A textual attribute by its canonical name, None where there is none."""
        tag = {
            "source": "mlflow.source.name",
            "version": "mlflow.source.git.commit",
            "note": "mlflow.note.content",
            "parent": "mlflow.parentRunId",
        }.get(name)
        if tag is not None:
            return self.tags.get(tag)
        return getattr(self, name, "") or None


def _texts(runs: Sequence[MadeRun], attribute: str) -> dict[str, SparseTexts]:
    columns: dict[str, SparseTexts] = {}
    for row, run in enumerate(runs):
        for key, value in getattr(run, attribute).items():
            column = columns.setdefault(key, SparseTexts(array("I"), []))
            column.rows.append(row)
            column.values.append(value)
    return columns


def page_of(runs: Sequence[MadeRun], next_token: str | None = None) -> RunsPage:
    """A page with these runs in this order."""
    metrics: dict[str, SparseNumbers] = {}
    for row, run in enumerate(runs):
        for key, value in run.metrics.items():
            column = metrics.setdefault(key, SparseNumbers(array("I"), array("d")))
            column.rows.append(row)
            column.values.append(value)
    with_dataset = [row for row, run in enumerate(runs) if run.dataset]
    return RunsPage(
        run_ids=[run.id for run in runs],
        experiment_ids=[run.experiment for run in runs],
        names=[run.name for run in runs],
        statuses=[run.status for run in runs],
        info={"user": [run.user for run in runs]},
        starts_ms=array("q", [run.start for run in runs]),
        ends_ms=array("q", [run.end for run in runs]),
        lifecycles=[run.lifecycle for run in runs],
        params=_texts(runs, "params"),
        metrics=metrics,
        tags=_texts(runs, "tags"),
        datasets=SparseTexts(array("I", with_dataset), [runs[row].dataset for row in with_dataset]),
        models=array("I", [run.models for run in runs]),
        next_token=next_token,
    )


def snapshot_of(runs: Sequence[MadeRun], page_size: int = 1000) -> FrameSnapshot:
    """A snapshot of a frame that took these runs in, page by page."""
    frame = RunsFrame()
    for first in range(0, len(runs), page_size):
        frame.append(page_of(runs[first : first + page_size]))
    return frame.snapshot()
