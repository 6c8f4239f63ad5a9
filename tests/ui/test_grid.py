"""The grid as a person meets it: keys in, lines out; and how much work a key may cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.pilot import Pilot

from tests.benchmarks.grid_table import MadeUpRuns
from tests.unit.test_text import HOSTILE
from tui.app.actions import bindings
from tui.app.themes import DARK, LIGHT
from tui.domain.glyphs import ASCII, UNICODE, Glyphs
from tui.domain.table import Column, RowsTable, Table, Tone
from tui.widgets.grid import Grid
from tui.widgets.grid_painter import GUTTER, WINDOW_ROWS, Geometry, GridStats, Painter, RowState

STYLES = Path(__file__).parents[2] / "styles" / "grid.tcss"


class GridApp(App[None]):
    """One grid, and what it has told."""

    CSS_PATH = STYLES

    def __init__(self, table: Table | None, glyphs: Glyphs = UNICODE, placeholder: str = "") -> None:
        super().__init__()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name
        self.grid = Grid(table, glyphs=glyphs, placeholder=placeholder)
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.grid

    def _keep(self, message: Message) -> None:
        self.told.append(message)

    on_grid_cursor_moved = _keep
    on_grid_opened = _keep
    on_grid_marks_changed = _keep
    on_grid_near_end = _keep
    on_grid_end_wanted = _keep
    on_grid_column_resized = _keep
    on_grid_column_moved = _keep
    on_grid_heading_pressed = _keep

    def of(self, kind: type[Message]) -> list[Message]:
        return [message for message in self.told if isinstance(message, kind)]

    def moves(self) -> list[tuple[str | None, int, str | None]]:
        return [(m.row_key, m.row, m.column_key) for m in self.told if isinstance(m, Grid.CursorMoved)]


def lines(grid: Grid) -> list[str]:
    """The grid's lines as they are on the screen, without blanks at the right."""
    return [grid.render_line(y).text.rstrip() for y in range(grid.size.height)]


def small(rows: int = 5, *, keys: Sequence[str] | None = None, generation: int = 0, wide: int = 8) -> RowsTable:
    """Rows named by their keys, with two numbers of different groups."""
    keys = keys if keys is not None else [f"r{row}" for row in range(rows)]
    columns = [
        Column("name", "run", wide, frozen=True),
        Column("auc", "auc", 7, "right", group="metrics", order="down"),
        Column("lr", "lr", 6, "right", group="params"),
    ]
    cells = {
        "name": keys,
        "auc": [f"0.{len(key)}12" for key in keys],
        "lr": ["–" if key == "r1" else "1" for key in keys],
    }
    return RowsTable(columns, keys, cells, generation=generation)


async def settle(pilot: Pilot[None]) -> None:
    """Let every message and the drawing that it asks for come to an end."""
    await pilot.pause()


def test_keys_are_those_of_the_registry() -> None:
    own = {b.id: b.key for b in Grid.BINDINGS if isinstance(b, Binding)}
    registered = {b.id: b.key for b in bindings("grid")}
    assert own == registered
    actions = [b.action for b in Grid.BINDINGS if isinstance(b, Binding)]
    assert [a for a in actions if not hasattr(Grid, f"action_{a}")] == []
    assert {b.action for b in bindings("grid")} <= set(actions)


async def test_what_is_on_the_screen() -> None:
    app = GridApp(small())
    async with app.run_test(size=(40, 8)):
        assert lines(app.grid) == [
            "   run      ┊   auc ↓ ┊     lr",
            "▸  r0       ┊   0.212 ┊      1",
            "   r1       ┊   0.212 ┊      –",
            "   r2       ┊   0.212 ┊      1",
            "   r3       ┊   0.212 ┊      1",
            "   r4       ┊   0.212 ┊      1",
            "",
            "",
        ]


async def test_arrows_and_letters_move_and_tell() -> None:
    app = GridApp(small())
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("down", "j", "k", "l", "right", "h", "up", "up")
        assert app.moves() == [
            ("r0", 0, "name"),
            ("r1", 1, "name"),
            ("r2", 2, "name"),
            ("r1", 1, "name"),
            ("r1", 1, "auc"),
            ("r1", 1, "lr"),
            ("r1", 1, "auc"),
            ("r0", 0, "auc"),
        ]
        assert lines(app.grid)[1].startswith("▸  r0")


async def test_a_number_before_a_movement_moves_so_far() -> None:
    app = GridApp(MadeUpRuns(200, 10))
    async with app.run_test(size=(80, 20)) as pilot:
        for keys, row, marks in (
            ("semicolon 5 j", 5, 0),
            ("j", 6, 0),  # once again
            ("semicolon 1 0 down", 16, 0),
            ("semicolon 3 k", 13, 0),
            ("semicolon 4 0 G", 39, 0),
            ("semicolon 1 2 g", 11, 0),
            ("semicolon 9 space", 20, 9),
            ("semicolon 7 escape j", 21, 9),  # left again
            ("semicolon 5 v j", 22, 9),  # a number means nothing to this key
            ("semicolon j", 23, 9),
            ("semicolon 9 9 9 9 9 9 9 j", 199, 9),
        ):
            await pilot.press(*keys.split())
            assert (app.grid.cursor_row, len(app.grid.marks)) == (row, marks), keys
        app.set_keymap({"grid.count": "semicolon,1,2,3"})
        await pilot.press("1", "2", "0", "k")
        assert app.grid.cursor_row == 79, "a digit that is given to it is the first of the number"
        await pilot.press("2", "l")
        assert app.grid.cursor_column == app.grid.table.columns[2].key  # type: ignore[union-attr]


async def test_pages_ends_and_enter() -> None:
    app = GridApp(MadeUpRuns(1000, 20))
    grid = app.grid
    async with app.run_test(size=(80, 21)) as pilot:
        for key, row in [("pagedown", 20), ("ctrl+d", 30), ("ctrl+u", 20), ("pageup", 0), ("pageup", 0), ("G", 999)]:
            await pilot.press(key)
            assert grid.cursor_row == row, key
        assert len(app.of(Grid.EndWanted)) == 1
        assert lines(grid)[-1].startswith("▸  kind-wren-999")
        await pilot.press("pagedown", "g")
        assert (grid.cursor_row, grid.cursor_key) == (0, "0")
        await pilot.press("end")
        assert grid.cursor_column == "params.7"
        assert "param_007" in lines(grid)[0]
        await pilot.press("home", "enter")
        assert grid.cursor_column == "name"
        assert [m.row_key for m in app.told if isinstance(m, Grid.Opened)] == ["0"]


async def test_frozen_columns_and_headings_stay() -> None:
    app = GridApp(MadeUpRuns(1000, 60))
    async with app.run_test(size=(80, 21)) as pilot:
        await pilot.press("end", "pagedown", "pagedown")
        shown = lines(app.grid)
        assert shown[0].startswith("   run ")
        assert "‹" in shown[0]
        assert "›" not in shown[0]
        assert shown[0].rstrip().endswith("param_027")
        assert "gallant-elk-40"[:7] in shown[1]
        await pilot.press("home", "right", "right")
        assert "‹" not in lines(app.grid)[0]
        assert lines(app.grid)[0].endswith("›")


async def test_a_cursor_key_draws_two_lines_and_formats_nothing() -> None:
    app = GridApp(MadeUpRuns(100_000, 60))
    stats = app.grid.stats
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("pagedown", "up")
        await settle(pilot)
        drawn, formatted = stats.lines_rendered, stats.cells_formatted
        await pilot.press("down")
        await settle(pilot)
        assert stats.lines_rendered - drawn == 2
        await pilot.press("right")
        await settle(pilot)
        assert stats.lines_rendered - drawn == 4  # the row and the headings
        assert stats.cells_formatted == formatted
        await settle(pilot)
        assert stats.lines_rendered - drawn == 4  # at rest nothing is drawn


@pytest.mark.parametrize(("rows", "columns"), [(100_000, 60), (1_000, 12_000)])
async def test_work_goes_by_what_is_on_the_screen(rows: int, columns: int) -> None:
    app = GridApp(MadeUpRuns(rows, columns, state_tones=False))
    stats = app.grid.stats
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        shown = len(app.grid.layout_shown.slots)
        assert stats.windows_formatted == shown
        drawn, windows = stats.lines_rendered, stats.windows_formatted
        for _ in range(4):
            await pilot.press("pagedown")
        await settle(pilot)
        assert stats.lines_rendered - drawn == 4 * 49
        assert stats.windows_formatted - windows <= 4 * shown
        await pilot.press("g", "end")
        await settle(pilot)
        assert stats.cells_formatted <= 6 * (shown + 2) * WINDOW_ROWS
        segments, drawn = stats.segments_made, stats.lines_rendered
        await pilot.press("pagedown")
        await settle(pilot)
        assert (stats.segments_made - segments) / (stats.lines_rendered - drawn) <= 12


async def test_cursor_stays_with_its_row_and_line() -> None:
    keys = [f"r{row}" for row in range(200)]
    app = GridApp(small(keys=keys))
    grid = app.grid
    async with app.run_test(size=(40, 11)) as pilot:
        grid.move_to("r60")
        await pilot.press("up", "up", "up")
        await settle(pilot)
        line = next(y for y, text in enumerate(lines(grid)) if "▸" in text)
        grid.table = small(keys=[f"n{row}" for row in range(30)] + keys, generation=1)
        await settle(pilot)
        assert (grid.cursor_key, grid.cursor_row) == ("r57", 87)
        assert lines(grid)[line].startswith("▸  r57")
        assert app.moves()[-1] == ("r57", 87, "name")


async def test_cursor_comes_back_to_a_row_that_was_hidden() -> None:
    keys = [f"r{row}" for row in range(20)]
    app = GridApp(small(keys=keys))
    grid = app.grid
    async with app.run_test(size=(40, 11)) as pilot:
        grid.move_to("r7")
        for shown, key in [(["r1", "r2"], "r2"), ([], None), (["r1"], "r1"), (keys, "r7")]:
            grid.table = small(keys=shown)
            await settle(pilot)
            assert grid.cursor_key == key
        grid.table = small(keys=["r1", "r2"])
        await pilot.press("up")
        grid.table = small(keys=keys)
        await settle(pilot)
        assert grid.cursor_key == "r1"


async def test_rows_that_come_below_the_view_draw_nothing() -> None:
    app = GridApp(MadeUpRuns(1000, 30))
    grid = app.grid
    async with app.run_test(size=(120, 21)) as pilot:
        await settle(pilot)
        drawn = grid.stats.lines_rendered
        grid.table = MadeUpRuns(1001, 30)
        await settle(pilot)
        assert grid.stats.lines_rendered == drawn
        grid.table = MadeUpRuns(1001, 30, state_tones=False)
        await settle(pilot)
        assert grid.stats.lines_rendered - drawn == 8  # two rows in five had a tone
        grid.set_class(True, "stale")
        await settle(pilot)
        assert grid.stats.lines_rendered - drawn == 8 + 21


async def test_columns_may_change_under_the_cursor() -> None:
    app = GridApp(small())
    grid = app.grid
    async with app.run_test(size=(40, 8)) as pilot:
        grid.move_to_column("lr")
        table = small()
        table.columns = (table.columns[0], table.columns[2])
        grid.table = table
        await settle(pilot)
        assert grid.cursor_column == "lr"
        table.columns = table.columns[:1]
        grid.refresh_table()
        await settle(pilot)
        assert grid.cursor_column == "name"
        assert "auc" not in lines(grid)[0]


async def test_marks_belong_to_keys() -> None:
    app = GridApp(small())
    grid = app.grid

    def marks() -> tuple[str, ...]:
        return grid.marks

    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("space", "down", "space")
        assert marks() == ("r0", "r2")
        assert [y for y, text in enumerate(lines(grid)) if text[1:2] == "◆"] == [1, 3]
        assert grid.cursor_key == "r3"
        grid.table = small(keys=["r2", "r9"])
        await settle(pilot)
        assert marks() == ("r0", "r2")
        assert lines(grid)[1][1:4] == "◆ r"
        grid.move_to("r2")
        await pilot.press("space")
        assert marks() == ("r0",)
        assert [m.marks for m in app.told if isinstance(m, Grid.MarksChanged)] == [("r0",), ("r0", "r2"), ("r0",)]
        grid.marks = {"r9"}
        await settle(pilot)
        assert lines(grid)[2][1:2] == "◆"
        assert len(app.of(Grid.MarksChanged)) == 3


async def test_a_range_of_marks() -> None:
    app = GridApp(small(8))
    grid = app.grid

    def marks() -> tuple[str, ...]:
        return grid.marks

    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("down", "v", "down", "down")
        assert [y for y, text in enumerate(lines(grid)) if text[1:2] == "◆"] == [2, 3, 4]
        assert marks() == ()
        await pilot.press("escape")
        assert not any(text[1:2] == "◆" for text in lines(grid))
        await pilot.press("v", "up", "v")
        assert marks() == ("r2", "r3")


async def test_escape_is_the_owners_when_no_range_is_open() -> None:
    left: list[str] = []

    class Owner(GridApp):
        BINDINGS = [Binding("escape", "leave")]

        def action_leave(self) -> None:
            left.append("left")

    app = Owner(small())
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("v", "escape")
        assert left == []
        await pilot.press("escape")
        assert left == ["left"]


async def test_the_end_is_told_when_it_comes_near() -> None:
    app = GridApp(MadeUpRuns(100, 8))
    grid = app.grid

    def told() -> list[int]:
        return [m.row_count for m in app.told if isinstance(m, Grid.NearEnd)]

    async with app.run_test(size=(80, 21)) as pilot:
        await pilot.press("pagedown", "pagedown")
        assert told() == []
        await pilot.press("pagedown")
        assert told() == [100]
        grid.table = MadeUpRuns(150, 8)
        await settle(pilot)
        assert told() == [100]
        grid.scroll_to(y=129, animate=False)
        await settle(pilot)
        assert told() == [100, 150]


async def test_columns_are_the_owners() -> None:
    app = GridApp(small())
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("right", "less_than_sign", "greater_than_sign", "left_curly_bracket", "right_curly_bracket")
        resized = [(m.key, m.width) for m in app.told if isinstance(m, Grid.ColumnResized)]
        moved = [(m.key, m.by) for m in app.told if isinstance(m, Grid.ColumnMoved)]
        assert (resized, moved) == ([("auc", 5), ("auc", 9)], [("auc", -1), ("auc", 1)])
        assert lines(app.grid)[0].startswith("   run      ┊")
        await pilot.press("right", "right_curly_bracket")
        assert len(app.of(Grid.ColumnMoved)) == 3, "at the end too: the owner says why it stays"


async def test_the_mouse() -> None:
    app = GridApp(MadeUpRuns(1000, 20))
    grid = app.grid
    async with app.run_test(size=(80, 21)) as pilot:
        await pilot.click(Grid, offset=(25, 4))
        assert (grid.cursor_row, grid.cursor_column) == (3, "state")
        await pilot.click(Grid, offset=(5, 0))
        assert [m.key for m in app.told if isinstance(m, Grid.HeadingPressed)] == ["name"]
        await pilot.click(Grid, offset=(5, 6), times=2)
        assert [m.row_key for m in app.told if isinstance(m, Grid.Opened)] == ["5"]
        await pilot.click(Grid, offset=(79, 20))
        assert lines(grid)[-1].startswith("   kind-wren-999")
        assert grid.cursor_row == 5
        await pilot.press("down")
        assert lines(grid)[1].startswith("▸  grumpy-ox-6")


async def test_an_empty_grid_says_why() -> None:
    app = GridApp(small(0), placeholder="No runs match  auc > 1.\nesc clears the filter\x1b[2J")
    async with app.run_test(size=(60, 8)) as pilot:
        assert lines(app.grid)[2:5] == ["   No runs match  auc > 1.", "   esc clears the filter\\x1b[2J", ""]
        await pilot.press("down", "G", "space", "v", "enter", "pagedown", "end", "greater_than_sign")
        assert app.grid.cursor_key is None
        assert app.of(Grid.Opened) == []
        app.grid.table = None
        await pilot.press("down", "right", "space", "enter")
        assert lines(app.grid)[0] == ""
        app.grid.table = small(1)
        await settle(pilot)
        assert lines(app.grid)[1].startswith("▸  r0")


async def test_plain_signs_are_ascii() -> None:
    columns = [Column("name", "run", 6, frozen=True), Column("n", "n", 4, "right", group="x", order="up")]
    table = RowsTable(columns, ["a", "b"], {"name": ["too long a name", "b"], "n": ["-", "1"]})
    app = GridApp(table, glyphs=ASCII)
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.press("space")
        assert lines(app.grid) == ["   run    |  n ^", " * too l~ |    -", ">  b      |    1", ""]
        assert "".join(lines(app.grid)).isascii()


async def test_tones_theme_and_staleness_change_the_look_only() -> None:
    tones: dict[str, Sequence[Tone]] = {"name": ["bad", "", "muted", "strong"]}
    table = RowsTable([Column("name", "run", 8)], list("abcd"), {"name": list("abcd")}, tones)
    app = GridApp(table)
    grid = app.grid

    def looks() -> list[Style | None]:
        return [next(s.style for s in grid.render_line(y) if s.text.strip() in tuple("bcd")) for y in (2, 3, 4)]

    async with app.run_test(size=(30, 6)) as pilot:
        first, text = looks(), lines(grid)
        assert len(set(map(str, first))) == 3
        app.theme = LIGHT.name
        await settle(pilot)
        light = looks()
        assert all(a != b for a, b in zip(first, light, strict=True))
        grid.set_class(True, "stale")
        await settle(pilot)
        assert looks() != light
        assert lines(grid) == text


async def test_resizing_keeps_the_cursor_in_view() -> None:
    app = GridApp(MadeUpRuns(1000, 60))
    async with app.run_test(size=(200, 50)) as pilot:
        app.grid.move_to_row(40)
        app.grid.move_to_column("metrics.9")
        await settle(pilot)
        await pilot.resize_terminal(60, 12)
        await settle(pilot)
        assert any("▸" in text for text in lines(app.grid))
        assert "val_009" in lines(app.grid)[0]


COLUMNS = st.lists(
    st.builds(
        Column,
        key=st.uuids().map(str),
        title=HOSTILE,
        width=st.integers(1, 50),
        align=st.sampled_from(["left", "right"]),
        frozen=st.booleans(),
        group=st.sampled_from(["", "a", "b"]),
        order=st.sampled_from(["", "up", "down"]),
    ),
    max_size=8,
).map(lambda columns: sorted(columns, key=lambda column: not column.frozen))


@given(COLUMNS, st.integers(0, 90), st.integers(0, 9), st.data())
@settings(deadline=None, max_examples=150)
def test_every_line_is_as_wide_as_the_widget(
    columns: list[Column], total: int, first: int, data: st.DataObject
) -> None:
    cells = {column.key: [data.draw(HOSTILE)] for column in columns}
    tones = {c.key: [data.draw(st.sampled_from(["", "muted", "bad"]))] for c in columns}
    table = RowsTable(columns, ["row"], cells, tones)  # type: ignore[arg-type]  # tones are drawn as plain texts
    resolve: Callable[[str, bool], Style] = lambda name, partial: Style(meta={"name": name})  # noqa: E731
    painter = Painter(UNICODE, GridStats(), resolve)
    layout = Geometry(columns, total).layout(first)
    states = [RowState(), RowState(cursor=True, marked=True, thumb=True, column=1)]
    strips = [
        painter.heading(layout, total, 1),
        painter.words(data.draw(HOSTILE), total),
        *(painter.row(table, 0, layout, total, state) for state in states),
    ]
    for strip in strips:
        assert sum(cell_len(segment.text) for segment in strip) == strip.cell_length == total
        assert "\x1b" not in strip.text
        assert "\n" not in strip.text


@given(COLUMNS, st.integers(30, 200), st.integers(0, 9), st.integers(0, 7))
def test_a_column_asked_for_is_whole_on_the_screen(columns: list[Column], total: int, first: int, index: int) -> None:
    geometry = Geometry(columns, total)
    if index >= len(columns) or columns[index].frozen:
        return
    begin = geometry.first_showing(index, first)
    layout = geometry.layout(begin)
    slot = next((slot for slot in layout.slots if slot.index == index), None)
    room = total - 1 - GUTTER
    if slot is None:
        assert sum(c.width for c in columns if c.frozen) > room // 3  # only frozen columns crowd it out
        return
    assert slot.end <= total - 1
    ends = [GUTTER, *(one.end for one in layout.slots)]
    assert all(one.x - one.gap == end for one, end in zip(layout.slots, ends, strict=False))
    assert layout.more_left + sum(1 for one in layout.slots if one.index >= geometry.frozen) <= len(columns)
