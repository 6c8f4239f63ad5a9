"""The column store: pages in any order of arrival against plain dictionaries of runs."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_runs import MadeRun, page_of, snapshot_of
from tui.domain.filter.names import Field
from tui.domain.runs import frame as frame_module
from tui.domain.runs.frame import RunsFrame
from tui.domain.runs.snapshot import FrameSnapshot
from tui.domain.runs.table import columns, default_columns, sought_first
from tui.domain.values import GOING_ON

_IDS = st.sampled_from([f"r{number}" for number in range(8)])
_VALUES = st.sampled_from(["a", "b", "1", ""])


@st.composite
def _runs(draw: st.DrawFn) -> MadeRun:
    return MadeRun(
        draw(_IDS),
        draw(st.sampled_from(["ox", "elk", ""])),
        draw(st.sampled_from(["RUNNING", "FINISHED"])),
        draw(st.sampled_from(["ana", ""])),
        draw(st.integers(-1, 5)),
        draw(st.integers(-1, 5)),
        metrics=draw(st.dictionaries(st.sampled_from(["m", "n"]), st.sampled_from([0.5, math.nan]))),
        params=draw(st.dictionaries(st.sampled_from(["p", "q"]), _VALUES)),
        tags=draw(st.dictionaries(st.sampled_from(["t", "mlflow.parentRunId"]), _VALUES)),
        dataset=draw(st.sampled_from(["", "d@1"])),
        models=draw(st.integers(0, 2)),
    )


_STEPS = st.lists(
    st.one_of(st.lists(_runs(), max_size=6), st.frozensets(_IDS, min_size=1, max_size=3)), min_size=1, max_size=12
)


def _same_number(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and math.isnan(one) and math.isnan(other))


def _check(snapshot: FrameSnapshot, runs: dict[str, MadeRun]) -> None:
    assert snapshot.run_count == len(runs)
    alive = np.flatnonzero(snapshot.alive).tolist()
    assert [snapshot.run_id(row) for row in alive] == list(runs)
    for row, run in zip(alive, runs.values(), strict=True):
        assert snapshot.row_of(run.id) == row
        assert snapshot.run_name(row) == run.name
        for name in ("status", "user", "experiment", "lifecycle", "dataset", "parent", "name", "id"):
            assert snapshot.texts(Field("attribute", name)).at(row) == run.attribute(name), name
        for kind, values in (("param", run.params), ("tag", run.tags)):
            for key in ("p", "q", "t", "mlflow.parentRunId", "unheard"):
                assert snapshot.texts(Field(kind, key)).at(row) == values.get(key)  # type: ignore[arg-type]
        for key in ("m", "n", "unheard"):
            numbers, present = snapshot.numbers(Field("metric", key))
            found = float(numbers[row]) if present[row] else None
            assert _same_number(found, run.metrics.get(key))
        for name, time in (("start", run.start), ("end", -1 if run.status in GOING_ON else run.end)):
            numbers, present = snapshot.numbers(Field("attribute", name))
            assert (numbers[row] if present[row] else -1) == time
        held = snapshot.values_of(run.id)
        assert held is not None
        assert (held.params, held.tags) == (run.params, run.tags)
        assert held.metrics.keys() == run.metrics.keys()
    for kind, name in (("metric", "metrics"), ("param", "params"), ("tag", "tags")):
        for key in snapshot.keys(name):
            fill = sum(key in getattr(run, name) for run in runs.values())
            assert snapshot.fill(Field(kind, key)) == fill  # type: ignore[arg-type]


@given(_STEPS, st.integers(2, 300))
@settings(max_examples=80, deadline=None)
def test_agrees_with_a_dictionary(steps: Sequence[list[MadeRun] | frozenset[str]], most_chunks: int) -> None:
    before = frame_module._MOST_CHUNKS, frame_module._SMALL_POOL
    frame_module._MOST_CHUNKS = frame_module._SMALL_POOL = most_chunks
    try:
        frame = RunsFrame()
        known: dict[str, MadeRun] = {}
        earlier: list[tuple[FrameSnapshot, dict[str, MadeRun]]] = []
        for step in steps:
            if isinstance(step, frozenset):
                assert frame.remove(step) == len(known.keys() & step)
                known = {run_id: run for run_id, run in known.items() if run_id not in step}
            else:
                frame.append(page_of(step))
                known = {**known, **{run.id: run for run in step}}
            assert len(frame) == len(known)
            earlier.append((frame.snapshot(), known))
            _check(*earlier[-1])
        for snapshot, runs in earlier:
            # What happened since does not show, except that runs taken away are no longer found by id.
            gone = runs.keys() - known.keys()
            alive = np.flatnonzero(snapshot.alive).tolist()
            assert [snapshot.run_id(row) for row in alive] == list(runs)
            for row in alive:
                run = runs[snapshot.run_id(row)]
                assert snapshot.run_name(row) == run.name
                assert snapshot.texts(Field("param", "p")).at(row) == run.params.get("p")
                assert run.id in gone or snapshot.texts(Field("attribute", "status")).at(row) == run.status
    finally:
        frame_module._MOST_CHUNKS, frame_module._SMALL_POOL = before


def test_the_same_page_again_changes_nothing() -> None:
    runs = [MadeRun(f"r{n}", params={"p": str(n)}, metrics={"m": float(n)}) for n in range(50)]
    frame = RunsFrame()
    frame.append(page_of(runs))
    assert len(frame) == 50
    first = columns(frame.snapshot())
    for _ in range(600):
        frame.append(page_of(runs[:7]))
    assert len(frame) == 50
    assert columns(frame.snapshot()) == first
    _check(frame.snapshot(), {run.id: run for run in runs})


def test_a_tag_that_changes_all_the_time_is_not_kept_for_ever() -> None:
    frame = RunsFrame()
    for beat in range(1200):
        frame.append(page_of([MadeRun(f"r{n}", tags={"beat": f"{beat}/{n}"}) for n in range(10)]))
    snapshot = frame.snapshot()
    assert len(snapshot.keys("tags").pools[0]) <= frame_module._SMALL_POOL + 20
    assert snapshot.texts(Field("tag", "beat")).at(3) == "1199/3"


def test_a_snapshot_is_the_same_until_something_changes() -> None:
    frame = RunsFrame()
    frame.append(page_of([MadeRun("a")]))
    first = frame.snapshot()
    assert frame.snapshot() is first
    frame.set_registered({"a": "churn v12 @champion", "zz": "x v1"})
    second = frame.snapshot()
    assert second.version > first.version
    assert second.texts(Field("attribute", "registered")).at(0) == "churn v12 @champion"
    assert first.texts(Field("attribute", "registered")).at(0) is None
    frame.append(page_of([MadeRun("zz")]))
    assert frame.snapshot().texts(Field("attribute", "registered")).at(1) == "x v1"
    frame.set_registered({"a": ""})
    assert frame.snapshot().texts(Field("attribute", "registered")).at(0) is None
    frame.clear()
    assert len(frame) == 0
    assert frame.snapshot().row_count == 0


def test_many_keys_are_not_made_dense() -> None:
    runs = [
        MadeRun(
            f"r{n}", params={f"key_{n}_{k}": "v" for k in range(40)}, metrics={f"m_{n}_{k}": 1.0 for k in range(40)}
        )
        for n in range(300)
    ]
    snapshot = snapshot_of(runs, page_size=100)
    found = columns(snapshot)
    assert len(found) > 24_000
    assert not any(info.constant for info in found if info.group in ("params", "metrics"))
    assert default_columns(snapshot)[:2] == ("name", "status")
    assert snapshot._kept_bytes < 100_000
    assert snapshot.texts(Field("param", "key_7_3")).at(7) == "v"


def test_columns_are_kept_within_bounds() -> None:
    runs = [MadeRun(f"r{n}", metrics={f"m{k}": float(n) for k in range(40)}) for n in range(200)]
    snapshot = snapshot_of(runs)
    small = 20 * 200 * 9
    import tui.domain.runs.snapshot as module

    before = module._MOST_KEPT
    module._MOST_KEPT = small
    try:
        for _ in range(2):
            for k in range(40):
                assert snapshot.numbers(Field("metric", f"m{k}"))[0][199] == 199.0
                assert snapshot._kept_bytes <= small
    finally:
        module._MOST_KEPT = before


def test_the_catalogue_tells_fill_and_constants() -> None:
    runs = [
        MadeRun("a", "x", user="ana", metrics={"auc": 0.5, "one": 1.0}, params={"lr": "1", "same": "s", "part": "p"},
                tags={"mlflow.user": "ana", "team": "t"}),
        MadeRun("b", "y", user="ana", metrics={"auc": 0.6, "one": 1.0}, params={"lr": "2", "same": "s"}),
    ]  # fmt: skip
    snapshot = snapshot_of(runs)
    found = {info.key: info for info in columns(snapshot)}
    assert (found["metrics.auc"].fill, found["metrics.auc"].constant) == (2, False)
    assert found["metrics.one"].constant
    assert found["params.same"].constant
    assert (found["params.part"].fill, found["params.part"].constant) == (1, False)
    assert found["user"].constant
    assert "tags.mlflow.user" not in found
    assert "tags.team" in found
    assert any(info.key == "tags.mlflow.user" and info.system for info in columns(snapshot, system_tags=True))
    assert default_columns(snapshot) == (
        "name", "status", "start", "took", "metrics.auc", "metrics.one", "params.lr", "params.part",
    )  # fmt: skip


def test_the_columns_shown_first_are_those_that_people_look_for() -> None:
    families = {f"per_class/recall_{n}": n / 7 for n in range(9)} | {f"layer_{n}_norm": n / 3 for n in range(9)}
    system = {"system/cpu": 1.0, "system/gpu_0_power": 2.0}
    runs = [
        MadeRun(
            f"r{n}",
            metrics={key: value + n for key, value in (families | system).items()}
            | {
                "val/auc": n / 5,
                "val/loss": n / 3,
                "zeta": float(n),
                "fixed": 1.0,
                "test_acc": n / 9,
                "epoch_no": 1.0 * n,
                "by_slice/a_precision": n / 7,
            },
            params={"lr": str(n), "a_path": f"/x/{n}", "zz_batch_size": str(n), "fixed": "1"}
            | {f"aug_{at}": str(n) for at in range(9)},
        )
        for n in range(3)
    ]
    runs.append(MadeRun("one", metrics={"aaa_rare": 1.0, "fixed": 1.0}, params={"fixed": "1"}))
    chosen = default_columns(snapshot_of(runs))
    metrics = [key for key in chosen if key.startswith("metrics.")]
    assert metrics[:6] == [
        "metrics.test_acc", "metrics.val/auc", "metrics.val/loss", "metrics.by_slice/a_precision", "metrics.epoch_no",
        "metrics.zeta",
    ]  # fmt: skip
    assert not any("system/" in key for key in chosen)
    params = [key for key in chosen if key.startswith("params.")]
    assert params[:3] == ["params.lr", "params.zz_batch_size", "params.a_path"]


def test_readers_are_not_disturbed_by_a_writer() -> None:
    frame = RunsFrame()
    failures: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            snapshot = frame.snapshot()
            texts = snapshot.texts(Field("param", "id"))
            for row in range(0, snapshot.row_count, 7):
                if texts.at(row) != snapshot.run_id(row):
                    failures.append(f"{row}: {texts.at(row)}")
            list(columns(snapshot))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    chance = random.Random(1)
    try:
        for beat in range(120):
            ids = [f"r{chance.randrange(2000)}" for _ in range(40)]
            frame.append(page_of([MadeRun(run_id, params={"id": run_id, f"k{beat}": "x"}) for run_id in ids]))
    finally:
        done.set()
        for reader in readers:
            reader.join(30)
    assert not failures


def test_metrics_are_offered_as_people_look_for_them() -> None:
    names = [f"per_class/{at}/f1" for at in range(10)] + ["system/gpu", "other", "val/auc", "loss"]
    ordered = ["loss", "val/auc", "other", *names[:10], "system/gpu"]
    assert sought_first(names) == ordered
