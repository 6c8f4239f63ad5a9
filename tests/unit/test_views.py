"""Named views: in a file that people edit, and in the tags where MLflow's web UI keeps its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tui.domain.columns import Arrangement, Look
from tui.domain.places import PlaceKind, parse_place
from tui.domain.problem import Problem
from tui.domain.views import View, default_of, from_plain, put_on, to_plain
from tui.domain.web_views import RUNS, TRACES, deflated, inflated, new_id, refusal, tag_of, view_of, views_in
from tui.services.state_files import ViewFile

LOOK = Look(
    Arrangement(
        ("start", "metrics.val_auc"), {"start": 9}, (("metrics.val_auc", True), ("start", False)), {"tree": False}
    ),
    filter="val_auc > 0.9",
    marks=("a1",),
)
GOOD = View("Good runs", "runs", LOOK, "churn/*", default=True)

# as the web UI writes it, with parts that the deck has no place for
WEB_STATE = {
    "searchFilter": "metrics.acc > 0.6",
    "orderByKey": "metrics.`loss`",
    "orderByAsc": True,
    "startTime": "ALL",
    "lifecycleFilter": "Active",
    "selectedColumns": ["attributes.`Source`", "metrics.`acc`", "params.`lr`", "tags.`team`", "attributes.`Odd`"],
    "columnOrder": [],
    "columnWidths": {"metrics.`acc`": 160, "attributes.`Odd`": 77},
    "groupBy": {"aggregateFunction": "max", "groupByKeys": [{"mode": "param", "groupByData": "opt"}]},
    "compareRunCharts": [{"uuid": "1", "type": "BAR", "metricKey": "acc"}],
    "globalLineChartConfig": {"xAxisKey": "time", "lineSmoothness": 40, "selectedXAxisMetricKey": ""},
    "runsHiddenMode": "FIRST_10_RUNS",
}


def tag(name: str, state: object, made: int = 1) -> str:
    return json.dumps({"name": name, "createdAt": made, "state": state})


# the file


def test_a_view_says_itself_in_a_file_and_is_read_back() -> None:
    assert from_plain(yaml.safe_load(yaml.safe_dump(to_plain(GOOD)))) == GOOD
    assert to_plain(GOOD)["sort"] == ["-metrics.val_auc", "start"]
    assert "default" not in to_plain(replace(GOOD, default=False))


def test_a_list_begins_with_the_view_of_its_own_name_before_one_of_a_pattern() -> None:
    everywhere = replace(GOOD, name="plain", where="")
    own = replace(GOOD, name="own", where="churn/weekly")
    asked = [everywhere, GOOD, own, replace(own, name="no default", default=False)]
    assert default_of(asked, "runs", "churn/weekly") == own
    assert default_of(asked, "runs", "churn/backfill") == GOOD
    assert default_of(asked, "runs", "pricing") == everywhere
    assert default_of(asked, "models", "pricing") is None


def test_a_view_leaves_alone_what_a_list_keeps_of_its_own_rows() -> None:
    before = Arrangement(more={"pinned": ["a"], "tree": True})
    assert put_on(Arrangement(("x",), more={"tree": False, "pinned": ["b"]}), before) == Arrangement(
        ("x",), more={"tree": False, "pinned": ["a"]}
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("views: [", "line 1"),
        ("views:\n- name: x\n  of: [", "line 3"),
        ("- a", "it should say “views:”"),
        ("views: 3", "it should say “views:”"),
    ],
)
def test_a_file_that_is_none_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "views.yaml").write_text(text)
    with pytest.raises(Problem, match=said):
        ViewFile(tmp_path / "views.yaml").views()


def test_an_entry_that_is_no_view_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    file = ViewFile(tmp_path / "views.yaml")
    (tmp_path / "views.yaml").write_text(
        "views:\n- of: runs\n- name: a\n  of: runs\n- name: b\n  of: runs\n  sort: 3\n"
    )
    assert [view.name for view in file.views()] == ["a"]
    assert "line 2: this entry has no “name”" in file.faults[0]
    assert "line 5" in file.faults[1] and "a list of columns" in file.faults[1]


def test_a_view_is_kept_in_its_place_and_all_that_others_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "dotfiles" / "views.yaml"
    linked = tmp_path / "views.yaml"
    path.parent.mkdir()
    path.write_text(
        "# ours\nother: 1  # stays\nviews:\n  # the first\n  - name: a\n    of: runs\n    columns: [x]  # mine\n"
        "\n  # the second\n  - name: b\n    of: runs\nlast: {k: v}  # too\n"
    )
    linked.symlink_to(path)
    file = ViewFile(linked)
    file.save(View("a", "runs", Look(Arrangement(("y",)))))
    file.save(GOOD)
    text = path.read_text()
    for kept in ("# ours", "other: 1  # stays", "# the first", "  # the second\n  - name: b\n    of: runs\n", "# too"):
        assert kept in text
    assert linked.is_symlink()
    assert [(view.name, view.look.arrangement.columns) for view in file.views()] == [
        ("a", ("y",)), ("b", ()), ("Good runs", ("start", "metrics.val_auc")),
    ]  # fmt: skip
    assert file.views()[2] == GOOD
    file.delete(View("a", "runs", Look()))
    assert [view.name for view in file.views()] == ["b", "Good runs"]
    assert "# the second" in path.read_text() and yaml.safe_load(path.read_text())["last"] == {"k": "v"}
    for view in file.views():
        file.delete(view)
    assert file.views() == () and yaml.safe_load(path.read_text())["other"] == 1


def test_a_first_view_makes_the_file_and_a_list_in_one_line_is_written_anew(tmp_path: Path) -> None:
    file = ViewFile(tmp_path / "new" / "views.yaml")
    assert file.views() == ()
    file.save(GOOD)
    assert file.views() == (GOOD,)
    (tmp_path / "new" / "views.yaml").write_text("views: [{name: a, of: runs}]\n")
    file.save(GOOD)
    assert [view.name for view in file.views()] == ["a", "Good runs"]


def test_a_file_that_cannot_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="views_file") as told:
        ViewFile(tmp_path / "file" / "views.yaml").save(GOOD)
    assert told.value.title == "The view was not kept"


# those of the web UI


def test_what_the_web_ui_keeps_is_read_as_the_deck_shows_it() -> None:
    view = view_of("17a", tag("Good", deflated(WEB_STATE)), RUNS, "churn")
    assert view is not None
    look = view.look
    assert (view.name, view.of, view.where, view.id) == ("Good", "runs", "churn", "17a")
    assert look.arrangement.columns == ("source", "metrics.acc", "params.lr", "tags.team")
    assert look.arrangement.sort == (("metrics.loss", False),)
    assert look.arrangement.widths == {"metrics.acc": 20}
    assert look.server_filter == "metrics.acc > 0.6"
    assert look.arrangement.more == {"group_by": ["params.opt"], "charts": {"axis": "wall clock", "weight": 0.4}}


def test_a_view_unchanged_is_written_as_it_was_and_what_has_no_place_here_stays_in_one_that_is_changed() -> None:
    before = tag("Good", deflated(WEB_STATE), 5)
    view = view_of("17a", before, RUNS, "churn")
    assert view is not None
    same = json.loads(tag_of(view, RUNS, before, 9))
    assert (same["createdAt"], same["updatedAt"], same["name"]) == (5, 9, "Good")
    written = inflated(same["state"])
    assert written is not None
    assert {key: value for key, value in written.items() if key != "mlflowDeck"} == WEB_STATE
    arrangement = replace(
        view.look.arrangement, columns=("metrics.acc", "status"), sort=(("start", True),), widths={"metrics.acc": 5}
    )
    changed = replace(view, look=replace(view.look, arrangement=arrangement, filter="has:note", server_filter=""))
    state = inflated(json.loads(tag_of(changed, RUNS, before, 9))["state"])
    assert state is not None
    assert state["selectedColumns"] == ["metrics.`acc`", "attributes.`Odd`"], "status is no column of the web UI"
    assert state["columnWidths"] == {"metrics.`acc`": 40, "attributes.`Odd`": 77}
    assert (state["orderByKey"], state["orderByAsc"], state["searchFilter"]) == ("attributes.start_time", False, "")
    for kept in ("compareRunCharts", "runsHiddenMode", "startTime", "groupBy", "globalLineChartConfig"):
        assert state[kept] == WEB_STATE[kept]
    # What only the deck shows comes back to it, until somebody changes the rest.
    again = view_of("17a", tag("Good", json.dumps(state)), RUNS, "churn")
    assert again is not None and again.look == changed.look
    other = view_of("17a", tag("Good", json.dumps({**state, "searchFilter": "metrics.acc > 1"})), RUNS, "churn")
    assert other is not None and (other.look.server_filter, other.look.filter) == ("metrics.acc > 1", "")


def test_views_are_listed_as_the_web_ui_lists_them() -> None:
    tags = {
        "mlflow.sharedViewState.1": tag("first", "{}", 1),
        "mlflow.sharedViewState.2": tag("second", deflated({}), 2),
        "mlflow.sharedViewState.3": deflated(WEB_STATE),  # opens by its link only
        "mlflow.sharedViewState.4": json.dumps({"name": "no time", "state": "{}"}),
        "mlflow.sharedViewState.5": tag("unreadable", "deflate;@@"),
        "mlflow.sharedViewState.": tag("no id", "{}"),
        "mlflow.tracesV4ViewState.6": tag("traces", json.dumps({"single": {"q": "question 3"}}), 6),
        "mlflow.note.content": "a note",
    }
    assert [view.name for view in views_in(tags, RUNS, "churn")] == ["second", "first"]
    assert view_of("3", tags["mlflow.sharedViewState.3"], RUNS, "") is not None
    assert [view.look.filter for view in views_in(tags, TRACES, "churn")] == ["question 3"]


@pytest.mark.parametrize("value", ["", "deflate;", "deflate;AAAA", "[1]", "{", "3", "deflate;" + "A" * 40, "null"])
def test_a_state_that_cannot_be_read_is_no_view(value: str) -> None:
    assert inflated(value) is None
    assert view_of("1", tag("x", value), RUNS, "") is None


def test_a_state_that_unfolds_without_end_is_not_unfolded() -> None:
    assert inflated(deflated({"x": "a" * 5_000_000})) is None


def test_a_view_of_traces_keeps_what_the_deck_does_not_show() -> None:
    state = {"single": {"q": "refund", "cols": "start_time,input,metadata", "sort": "duration", "dir": "asc",
                        "startTimeLabel": "LAST_HOUR"}, "multi": {"tag": ["a"]}, "filters": [1]}  # fmt: skip
    before = tag("slow", json.dumps(state))
    view = view_of("9", before, TRACES, "agent")
    assert view is not None
    assert view.look == Look(Arrangement(("age", "exchange"), sort=(("took", False),)), "refund")
    look = replace(view.look, arrangement=Arrangement(("age", "name"), sort=(("cost", True),)), filter="")
    written = inflated(json.loads(tag_of(replace(view, look=look), TRACES, before, 3))["state"])
    assert written is not None
    single = {"cols": "start_time,trace_name,metadata", "sort": "cost", "dir": "desc", "startTimeLabel": "LAST_HOUR"}
    assert {key: value for key, value in written.items() if key != "mlflowDeck"} == {**state, "single": single}


def test_what_the_web_ui_could_not_keep_is_refused() -> None:
    assert "characters" in refusal(GOOD, "x" * 20_001, [])
    assert "of that name" in refusal(GOOD, "x", ["Good runs"])
    assert "40 views" in refusal(GOOD, "x", [str(number) for number in range(40)])
    assert refusal(GOOD, "x", ["other"]) == ""
    assert new_id(5, ["5abcdefgh"], "abcdefgh") == "6abcdefgh"


def test_links_to_views_are_places() -> None:
    runs = parse_place("http://h:5000/#/experiments/1/runs?viewStateShareKey=17a&compareRunsMode=CHART")
    assert (runs.kind, runs.experiment_ids, runs.view) == (PlaceKind.EXPERIMENT, ("1",), "17a")
    traces = parse_place("http://h:5000/#/experiments/2/traces?traceViewShareKey=9b")
    assert (traces.kind, traces.experiment_ids, traces.view) == (PlaceKind.TRACES, ("2",), "9b")
