"""Plans of changes: what they hold, refuse, take back and leave to do; and their words."""

from __future__ import annotations

import pytest

from tests.gateway.zoo import HOSTILE
from tui.domain.glyphs import UNICODE
from tui.domain.writes import change_words, changes
from tui.domain.writes.changes import NOTE_KEY, Change, Plan, TagEdits, Thing, ThingState, WriteVerb
from tui.ui.write_words import progress


def run(number: int = 1, **fields: object) -> ThingState:
    said: dict[str, object] = {"name": f"run-{number}", "lifecycle": "active", "tags": {"k": "v"}, **fields}
    return ThingState(Thing.RUN, f"{number:032x}", **said)  # type: ignore[arg-type]


def test_each_verb_is_one_field_before_and_after() -> None:
    known = run(tags={"k": "v", NOTE_KEY: "old"})
    (renamed,) = changes.renaming(known, "new").changes
    assert (renamed.verb, renamed.before, renamed.after) == (WriteVerb.RENAME, "run-1", "new")
    (noted,) = changes.noting(known, "").changes
    assert (noted.verb, noted.key, noted.before, noted.after) == (WriteVerb.NOTE, NOTE_KEY, "old", None)
    (deleted,) = changes.deletion([known]).changes
    assert (deleted.verb, deleted.reversed().verb) == (WriteVerb.DELETE, WriteVerb.RESTORE)
    (created,) = changes.creation("x").changes
    assert created.reversed("7") == Change(Thing.EXPERIMENT, "7", "x", "lifecycle", "active", "deleted")
    assert {change.verb for change in changes.tagging([known], {"k": None, "n": "1"}).changes} == {WriteVerb.TAG}


def test_what_is_so_already_needs_no_change() -> None:
    known = run()
    assert changes.renaming(known, "run-1").changes == ()
    assert changes.tagging([known], {"k": "v", "absent": None}).changes == ()
    assert changes.deletion([run(lifecycle="deleted")]).changes == ()
    assert changes.restoration([known]).changes == ()
    assert changes.refusals(Plan(())) == ("There is nothing to change: it is so already.",)


def test_what_a_person_should_know_before() -> None:
    several = [run(1, status="RUNNING"), run(2), run(3, lifecycle="deleted")]
    assert changes.deletion(several).remarks == (
        "1 of them is still running; it goes on, deleted.",
        "1 more are deleted already.",
    )
    assert changes.tagging([run()], {"mlflow.user": "ben"}).remarks == (
        "mlflow.user: MLflow's own, which its pages rely on.",
    )


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "needed"),
        ("  ", "needed"),
        ("x" * 501, "too long"),
        ("a\nb", "\\n"),
        ("a\x1b[31m", "\\x1b"),
        ("a\u202eb", "202e"),
    ],
)
def test_names_that_cannot_be(name: str, word: str) -> None:
    assert word in changes.name_refusal(name)
    assert changes.refusals(changes.creation(name))


@pytest.mark.parametrize("name", ["x", "漢字 🧪", "a/b [c] 'd'", "x" * 500])
def test_names_that_can(name: str) -> None:
    assert changes.name_refusal(name) == ""
    assert changes.refusals(changes.renaming(run(), name)) == ()


def test_texts_that_mlflow_would_cut_are_refused_but_not_taking_them_away() -> None:
    assert "8 001" in changes.refusals(changes.noting(run(), "x" * 8001))[0]
    assert changes.refusals(changes.noting(run(tags={NOTE_KEY: "x" * 9000}), "")) == ()
    experiment = ThingState(Thing.EXPERIMENT, "1", "e", "active")
    assert changes.refusals(changes.noting(experiment, "x" * 20_000)) == ()
    assert "an experiment's" in changes.refusals(changes.noting(experiment, "x" * 20_001))[0]
    assert changes.key_refusal("") and changes.key_refusal("x" * 251) and changes.key_refusal("a\tb")


def test_what_was_done_is_taken_back_from_its_end() -> None:
    one, two = changes.tagging([run()], {"k": "w", "n": "1"}).changes
    back = changes.put_back([(one, ""), (two, "")], 7)
    assert [(change.key, change.before, change.after) for change in back.changes] == [("n", "1", None), ("k", "w", "v")]
    assert (back.purpose, back.of) == ("put back", 7)


def test_what_is_left_is_compared_with_how_things_are_now() -> None:
    plan = changes.tagging([run(1), run(2), run(3), run(4)], {"k": "w"})
    now = {
        (Thing.RUN, run(1).id, "tags.k"): run(1, tags={"k": "theirs"}),
        (Thing.RUN, run(2).id, "tags.k"): run(2, tags={"k": "w"}),
        (Thing.RUN, run(3).id, "tags.k"): None,
        (Thing.RUN, run(4).id, "tags.k"): run(4),
    }
    left = changes.renewed(plan.changes, now, 3, plan)
    assert [(change.called, change.before) for change in left.changes] == [("run-1", "theirs"), ("run-4", "v")]
    assert left.remarks == ("No longer there: run-3.",)


def test_how_far_a_plan_is_says_how_fast_it_goes_and_how_long_the_rest_takes() -> None:
    plan = Plan(tuple(change for number in range(300) for change in changes.renaming(run(number), "new").changes))
    assert progress(plan, 0, 0, stopping=False) == "0 of 300 done and read back · esc stops"
    assert progress(plan, 50, 10_000, stopping=False) == "50 of 300 done and read back · 5/s · 50s left · esc stops"
    assert progress(plan, 51, 10_200, stopping=True).endswith("left · stopping after the one under way")


def test_words() -> None:
    three = changes.deletion([run(1), run(2), run(3)])
    assert change_words.to_do(three) == "Delete 3 runs"
    assert change_words.done(three.changes) == "deleted 3 runs"
    assert change_words.to_do(changes.renaming(run(), "ox")) == "Rename run run-1 → ox"
    tagged = changes.tagging([run(1), run(2)], {"a": "1", "b": "2"})
    assert change_words.to_do(tagged) == "Tag 2 runs: 2 tags"
    assert change_words.done(changes.tagging([run()], {"a": "1"}).changes) == "tagged run run-1: a"
    assert change_words.done(changes.noting(run(), "x").changes) == "changed the note of run run-1"
    back = Plan((Change(Thing.EXPERIMENT, "1", "e", "lifecycle", "deleted", "active"), *three.changes[:2]))
    assert change_words.to_do(back) == "Restore experiment e and delete 2 runs"
    assert change_words.to_do(Plan(())) == "Nothing to do"


def test_hostile_words_are_spelled_out() -> None:
    plan = changes.tagging([run(name=HOSTILE)], {HOSTILE: HOSTILE})
    said = [
        change_words.to_do(plan),
        change_words.what(plan.changes[0]),
        change_words.value(plan.changes[0], HOSTILE, "–"),
        *plan.remarks,
    ]
    assert all(text.isprintable() for text in said), said


def test_values_and_differences() -> None:
    (noted,) = changes.noting(run(tags={NOTE_KEY: "a\nb"}), "a\nc\nd").changes
    assert change_words.value(noted, noted.before, "–") == "a … 2 lines"
    assert change_words.value(noted, None, "–") == "–"
    assert change_words.difference(noted) == ["@@ -1,2 +1,3 @@", " a", "-b", "+c", "+d"]
    assert change_words.difference(noted, "z", found=True) == ["@@ -1 +1,3 @@", "-z", "+a", "+c", "+d"]
    assert change_words.needs_room(noted)
    assert not change_words.needs_room(changes.deletion([run()]).changes[0])


def test_the_same_as_python() -> None:
    known = run()
    plan = [
        *changes.creation("it's").changes,
        *changes.renaming(known, "n").changes,
        *changes.tagging([known], {"k": None, "m": "1"}).changes,
        *changes.noting(known, "two\nlines").changes,
        *changes.deletion([known]).changes,
    ]
    code = change_words.python(plan)
    compile(code, "x", "exec")
    assert 'client.create_experiment("it\'s")' in code
    assert f"client.delete_tag('{known.id}', 'k')" in code
    assert f"client.set_tag('{known.id}', 'mlflow.note.content', 'two\\nlines')" in code
    experiment = ThingState(Thing.EXPERIMENT, "3", "e", "active", {"k": "v"})
    assert "client.delete_experiment_tag('3', 'k')" in change_words.python(
        changes.tagging([experiment], {"k": None}).changes
    )


def test_tags_of_several_are_edited_together() -> None:
    tags = TagEdits(
        (
            run(1, tags={"k": "a", "same": "s", NOTE_KEY: "n", "mlflow.user": "ana"}),
            run(2, tags={"k": "b", "same": "s"}),
        ),
        {},
    )
    assert tags.keys == ("k", "same", "mlflow.user")
    assert (tags.wanted("k"), tags.wanted("same")) == (None, "s")
    table = tags.table(UNICODE)
    assert list(table.texts("now", 0, 3)) == ["2 different values", "s", "ana  (1 of 2)"]
    edited = tags.edited("k", "c").edited("new", "").edited("same", None)
    assert list(edited.table(UNICODE).texts("after", 0, 4)) == ["~ c", "+ (empty)", "- taken away", ""]
    assert len(edited.plan.changes) == 6
    assert edited.edited("new", None).keys == ("k", "same", "mlflow.user"), "what was only just added leaves no trace"
    assert edited.edited("same", "s").edits.keys() == {"k", "new"}, "what comes to nothing is no edit"
    assert edited.unedited("k").wanted("k") is None


def test_a_tag_that_differs_in_case_only_is_told_before_it_overwrites_the_other() -> None:
    known = ThingState(Thing.RUN, "a" * 32, "ox", changes.ACTIVE, tags={"Env": "prod", "team": "ana"})
    plan = changes.tagging([known], {"env": "test", "team": "ben"})
    (remark,) = plan.remarks
    assert remark == "There is a tag Env: on MySQL and MariaDB env is the same one, and overwrites it for good."
    assert changes.tagging([known], {"Env": "test"}).remarks == ()
    assert changes.tagging([known], {"env": None}).remarks == (), "nothing is overwritten"
