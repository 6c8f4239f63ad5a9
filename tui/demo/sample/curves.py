"""Metric curves that look like training: losses that fall, scores that saturate, schedules, machines at work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mlflow.entities import Metric
from numpy.typing import NDArray

Curve = NDArray[np.float64]


def falling(rng: np.random.Generator, steps: int, first: float, last: float, *, noise: float = 0.02) -> Curve:
    """A loss from ``first`` towards ``last``, with noise that is a share of what there is left to lose."""
    shape = np.exp(-np.linspace(0, 5, steps))
    wobble = rng.normal(0, noise, steps) * (shape + 0.15) * (first - last)
    return np.asarray(last + (first - last) * shape + wobble, dtype=np.float64)


def rising(rng: np.random.Generator, steps: int, first: float, last: float, *, noise: float = 0.01) -> Curve:
    """A score from ``first`` that ends at ``last`` exactly, so that it can be agreed with a final metric."""
    shape = 1 - np.exp(-np.linspace(0, 4.5, steps))
    wobble = rng.normal(0, noise, steps) * (1 - shape + 0.1) * (last - first)
    curve = np.asarray(first + (last - first) * shape / shape[-1] + wobble, dtype=np.float64)
    curve[-1] = last
    return curve


def overfitting(rng: np.random.Generator, steps: int, first: float, best: float, worse: float) -> Curve:
    """A validation loss that falls to ``best`` at two thirds of the way and climbs to ``worse``."""
    turn = max(2, steps * 2 // 3)
    down = falling(rng, turn, first, best)
    up = best + (worse - best) * np.linspace(0, 1, steps - turn) ** 1.5 + rng.normal(0, 0.002, steps - turn)
    return np.concatenate([down, up])


def warmup_cosine(steps: int, peak: float, *, warmup: float = 0.05) -> Curve:
    """A learning rate that climbs to ``peak`` and goes down a cosine."""
    rise = max(1, int(steps * warmup))
    fall = 0.5 * (1 + np.cos(np.linspace(0, np.pi, steps - rise)))
    return np.concatenate([np.linspace(peak / rise, peak, rise), peak * fall])


def metric(
    key: str, values: Sequence[float] | Curve, start_ms: int, took_ms: int, *, every: int = 1, first_step: int = 0
) -> list[Metric]:
    """The curve as MLflow metrics, a point each ``every`` steps, spread evenly over the run's time."""
    pace = took_ms / max(1, len(values))
    return [
        Metric(key, float(value), int(start_ms + (index + 1) * pace), first_step + index * every)
        for index, value in enumerate(values)
    ]


def finals(values: dict[str, float], moment_ms: int) -> list[Metric]:
    """Metrics recorded once, at the end."""
    return [Metric(key, value, moment_ms, 0) for key, value in values.items()]


def system(
    rng: np.random.Generator, start_ms: int, took_ms: int, *, samples: int = 40, gpu: bool = False
) -> list[Metric]:
    """What MLflow's own system monitor records: one sample each few seconds."""
    ramp = 1 - np.exp(-np.linspace(0, 8, samples))
    curves: dict[str, Curve] = {
        "cpu_utilization_percentage": np.clip(ramp * 74 + rng.normal(0, 9, samples), 1, 100),
        "system_memory_usage_megabytes": 2100 + ramp * 5400 + rng.normal(0, 60, samples),
        "system_memory_usage_percentage": 13 + ramp * 34 + rng.normal(0, 0.4, samples),
        "disk_usage_percentage": np.linspace(41.2, 43.9, samples),
        "network_receive_megabytes": np.cumsum(np.abs(rng.normal(3, 2, samples))),
        "network_transmit_megabytes": np.cumsum(np.abs(rng.normal(0.4, 0.3, samples))),
    }
    if gpu:
        curves["gpu_0_utilization_percentage"] = np.clip(ramp * 93 + rng.normal(0, 5, samples), 0, 100)
        curves["gpu_0_memory_usage_megabytes"] = 900 + ramp * 21400 + rng.normal(0, 30, samples)
    return [point for key, curve in curves.items() for point in metric(f"system/{key}", curve, start_ms, took_ms)]
