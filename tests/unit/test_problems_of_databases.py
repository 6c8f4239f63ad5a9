"""What databases say, told by its cause: what to do about a long text is not what to do about a network."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import exc

from tui.domain.problem import Kind
from tui.gateway import problems


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (
            exc.DataError("INSERT", {}, Exception("value too long for type character varying(5000)")),
            Kind.BAD_REQUEST,
            "shorter",
        ),
        (exc.ProgrammingError("SELECT", {}, Exception("permission denied for table runs")), Kind.FORBIDDEN, "account"),
        (exc.OperationalError("SELECT", {}, Exception("could not connect to server")), Kind.UNREACHABLE, "network"),
        (sqlite3.OperationalError("at most 64 tables in a join"), Kind.BAD_REQUEST, "less at once"),
        (sqlite3.OperationalError("database or disk is full"), Kind.SERVER, "Make room"),
        (sqlite3.OperationalError("attempt to write a readonly database"), Kind.STORE_UNREADABLE, "permissions"),
    ],
)
def test_what_a_database_says_is_told_by_its_cause(error: Exception, kind: Kind, words: str) -> None:
    problem = problems.of(error, "Could not write", "the store")
    assert problem.kind is kind and words in problem.hint
    assert "disk is healthy" not in problem.hint
