"""What is news of registered models since they were first seen."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.models.board import ModelNews
from tui.domain.models.values import FAILED, PENDING, READY, ModelVersion, RegisteredModel


def made(number: int, status: str = READY) -> ModelVersion:
    return ModelVersion("churn", str(number), status=status)


def model(newest: ModelVersion | None, **aliases: str) -> RegisteredModel:
    return RegisteredModel("churn", aliases=aliases, latest=(newest,) if newest is not None else ())


def test_nothing_is_news_at_first() -> None:
    news = ModelNews()
    first = model(made(3, FAILED), champion="2")
    news.remember([first], complete=True)
    assert news.changes(first) == []
    assert news.changed_versions(first, [made(3, FAILED), made(2)]) == frozenset()


def test_versions_that_fail_or_are_added_and_aliases_that_move() -> None:
    news = ModelNews()
    news.remember([model(made(3, PENDING), champion="2")], complete=True)
    news.take_versions("churn", [made(3, PENDING), made(2), made(1, FAILED)])
    now = model(made(4, FAILED), champion="1")
    news.remember([now])
    news.take_versions("churn", [made(4, FAILED), made(3, FAILED), made(2), made(1, FAILED)])
    assert news.changes(now) == [
        "champion v2 → v1",
        "v4 was added",
        "v3 failed to register",
        "v4 failed to register",
    ]
    assert news.changed_versions(now, [made(4), made(3), made(2), made(1)]) == {"4", "3", "1"}


def test_a_version_that_had_failed_at_first_is_no_news_and_one_that_recovers_is_none_any_more() -> None:
    news = ModelNews()
    news.remember([model(made(2, PENDING))])
    news.take_versions("churn", [made(1, FAILED), made(2, FAILED)])
    assert news.changes(model(made(2, FAILED))) == ["v2 failed to register"]
    news.take_versions("churn", [made(2, READY)])
    assert news.changes(model(made(2))) == []


def test_the_newest_version_deleted_is_not_told_as_an_addition() -> None:
    news = ModelNews()
    news.remember([model(made(3))])
    assert news.changes(model(made(2))) == ["v3 is gone"]
    assert news.changes(model(None)) == ["v3 is gone"]


def test_a_model_that_was_not_there_is_new_once_all_were_seen() -> None:
    news = ModelNews()
    other = replace(model(made(1)), name="other")
    assert news.changes(other) == []
    news.remember([model(made(1))], complete=True)
    news.remember([other])
    assert news.changes(other) == ["is new"]
    assert news.changed_versions(other, [made(1)]) == {"1"}


def test_a_registry_that_does_not_tell_the_newest_version_has_it_read() -> None:
    news = ModelNews()
    silent = model(None)
    news.remember([silent], complete=True)
    news.take_versions("churn", [made(2, FAILED), made(1)])
    assert news.changes(silent) == []
    assert news.changed_versions(silent, [made(2, FAILED), made(1)]) == frozenset()
    news.take_versions("churn", [made(3), made(2, FAILED), made(1)])
    assert news.changes(silent) == ["v3 was added"]
    assert news.changed_versions(silent, [made(3), made(2, FAILED), made(1)]) == {"3"}
