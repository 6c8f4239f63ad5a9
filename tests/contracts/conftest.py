"""Where an answer is still owed, nobody waits long for it."""

from __future__ import annotations

import pytest

from tests.support import driver


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that must fail is soon done with waiting."""
    if True:
        monkeypatch.setattr(driver, "PATIENCE", 5.0)
