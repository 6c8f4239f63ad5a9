"""What is learnt of registered models: each file once, however many ask for it at the same time."""

from __future__ import annotations

import math
import threading

import pytest

from tests.support.fake_registry import FakeRegistry
from tests.support.fakes import FrozenClock
from tui.domain.models.values import ModelFacts, SourceRun
from tui.services.model_health import ModelHealth


def test_what_several_ask_for_at_the_same_time_is_read_once() -> None:
    registry = FakeRegistry()
    registry.add("churn", 2)
    health = ModelHealth(registry, FrozenClock())
    registry.gate.clear()
    found: list[ModelFacts] = []
    asking = [
        threading.Thread(target=lambda: found.append(health.gather_facts("churn", "1")), daemon=True) for _ in range(3)
    ]
    for thread in asking:
        thread.start()
    registry.gate.set()
    for thread in asking:
        thread.join(timeout=30)
    assert len(found) == 3
    assert [name for name, _ in registry.calls].count("version_facts") == 1


@pytest.mark.parametrize(
    ("metrics", "by"),
    [
        ({"inf": math.inf, "a_count": 3.0, "val_loss": 0.2}, "val_loss"),
        ({"inf": math.inf, "nan": math.nan, "rows": 3.0}, "rows"),
        ({"inf": math.inf}, "inf"),
    ],
)
def test_of_metrics_that_all_have_one_is_judged_by_that_tells_something(metrics: dict[str, float], by: str) -> None:
    registry = FakeRegistry()
    registry.add("churn", 1, aliases={"champion": "1"})
    registry.change_version("churn", "1", run_id="a" * 32)
    registry.runs["a" * 32] = SourceRun("a" * 32, metrics=metrics)
    health = ModelHealth(registry, FrozenClock())
    health.gather([registry.get_model("churn")], facts=False)
    assert health.metric == by
