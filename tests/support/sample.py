"""The sample store of ``mlflow-deck demo``, made once for all tests and all test processes that want it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.demo.samples import Sample, ensure_sample

KEPT_IN = "DECK_TESTS_SAMPLE"
"""Names a folder in which the store is kept from one session to the next; made anew there when its code changes."""


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The sample store, for reading only. ``ensure_sample`` itself lets one process make it and the others wait."""
    if kept := os.environ.get(KEPT_IN):
        return ensure_sample(Path(kept) / _fingerprint() / "mlflow-deck" / "sample")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    return ensure_sample(shared / "mlflow-deck" / "sample")


def _fingerprint() -> str:
    from hashlib import sha256

    import tui.demo.sample

    code = sha256()
    for path in sorted(Path(tui.demo.sample.__path__[0]).glob("*.py")):
        code.update(path.read_bytes())
    return f"sample-{code.hexdigest()[:12]}"
