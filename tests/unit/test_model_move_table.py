"""The two sides of a move in little room: what the difference means is never what is left out."""

from __future__ import annotations

import pytest

from tui.domain.models.model_facts import MoveRow, table
from tui.domain.text import width

ROWS = [
    MoveRow("run", "weekly-2026-W46  ✓ done", "weekly-2026-W45  ✓ done"),
    MoveRow("auc", "0.9312", "0.929", "−0.0022  −0.2%  worse", "bad", "−0.0022  worse"),
]


def test_what_is_not_shown_is_told_in_the_columns_of_the_metrics_before_it() -> None:
    laid = table([*ROWS, MoveRow("28 more", "d shows all", "", tone="muted")], 72)
    assert [laid.texts(key, 2, 3) for key in ("name", "now", "after", "note")] == [
        ["28 more"],
        ["d shows all"],
        [""],
        [""],
    ]
    assert laid.tones("now", 0, 3) == ["", "", "muted"]


@pytest.mark.parametrize(("room", "note"), [(72, "−0.0022  worse"), (115, "−0.0022  −0.2%  worse")])
def test_differences_fit_beside_both_sides(room: int, note: str) -> None:
    laid = table(ROWS, room)
    assert laid.texts("note", 1, 2) == [note]
    widths = {column.key: column.width for column in laid.columns}
    assert widths["note"] >= width(note)
    assert sum(widths.values()) + 3 * 2 <= room
