"""The order in which the sample is made, and what that costs."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tui.demo import samples
from tui.demo.sample import churn, files, fraud, genai, registry
from tui.demo.sample.workshop import Report, StoryClock, Workshop

_CLOSING = 40  # what MLflow has to write still when all is told
TOTAL = (
    churn.COST + churn.SWEEP_COST + fraud.COST + registry.PRICING_COST + files.COST + registry.COST + genai.COST
    + _CLOSING
)  # fmt: skip
"""What all of it costs; 1 is what the quickest pieces take."""


def build(folder: Path, report: Report) -> None:
    """Make the sample in ``folder``, which ``samples.begin`` has prepared, and mark it as whole."""
    with StoryClock() as clock:
        clock.set(clock.ago(days=365))
        shop = Workshop(folder, clock, report)
        weekly, of_churn = churn.make(shop)
        churn.make_sweep(shop, weekly)
        shop.touch(weekly, churn.WEEKLY, clock.ago(minutes=2))
        of_fraud = fraud.make(shop)
        of_pricing = registry.make_pricing(shop)
        files.make(shop)
        registry.make(shop, of_churn, of_fraud, of_pricing)
        genai.make(shop)
    shutil.rmtree(folder / samples.SCRATCH, ignore_errors=True)
    samples.finish(folder, built_at_ms=int(time.time() * 1000))
