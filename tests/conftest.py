"""One calm environment for every test: no file of the person's own, no context from outside, one zone, one locale."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.support import idle
from tests.support.environment import FIXED, is_foreign
from tests.support.snapshots import picture

__all__ = ["calm_environment", "picture"]

# Each process of the tests, and each one that they start, would compile all that it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# No deadline: a figure of time is no judgement on a shared machine.
hypothesis_settings.register_profile("calm", deadline=None, print_blob=True)
hypothesis_settings.load_profile("calm")
idle.install()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: there is always a test that waits for another process."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing that is imported or collected is garbage: it is never looked through for some."""
    gc.disable()
    try:
        return (yield)
    finally:
        freeze()
        gc.enable()
        gc.set_threshold(50_000, 20, 1_000)
        # A deck that has begun calls all that there is no garbage, which in a process of many decks is not so.
        gc.freeze = lambda: begun.append(True)


freeze = gc.freeze
begun: list[bool] = []
"""Decks of the test that runs."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Of a test's decks nothing is kept; what else there is now is never looked through again."""
    try:
        return (yield)
    finally:
        if begun:
            begun.clear()
            gc.collect()
            freeze()


@pytest.fixture(autouse=True)
def calm_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, empty at first; the environment is put back afterwards."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if is_foreign(name):
            monkeypatch.delenv(name)
    for name, value in FIXED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (("CONFIG", ".config"), ("CACHE", ".cache"), ("STATE", ".state"), ("DATA", ".data")):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / folder))
    yield home
