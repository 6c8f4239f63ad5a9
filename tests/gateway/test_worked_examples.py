"""What the docs show of the sample store is what is there."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.gateway.conftest import open_session
from tests.support.readme import DOCS
from tests.support.sample import sample
from tui.demo.samples import Sample
from tui.domain.preview.values import TableBody
from tui.gateway.artifacts.client import ClientArtifacts
from tui.services.compared_files import Side, listed, read_pair

__all__ = ["sample"]  # a fixture

TEXT = (DOCS / "comparing.md").read_text(encoding="utf-8")


@pytest.fixture
def sides(sample: Sample) -> Mapping[str, Side]:
    """The runs of the docs' example by name."""
    session = open_session(sample.tracking_uri)
    client = session.client()
    weekly = client.get_experiment_by_name("churn/weekly")
    assert weekly is not None
    artifacts = ClientArtifacts(session)
    runs = client.search_runs([weekly.experiment_id], max_results=1000)
    return {run.info.run_name: Side(artifacts, run.info.run_id) for run in runs}


def test_the_files_of_the_example_differ_as_shown(sides: Mapping[str, Side]) -> None:
    first, second = sides["gallant-ox-12"], sides["brave-elk-771"]
    (pair,) = (pair for pair in listed(first, second).pairs if pair.path.endswith("/train.yaml"))
    body = read_pair(first, second, pair).change(everything=False).body
    assert isinstance(body, TableBody)
    block = TEXT[TEXT.index("path            gallant-ox-12") :].split("```")[0]
    told = [tuple(re.split(r"\s{2,}", line, maxsplit=3)) for line in block.strip().splitlines()[1:]]
    assert told == list(zip(*body.cells, strict=True))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("tables/predictions.csv", "customer C-000007 · score"),
        ("tables/predictions.parquet", "customer C-000007 · score"),
    ],
)
def test_rows_of_the_example_s_tables_are_matched_as_told(sides: Mapping[str, Side], path: str, said: str) -> None:
    assert said in TEXT
    first, second = sides["gallant-ox-12"], sides["brave-elk-771"]
    (pair,) = (pair for pair in listed(first, second).pairs if pair.path == path)
    body = read_pair(first, second, pair).change(everything=False).body
    assert isinstance(body, TableBody)
    assert said in body.cells[0]


def test_models_of_before_and_after_mlflow_3_are_held_against_each_other(sides: Mapping[str, Side]) -> None:
    names = sorted(name for name in sides if name.startswith("weekly-"))
    pairs = listed(sides[names[-1]], sides[names[0]]).pairs
    (pair,) = (pair for pair in pairs if pair.path == "model/MLmodel")
    assert pair.first is not None and pair.second is not None
    assert {pair.first.root.kind, pair.second.root.kind} == {"run", "model"}
