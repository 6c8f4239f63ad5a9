"""The sample store holds every feature that it promises, and is made once, wholly, and by one at a time."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.sample import sample
from tui.demo import samples
from tui.demo import samples as demo
from tui.demo.sample import process
from tui.demo.samples import Progress, ProgressLine, Sample, ensure_sample
from tui.domain.problem import Kind, Problem

__all__ = ["sample"]  # a fixture

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and file locks of POSIX")


# -- what is in it ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(sample: Sample) -> Iterator[Any]:
    import mlflow
    from mlflow import MlflowClient

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    # Some of the client's calls resolve logged models through the global URIs.
    mlflow.set_tracking_uri(sample.tracking_uri)
    mlflow.set_registry_uri(sample.tracking_uri)
    yield MlflowClient(sample.tracking_uri, registry_uri=sample.tracking_uri)
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


@pytest.fixture(scope="module")
def experiments(client: Any) -> dict[str, Any]:
    return {found.name: found for found in client.search_experiments(view_type=3)}


@pytest.fixture(scope="module")
def runs(client: Any, experiments: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Runs by experiment, active and deleted."""
    return {
        name: list(client.search_runs([found.experiment_id], run_view_type=3, max_results=5000))
        for name, found in experiments.items()
    }


def named(runs: list[Any], name: str) -> Any:
    (found,) = [run for run in runs if run.info.run_name == name]
    return found


def test_experiments_are_a_tree_with_one_deleted_one_empty_and_odd_names(
    experiments: dict[str, Any], runs: dict[str, list[Any]]
) -> None:
    assert {"churn/weekly", "churn/backfill", "fraud", "pricing", "scratch/empty"} <= set(experiments)
    assert experiments["churn/2025-pilot"].lifecycle_stage == "deleted"
    assert runs["scratch/empty"] == []
    assert "# Weekly churn" in experiments["churn/weekly"].tags["mlflow.note.content"]
    odd = "".join(name for name in experiments if name.startswith("hostile/"))
    assert all(text in odd for text in ("解約", "🐙", "\x1b[31m", "[bold]", "\u202e", "\n"))
    assert max(map(len, experiments)) > 400


def test_times_spread_over_the_past_and_never_lie_in_the_future(
    client: Any, experiments: dict[str, Any], runs: dict[str, list[Any]]
) -> None:
    now = int(time.time() * 1000)
    created = [found.creation_time for found in experiments.values()]
    versions = client.search_model_versions("name = 'churn'")
    stamps = created + [version.creation_timestamp for version in versions]
    stamps += [run.info.start_time for found in runs.values() for run in found]
    stamps += [run.info.end_time for found in runs.values() for run in found if run.info.end_time]
    assert max(stamps) <= now
    assert max(created) - min(created) > 30 * 86_400_000
    assert max(v.creation_timestamp for v in versions) - min(v.creation_timestamp for v in versions) > 60 * 86_400_000
    model = client.get_registered_model("churn")
    assert model.last_updated_timestamp >= max(version.creation_timestamp for version in versions)
    for name, found in runs.items():
        assert all(experiments[name].creation_time <= run.info.start_time for run in found), name


def test_runs_are_in_every_state_by_several_people(runs: dict[str, list[Any]]) -> None:
    everything = [run for found in runs.values() for run in found]
    assert {run.info.status for run in everything} == {"FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED"}
    assert {run.info.user_id for run in everything} >= {"ana", "ben", "ci"}
    deleted = Counter(name for name, found in runs.items() for run in found if run.info.lifecycle_stage == "deleted")
    assert set(deleted) >= {"churn/weekly", "churn/backfill", "pricing"}
    assert all(run.info.end_time for run in everything if run.info.status in ("FINISHED", "FAILED", "KILLED"))


def test_the_sweep_has_some_200_runs_on_two_levels(runs: dict[str, list[Any]]) -> None:
    weekly = runs["churn/weekly"]
    parent = named(weekly, "sweep-41")
    of = {run.info.run_id: run.data.tags.get("mlflow.parentRunId") for run in weekly}
    trials = [run for run, above in of.items() if above == parent.info.run_id]
    folds = [run for run, above in of.items() if above in trials]
    assert (len(trials), len(folds)) == (188, 12)
    assert max(len(run.data.metrics) for run in weekly if run.info.run_id in trials) >= 3


def test_curves_are_long_and_carry_nan_and_infinity(client: Any, runs: dict[str, list[Any]]) -> None:
    long = client.get_metric_history(named(runs["fraud"], "tx-transformer-long").info.run_id, "loss")
    assert len(long) == 4000
    assert [point.step for point in long] == list(range(4000))
    blown = named(runs["fraud"], "tx-transformer-fp16").info.run_id
    assert any(math.isnan(point.value) for point in client.get_metric_history(blown, "loss"))
    # SQL stores write infinity as the largest number there is.
    assert any(point.value > 1e308 for point in client.get_metric_history(blown, "grad_norm"))
    assert any(point.value < -1e308 for point in client.get_metric_history(blown, "margin"))
    odd = client.get_metric_history(named(runs["fraud"], "params-of-all-shapes").info.run_id, "resumed")
    assert sorted(point.step for point in odd) == [-5, 0, 2**40]


def test_curves_agree_with_the_final_metric(client: Any, runs: dict[str, list[Any]]) -> None:
    best = named(runs["churn/weekly"], "gallant-ox-12")
    history = client.get_metric_history(best.info.run_id, "val_auc")
    assert len(history) == 60
    assert history[-1].value == best.data.metrics["auc"] == 0.9341
    assert any(key.startswith("system/cpu_utilization") for key in best.data.metrics)


def test_params_come_in_all_shapes(runs: dict[str, list[Any]]) -> None:
    params = named(runs["fraud"], "params-of-all-shapes").data.params
    assert max(map(len, params.values())) == 6000
    assert json.loads(params["json"])["encoder"]
    assert "\n" in params["sql"] and params["float.scientific"] == "1e-5" and params["empty"] == ""
    first, second = (named(runs["fraud"], f"tx-transformer-{n}").data.params for n in (1, 2))
    assert len(first) == 126
    assert sum(first[key] != second[key] for key in first) == 9


def test_datasets_notes_and_sources_are_recorded(runs: dict[str, list[Any]]) -> None:
    long = named(runs["fraud"], "tx-transformer-long")
    contexts = {used.tags[0].value: used.dataset.name for used in long.inputs.dataset_inputs}
    assert contexts == {"training": "transactions", "validation": "transactions_recent", "test": "chargebacks"}
    best = named(runs["churn/weekly"], "gallant-ox-12").data.tags
    assert "| segment" in best["mlflow.note.content"]
    assert len(best["mlflow.source.git.commit"]) == 40
    kinds = {run.data.tags["mlflow.source.type"] for found in runs.values() for run in found}
    assert kinds == {"LOCAL", "JOB", "PROJECT", "NOTEBOOK"}


def test_parents_that_make_no_sense_are_there(runs: dict[str, list[Any]]) -> None:
    (odd,) = [found for name, found in runs.items() if name.startswith("hostile/[bold]")]
    parent = {run.info.run_name: run.data.tags.get("mlflow.parentRunId") for run in odd}
    number = {run.info.run_name: run.info.run_id for run in odd}
    assert parent["own parent"] == number["own parent"]
    assert (parent["egg"], parent["hen"]) == (number["hen"], number["egg"])
    assert parent["orphan"] not in number.values()
    names = "".join(number)
    assert all(text in names for text in ("解約", "🚀", "\x1b[2J", "[/]", "\u202e", "\u200b", "\n", "x" * 240))


def test_artifacts_are_of_every_kind(client: Any, runs: dict[str, list[Any]]) -> None:
    run_id = named(runs["churn/weekly"], "gallant-ox-12").info.run_id

    def files(path: str = "") -> Iterator[str]:
        for found in client.list_artifacts(run_id, path or None):
            if found.is_dir:
                yield from files(found.path)
            else:
                yield found.path

    paths = list(files())
    endings = {Path(path).suffix for path in paths}
    assert endings >= {".md", ".html", ".json", ".yaml", ".toml", ".txt", ".log", ".jsonl", ".py", ".sql", ".ipynb"}
    assert endings >= {".csv", ".tsv", ".parquet", ".png", ".svg", ".jpg", ".webp", ".gif", ".bin"}
    assert any(path.count("/") >= 6 for path in paths)
    assert sum(path.startswith("shards/") for path in paths) == 120


def test_models_were_really_trained_and_carry_signature_and_example(client: Any) -> None:
    import mlflow.sklearn
    from mlflow.models import Model

    champion: Any = Model.load("models:/churn@champion")
    older: Any = Model.load("models:/churn/11")
    inputs = champion.get_input_schema().input_names()
    assert (len(inputs), inputs[-1]) == (9, "tenure_days")
    assert len(older.get_input_schema().inputs) == 8
    example = champion.load_input_example()
    assert len(mlflow.sklearn.load_model("models:/churn@champion").predict(example)) == len(example) == 3
    old = client.get_model_version("churn", "1")
    assert old.source.startswith("runs:/")
    assert "MLmodel" in {Path(found.path).name for found in client.list_artifacts(old.run_id, "model")}


def test_registered_models_have_versions_and_aliases(client: Any) -> None:
    models = {found.name: client.get_registered_model(found.name) for found in client.search_registered_models()}
    assert set(models) >= {"churn", "fraud_score", "pricing", "ltv"}
    assert {key: str(value) for key, value in models["churn"].aliases.items()} == {
        "baseline": "1",
        "rollback": "11",
        "champion": "12",
        "eu-prod": "12",
        "shadow": "13",
        "challenger": "14",
    }
    versions = {int(found.version): found for found in client.search_model_versions("name = 'churn'")}
    assert sorted(versions) == [n for n in range(1, 15) if n != 3]
    assert versions[12].current_stage == "Production"
    assert versions[12].description and versions[12].tags["approved_by"] == "ben"
    assert "champion" not in models["pricing"].aliases
    failed = client.get_model_version("pricing", "3").source.removeprefix("models:/")
    assert str(client.get_logged_model(failed).status) in ("FAILED", "LoggedModelStatus.FAILED")
    assert client.search_model_versions("name = 'ltv'") == []
    assert any("\x1b" in name and "[bold]" in name for name in models)
    assert [found.name for found in client.search_prompts()] == ["support_reply", "support_triage"]


def test_traces_of_a_day_are_judged_linked_and_evaluated(client: Any, experiments: dict[str, Any]) -> None:
    support = experiments["support/agent"].experiment_id

    def found(filter_string: str = "") -> list[Any]:
        traces: list[Any] = []
        token = None
        while True:
            page = client.search_traces(
                locations=[support], filter_string=filter_string, max_results=500, page_token=token, include_spans=False
            )
            traces += page
            token = page.token
            if not token:
                return traces

    every = found()
    names = {trace.info.tags["mlflow.traceName"] for trace in every if trace.info.state.value != "IN_PROGRESS"}
    assert len(every) == 576 + 2 * 12 and names == {"agent.run", "rag.answer", "chat.turn"}
    assert 5 < len(found("trace.status = 'ERROR'")) < 60
    assert [trace.info.state.value for trace in every].count("IN_PROGRESS") == 1
    assert len({trace.info.trace_metadata.get("mlflow.trace.session") for trace in every}) > 20
    assert len(found("prompt = 'support_reply/2'")) > 100 and found("prompt = 'support_reply/1'")
    judged = [trace for trace in every if trace.info.assessments]
    assert len(judged) > 100
    runs = client.search_runs([support], "tags.`mlflow.runType` = 'genai_evaluate'")
    assert {run.info.run_name for run in runs} == {"eval-agent-v1", "eval-agent-v2"}
    for run in runs:
        assert len(found(f"metadata.`mlflow.sourceRun` = '{run.info.run_id}'")) == 12
    (dataset,) = client.search_datasets(experiment_ids=[support])
    assert (dataset.name, len(dataset.records)) == ("support_questions", 12)
    trace = client.get_trace(judged[0].info.trace_id, display=False)
    assert len(trace.data.spans) >= 2 and trace.data.spans[0].parent_id is None
    failed = client.get_trace(found("trace.status = 'ERROR'")[0].info.trace_id, display=False)
    assert any(event.name == "exception" for span in failed.data.spans for event in span.events)


# -- how it is made -----------------------------------------------------------------------------------------------


def test_nothing_but_the_store_is_left(sample: Sample) -> None:
    assert {entry.name for entry in sample.folder.iterdir()} == {samples.MARKER, samples.DATABASE, "artifacts"}
    assert samples.is_current(sample.folder)


def test_opening_it_again_starts_no_process(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert ensure_sample(sample.folder) == sample


class Maker:
    """Stands in for the process: makes a database that says how often it was made."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, place: Path, held: int, report: process.Report) -> None:
        self.made += 1
        report("making", 1, 1)
        (place / samples.DATABASE).write_text(str(self.made))
        samples.finish(place, built_at_ms=int(time.time() * 1000))


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    found = Maker()
    monkeypatch.setattr(process, "make", found)
    return found


def test_it_is_made_once_and_fresh_makes_it_again(maker: Maker, tmp_path: Path) -> None:
    place = tmp_path / "not yet" / "there"
    told: list[Progress] = []
    first = ensure_sample(place, report=told.append)
    assert ensure_sample(place) == first
    assert (maker.made, told) == (1, [Progress("making", 1, 1)])
    (place / "stale").mkdir()
    ensure_sample(place, fresh=True)
    assert maker.made == 2
    assert not (place / "stale").exists()


def test_the_default_folder_is_the_persons_own(maker: Maker, calm_environment: Path) -> None:
    assert ensure_sample().folder == calm_environment / ".data" / "mlflow-deck" / "sample"


@pytest.mark.parametrize("change", [{"sample": 0}, {"mlflow": "1.0"}, {"folder": "/elsewhere"}, {"complete": False}])
def test_what_another_version_made_or_left_unfinished_is_remade(
    maker: Maker, tmp_path: Path, change: dict[str, object]
) -> None:
    place = tmp_path / "sample"
    ensure_sample(place)
    said = json.loads((place / samples.MARKER).read_text())
    (place / samples.MARKER).write_text(json.dumps(said | change))
    ensure_sample(place)
    assert maker.made == 2


def test_a_store_whose_database_is_gone_is_remade(maker: Maker, tmp_path: Path) -> None:
    place = tmp_path / "sample"
    ensure_sample(place)
    (place / samples.DATABASE).unlink()
    ensure_sample(place)
    assert maker.made == 2


@pytest.mark.parametrize("name", ["thesis.txt", samples.MARKER])
def test_a_folder_with_somebody_elses_files_is_left_alone(maker: Maker, tmp_path: Path, name: str) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / name).write_text("precious")
    with pytest.raises(Problem, match="did not make") as caught:
        ensure_sample(place, fresh=True)
    assert caught.value.kind is Kind.STORE_UNREADABLE
    assert (place / name).read_text() == "precious"
    assert maker.made == 0


def test_links_in_the_folder_are_removed_and_not_followed(maker: Maker, tmp_path: Path) -> None:
    place, other = tmp_path / "sample", tmp_path / "other"
    ensure_sample(place)
    other.mkdir()
    (other / "kept.txt").write_text("kept")
    (place / "link").symlink_to(other, target_is_directory=True)
    ensure_sample(place, fresh=True)
    assert (other / "kept.txt").read_text() == "kept"


def test_two_at_once_make_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "sample"
    maker, waiting = Maker(), threading.Event()

    def make_while_another_waits(place: Path, held: int, report: process.Report) -> None:
        threading.Thread(target=other).start()
        assert waiting.wait(30), "the second never said that it waits"
        maker(place, held, report)

    def other() -> None:
        found.append(ensure_sample(place, fresh=True, report=lambda told: waiting.set()))
        done.set()

    found: list[Sample] = []
    done = threading.Event()
    monkeypatch.setattr(process, "make", make_while_another_waits)
    found.append(ensure_sample(place, fresh=True))
    assert done.wait(30), "the second never came to its end"
    assert found[0] == found[1]
    assert maker.made == 1


def test_a_full_disk_is_said_before_anything_is_touched(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "sample"
    ensure_sample(place)
    monkeypatch.setattr(demo, "ROOM_BYTES", 1 << 62)
    with pytest.raises(Problem, match="is full"):
        ensure_sample(place, fresh=True)
    assert samples.is_current(place)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written") as caught:
        ensure_sample(tmp_path / "file" / "sample")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(28, "No space left on device"), Kind.STORE_UNREADABLE, "is full"),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), Kind.STORE_UNREADABLE, "is full"),
        (PermissionError(13, "Permission denied"), Kind.STORE_UNREADABLE, "Permission denied"),
        (RuntimeError("attempt to write a readonly database"), Kind.STORE_UNREADABLE, "cannot be written"),
        (ValueError("first\nsecond"), Kind.INTERNAL, "ValueError: first"),
    ],
)
def test_what_went_wrong_is_told_by_its_cause(error: Exception, kind: Kind, words: str) -> None:
    wrapped = RuntimeError("outer")
    wrapped.__cause__ = error
    problem = process.explain(error if kind is Kind.INTERNAL else wrapped, Path("/place"))
    assert (problem.kind, words in problem.message) == (kind, True), problem


def test_an_installation_without_mlflow_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken" / "mlflow"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("print('noise')\nraise AttributeError('numpy is too new')\n")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    place = tmp_path / "sample"
    with pytest.raises(Problem, match="could not be imported: numpy is too new"):
        ensure_sample(place)
    assert not place.exists()


def test_ctrl_c_ends_the_process_and_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    place = tmp_path / "sample"
    with pytest.raises(KeyboardInterrupt):
        ensure_sample(place, report=interrupt)
    assert {entry.name for entry in tmp_path.iterdir()} == {"sample.lock"}


def test_a_process_that_dies_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Problem, match="ended with status 1"):
        ensure_sample(tmp_path / "sample")
    assert not (tmp_path / "sample").exists()


@posix_only
def test_the_process_outlives_a_killed_deck_only_until_it_notices(tmp_path: Path) -> None:
    import fcntl

    place = tmp_path / "sample"
    code = f"from pathlib import Path; from tui.demo.samples import *; ensure_sample(Path({str(place)!r}), report=told)"
    deck = subprocess.Popen(
        [sys.executable, "-c", f"told = lambda p: print(p, flush=True); {code}"], stdout=subprocess.PIPE, text=True
    )
    assert deck.stdout is not None
    assert deck.stdout.readline() == "Loading MLflow\n"
    deck.send_signal(signal.SIGKILL)
    deck.wait()
    deck.stdout.close()
    with (tmp_path / "sample.lock").open() as lock:
        # The process holds the lock for as long as it lives.
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not place.exists()


# -- how it is shown ----------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stream that is a terminal and takes all characters."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_that_is_taken_away_again() -> None:
    stream = Terminal()
    with ProgressLine(stream, columns=70, seconds=iter([50.0, 59.0, 59.0]).__next__) as show:
        show(Progress("Loading MLflow", 0, 0))
        show(Progress("database", 0, 10))
        show(Progress("churn/weekly", 5, 10))
        show(Progress("x", 10, 10))
    drawn = stream.getvalue()
    assert "\n" not in drawn
    frames = drawn.split("\r")
    assert frames[1] == "Loading MLflow"
    assert frames[3] == f"Making the sample store  {'━' * 10}{'─' * 10}  50 % · 9s left  churn/weekly"[:69]
    assert all(len(frame) < 70 for frame in frames)
    assert frames[-2].strip() == "" and frames[-1] == ""


def test_progress_elsewhere_is_a_line_for_each_step() -> None:
    stream = io.StringIO()
    with ProgressLine(stream) as show:
        for done in range(3):
            show(Progress("churn", done, 5))
        show(Progress("fraud", 3, 5))
    assert stream.getvalue() == "churn  0 %\nfraud  60 %\n"
