"""Names in the order in which people count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.text import natural


def test_numbers_count_and_case_does_not() -> None:
    names = ["m/100", "b", "m/10", "A", "m/2", "m", "m/1", "m/2b", "layer.10.w", "Layer.9.w", "v1.10", "v1.9"]
    ordered = ["A", "b", "Layer.9.w", "layer.10.w", "m", "m/1", "m/2", "m/2b", "m/10", "m/100", "v1.9", "v1.10"]
    assert sorted(names, key=natural) == ordered


@given(st.lists(st.text(max_size=6), max_size=6))
def test_the_order_is_one(names: list[str]) -> None:
    assert sorted(names, key=natural) == sorted(reversed(names), key=natural)
    assert len({natural(name) for name in names}) == len(set(names))
