"""Params that are meant to change nothing but chance."""

from __future__ import annotations

_NAMES = frozenset(
    {
        "seed",
        "random_seed",
        "randomseed",
        "random_state",
        "rng",
        "rng_seed",
        "manual_seed",
        "global_seed",
        "fold",
        "trial",
    }
)


def is_seed(name: str) -> bool:
    """Whether a param is by its name one that is meant to vary between repetitions."""
    last = name.replace("/", ".").rpartition(".")[2].lower().replace("-", "_")
    return last in _NAMES or last.endswith("_seed")
