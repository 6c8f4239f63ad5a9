"""One file's preview: what is said of it above, and below that the widget that its kind wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.glyphs import Glyphs
from tui.domain.preview.values import (
    AskBody,
    Body,
    FileKind,
    MarkdownBody,
    PictureBody,
    Preview,
    TableBody,
    TextBody,
    TreeBody,
    TreeNode,
)
from tui.domain.problem import Problem
from tui.domain.quantities import count, counted, size
from tui.domain.table import Align, Column, RowsTable, Table, Tone
from tui.domain.text import clean, width
from tui.widgets.grid import Grid, PlainGrid
from tui.widgets.pane import Notice
from tui.widgets.picture_view import PictureView
from tui.widgets.text_view import TextView

if TYPE_CHECKING:
    from textual.widgets import Markdown


# A tree of values that folds, in a grid: JSON, YAML, a model.


_INDENT = 2
_NAME_CELLS = (12, 40)
_VALUE_CELLS = (20, 400)
_MOST_MEASURED = 3000
_TONES: dict[str, Tone] = {
    "string": "", "number": "accent", "keyword": "accent", "name": "accent", "comment": "muted", "heading": "strong",
}  # fmt: skip


class FoldedTree:
    """The lines of a tree that its folds leave; a row's key is the number of its node."""

    def __init__(self, body: TreeBody, folded: set[int], glyphs: Glyphs, generation: int) -> None:
        self._nodes = body.nodes
        self._folded = folded
        self._glyphs = glyphs
        self.generation = generation
        self._shown = list(_unfolded(body.nodes, folded))
        self._rows: dict[int, int] | None = None
        some = body.nodes[:_MOST_MEASURED]
        names = max((_INDENT * node.depth + 2 + width(node.name) for node in some), default=0)
        values = max((width(node.value) for node in some), default=0)
        self.columns = (
            Column("name", "name", max(_NAME_CELLS[0], min(_NAME_CELLS[1], names)), frozen=True),
            Column("value", "value", max(_VALUE_CELLS[0], min(_VALUE_CELLS[1], values))),
        )

    @property
    def row_count(self) -> int:
        return len(self._shown)

    def _at(self, start: int, stop: int) -> Sequence[int]:
        return self._shown[start:stop]

    def texts(self, key: str, start: int, stop: int) -> Sequence[str]:
        if key == "value":
            return [self._nodes[number].value for number in self._at(start, stop)]
        return [self._name(number) for number in self._at(start, stop)]

    def _name(self, number: int) -> str:
        node = self._nodes[number]
        sign = " " if not node.below else self._glyphs.folded if number in self._folded else self._glyphs.unfolded
        return f"{' ' * (_INDENT * node.depth)}{sign} {node.name}"

    def tones(self, key: str, start: int, stop: int) -> Sequence[Tone] | None:
        nodes = [self._nodes[number] for number in self._at(start, stop)]
        if key == "name":
            return ["strong" if node.below and not node.depth else "" for node in nodes]
        return [_tone(node) for node in nodes]

    def row_key(self, row: int) -> str:
        return str(self._shown[row])

    def row_of(self, row_key: str) -> int | None:
        if self._rows is None:
            self._rows = {number: row for row, number in enumerate(self._shown)}
        return self._rows.get(int(row_key))


def _tone(node: TreeNode) -> Tone:
    found = _TONES.get(node.tone)
    if found is not None:
        return found
    return node.tone if node.tone in ("muted", "strong", "accent", "good", "warn", "bad") else ""


def _unfolded(nodes: Sequence[TreeNode], folded: set[int]) -> list[int]:
    shown: list[int] = []
    number = 0
    while number < len(nodes):
        shown.append(number)
        number += 1 + (nodes[number].below if number in folded else 0)
    return shown


class TreeGrid(Grid):
    """A tree: enter folds and unfolds, left folds or goes to what is above, right unfolds or goes on."""

    off = PlainGrid.off

    def __init__(self, *, glyphs: Glyphs, id: str | None = None) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(glyphs=glyphs, id=id)
        self._signs = glyphs
        self._body = TreeBody(())
        self._folded: set[int] = set()
        self._changes = 0

    @property
    def nodes(self) -> tuple[TreeNode, ...]:
        return self._body.nodes

    def show(self, body: TreeBody) -> None:
        """Show another tree, unfolded as deep as it asks for; the same one again stays as it is folded."""
        if body == self._body:
            return
        self._body = body
        self._folded = {at for at, node in enumerate(body.nodes) if node.below and node.depth >= body.open_depth}
        self._draw()
        self.move_to_row(0)

    def _draw(self) -> None:
        self._changes += 1
        self.table = FoldedTree(self._body, self._folded, self._signs, self._changes)

    @property
    def here(self) -> int | None:
        """The number of the node under the cursor."""
        key = self.cursor_key
        return int(key) if key is not None else None

    def path_here(self) -> str:
        """The names from the top to the node under the cursor: ``a.b[2].c``."""
        here = self.here
        if here is None:
            return ""
        names: list[str] = []
        depth = self._body.nodes[here].depth + 1
        for number in range(here, -1, -1):
            node = self._body.nodes[number]
            if node.depth < depth:
                names.append(node.name)
                depth = node.depth
        parts = [name if name.startswith("[") else f".{name}" for name in reversed(names)]
        return "".join(parts).removeprefix(".")

    def toggle(self, number: int) -> None:
        """Fold or unfold a node."""
        if self._body.nodes[number].below:
            self._folded ^= {number}
            self._draw()

    def fold_all(self) -> None:
        """Fold everything, or unfold everything where all is folded."""
        every = {number for number, node in enumerate(self._body.nodes) if node.below}
        self._folded = set() if self._folded == every else every
        self._draw()

    def reveal(self, number: int) -> None:
        """Unfold what is above a node and put the cursor on it."""
        depth = self._body.nodes[number].depth
        for above in range(number - 1, -1, -1):
            if self._body.nodes[above].depth < depth:
                depth = self._body.nodes[above].depth
                self._folded.discard(above)
        self._draw()
        self.move_to(str(number))

    def action_open(self) -> None:
        here = self.here
        if here is not None and self._body.nodes[here].below:
            self.toggle(here)
        else:
            super().action_open()

    def action_left(self) -> None:
        here = self.here
        if here is None:
            return
        if self._body.nodes[here].below and here not in self._folded:
            self.toggle(here)
            return
        depth = self._body.nodes[here].depth
        above = next((n for n in range(here - 1, -1, -1) if self._body.nodes[n].depth < depth), None)
        if above is not None:
            self.move_to(str(above))

    def action_right(self) -> None:
        here = self.here
        if here is not None and here in self._folded:
            self.toggle(here)
        else:
            self.action_down()


# What is said above a preview: name, kind, size, how much of it was read, facts, and what is missing.


_LONG = 60  # characters of a fact from which on it has a line of its own


def read_words(preview: Preview) -> str:
    """How much of the file was read: "first 64 kB of 200 MB"; empty where that is all of it."""
    if isinstance(preview.body, AskBody) or (preview.size is None and not preview.read):
        return ""
    if preview.is_whole:
        if preview.travelled + 1024 < preview.read:
            return f"{size(preview.travelled)} of it were read"
        return ""
    of = f" of {size(preview.size)}" if preview.size is not None else ""
    return f"first {size(preview.read)}{of}"


def heading_line(preview: Preview) -> Content:
    """The lines above a preview."""
    name = clean(preview.path.rpartition("/")[2])
    kind = preview.kind.value
    if preview.shown_as != "auto" and preview.kind is not FileKind.EMPTY:
        kind += f" as {preview.shown_as}"
    parts = [kind, size(preview.size, absent="size not known"), read_words(preview), *_extent(preview)]
    lines: list[Content] = [
        Content.assemble((name, "bold"), ("  " + " · ".join(part for part in parts if part), "$muted"))
    ]
    short = [(called, said) for called, said in preview.facts if len(called) + len(said) < _LONG]
    if short:
        pieces: list[tuple[str, str]] = []
        for called, said in short:
            pieces += [(f"{called} ", "$muted"), (f"{said}   ", "")]
        lines.append(Content.assemble(*pieces))
    for called, said in preview.facts:
        if (called, said) not in short:
            lines.append(Content.assemble((f"{called} ", "$muted"), said))
    lines += [Content.assemble((clean(note), "$warning")) for note in preview.notes]
    return Content("\n").join(lines)


def _extent(preview: Preview) -> list[str]:
    body = preview.body
    if isinstance(body, TextBody) and body.numbered:
        return [counted(len(body.lines), "line") + ("" if preview.is_whole else " of it")]
    if isinstance(body, TableBody):
        columns = body.total_columns or len(body.columns)
        rows = body.total_rows if body.total_rows is not None else body.rows
        read = "" if body.total_rows is not None else " read"
        words = "row" if rows == 1 else "rows", "column" if columns == 1 else "columns"
        return [f"{count(rows)} {words[0]}{read} × {count(columns)} {words[1]}"]
    return []


def asking(preview: Preview, more_key: str, download_key: str) -> str:
    """What a person is asked before a whole file travels."""
    assert isinstance(preview.body, AskBody)
    how_much = size(preview.body.size) if preview.body.size is not None else "a file of unknown size"
    return (
        f"{preview.body.why}, and that is {how_much}.\n"
        f"{more_key} lets it travel and shows it · {download_key} downloads it"
    )


def trouble(path: str, problem: Problem) -> Content:
    """What stands above a preview that could not be made."""
    parts: list[tuple[str, str]] = [
        (clean(path.rpartition("/")[2]), "bold"),
        ("\n", ""),
        (f"{clean(problem.title)}: {clean(problem.message)}", "$error"),
    ]
    if problem.hint:
        parts.append((f"  {clean(problem.hint)}", "$muted"))
    parts.append((Notice.worded("  {app.refresh} tries again · {app.requests} shows the request"), "$muted"))
    return Content.assemble(*parts)


W = TypeVar("W", bound=Widget)


class PreviewView(Vertical):
    """Shows previews, words, or a problem; each kind of body has a widget that is made when it is first needed."""

    def __init__(self, *, glyphs: Glyphs, plain: bool, id: str | None = None) -> None:  # noqa: A002  Textual's own name for it
        super().__init__(id=id, classes="preview-view")
        self._glyphs = glyphs
        self._plain = plain
        self._heading = Static("", classes="preview-heading", markup=False)
        self._bodies: dict[type, Widget] = {}
        self._markdown: Markdown | None = None
        self._query = ""
        self.preview: Preview | None = None
        self._before: tuple[str, str] | None = None  # which file was shown last, and how
        self.more_key, self.download_key = "m", "D"

    def compose(self) -> ComposeResult:
        yield self._heading

    # what is shown

    @property
    def shown(self) -> Widget | None:
        """The widget of the body on the screen."""
        return next((body for body in self._bodies.values() if body.display), None)

    def show_words(self, content: Content) -> None:
        """Show no file but a few words."""
        self.preview = self._before = None
        self._heading.update(content)
        self._only(None)

    def show_body(self, heading: Content, body: Body | None, *, called: str = "") -> None:
        """Show a body that is no file's; what was ``called`` the same before keeps one's place in it."""
        before, self.preview = self._before, None
        self._before = (called, "") if called else None
        self._heading.update(heading)
        again = bool(called) and before == self._before
        self._only(self._widget_for(body, again) if body is not None else None)

    def show_loading(self, name: str) -> None:
        """Another file is on its way: what stands here is dimmed until it comes."""
        self._heading.update(Content.assemble((name, "bold"), ("  reading …", "$muted")))
        self.set_class(True, "-loading")
        for body in self._bodies.values():
            body.set_class(True, "stale")

    def show_problem(self, path: str, problem: Problem) -> None:
        self.preview = self._before = None
        self._heading.update(trouble(path, problem))
        self._only(None)

    def show(self, preview: Preview) -> None:
        """Show a file; of the same file again, one's place in it is kept."""
        before, self.preview = self._before, preview
        self._before = (preview.path, preview.shown_as)
        again = before == self._before
        heading = heading_line(preview)
        body = preview.body
        if isinstance(body, AskBody):
            asked = asking(preview, self.more_key, self.download_key)
            heading = Content.assemble(heading, "\n\n", asked)
        self._heading.update(heading)
        self._only(self._widget_for(body, again) if body is not None and not isinstance(body, AskBody) else None)
        if self._query:
            self.search(self._query)

    def _widget_for(self, body: object, again: bool) -> Widget:
        if isinstance(body, TextBody):
            text = self._made(TextView, TextView)
            text.show(body, same_place=again)
            return text
        if isinstance(body, TreeBody):
            tree = self._made(TreeGrid, lambda: TreeGrid(glyphs=self._glyphs))
            tree.show(body)
            return tree
        if isinstance(body, TableBody):
            grid = self._made(PlainGrid, lambda: PlainGrid(glyphs=self._glyphs))
            grid.placeholder = "The table has no rows."
            grid.table = grid_table(body)
            if not again:
                grid.move_to_row(0)
            return grid
        if isinstance(body, PictureBody):
            picture = self._made(PictureView, lambda: PictureView(plain=self._plain))
            picture.show(body)
            return picture
        assert isinstance(body, MarkdownBody)
        return self._laid_out(body)

    def _laid_out(self, body: MarkdownBody) -> Widget:
        from textual.widgets import Markdown

        if self._markdown is None:
            self._markdown = Markdown(body.text, open_links=False)
            markdown = self._markdown
            return self._made(VerticalScroll, lambda: VerticalScroll(markdown, classes="preview-markdown"))
        self._markdown.update(body.text)
        frame = self._bodies[VerticalScroll]
        frame.scroll_to(0, 0, animate=False, force=True)
        return frame

    def _made(self, kind: type[W], make: Callable[[], W]) -> W:
        known = self._bodies.get(kind)
        if known is None:
            known = self._bodies[kind] = make()
            self.mount(known)
        assert isinstance(known, kind)
        return known

    def _only(self, wanted: Widget | None) -> None:
        """Show one body only; the focus stays in the preview."""
        had_focus = any(body.has_focus_within for body in self._bodies.values())
        self.set_class(False, "-loading")
        for body in self._bodies.values():
            body.set_class(False, "stale")
            body.display = body is wanted
        if had_focus and wanted is not None:
            wanted.focus()

    # searching

    def search(self, query: str) -> None:
        """Look for a text in what is shown, from here on; an empty one ends the search."""
        self._query = query
        shown = self.shown
        if isinstance(shown, TextView):
            shown.search(query)
        elif query and isinstance(shown, Grid):
            self._step_rows(shown, 1, here_too=True)

    def step_match(self, by: int) -> bool:
        """Go to the next match or the one before; False where there is none."""
        shown = self.shown
        if not self._query:
            return False
        if isinstance(shown, TextView):
            return shown.step(by)
        return isinstance(shown, Grid) and self._step_rows(shown, by)

    def match_words(self) -> str:
        """Where the search stands: "3 of 12 matches"."""
        shown = self.shown
        if not self._query:
            return ""
        if isinstance(shown, TextView):
            if not shown.match_count:
                return "no match in what has been read" if self._is_partial else "no match"
            return f"{shown.match_number} of {shown.match_count} matches"
        return ""

    @property
    def _is_partial(self) -> bool:
        return self.preview is not None and not self.preview.is_whole

    def _step_rows(self, grid: Grid, by: int, *, here_too: bool = False) -> bool:
        query = self._query.lower()
        if isinstance(grid, TreeGrid):
            texts = [f"{node.name} {node.value}" for node in grid.nodes]
            here = grid.here or 0
            go: Callable[[int], None] = grid.reveal
        else:
            table = grid.table
            if table is None:
                return False
            texts = _row_texts(table)
            here = grid.cursor_row
            go = grid.move_to_row
        count = len(texts)
        first = 0 if here_too else 1
        for away in range(first, count + first):
            place = (here + by * away) % count
            if query in texts[place].lower():
                go(place)
                return True
        return False

    # what can be copied

    def value_here(self) -> tuple[str, str] | None:
        """What the cursor stands on in a tree or a table: what it is called, and its text."""
        shown = self.shown
        if isinstance(shown, TreeGrid):
            here = shown.here
            return (shown.path_here(), shown.nodes[here].value) if here is not None else None
        if isinstance(shown, Grid) and shown.table is not None:
            key, row = shown.cursor_column, shown.cursor_row
            if key is not None and shown.cursor_key is not None:
                title = next(column.title for column in shown.table.columns if column.key == key)
                return title, shown.table.texts(key, row, row + 1)[0]
        return None


def _row_texts(table: Table) -> list[str]:
    columns = [table.texts(column.key, 0, table.row_count) for column in table.columns]
    return ["\n".join(cells) for cells in zip(*columns, strict=True)] if columns else []


_CELLS = (4, 36)
_MEASURED = 100
_TYPES = "types"


def grid_table(body: TableBody) -> RowsTable:
    """Columns as wide as their first rows want; where the file says types, they stand in the first row."""
    typed = any(column.type for column in body.columns)
    columns: list[Column] = []
    cells: dict[str, list[str]] = {}
    tones: dict[str, list[Tone]] = {}
    for number, (column, texts) in enumerate(zip(body.columns, body.cells, strict=True)):
        shown = [column.type, *texts] if typed else list(texts)
        widest = max(map(width, [column.name, *shown[:_MEASURED]]), default=0)
        align: Align = "right" if column.is_number else "left"
        key = str(number)
        columns.append(Column(key, column.name or "–", max(_CELLS[0], min(_CELLS[1], widest)), align))
        cells[key] = shown
        if typed:
            plain: list[Tone] = [""] * len(texts)
            tones[key] = ["muted", *plain]
    keys = [str(row + 1) for row in range(body.rows)]
    return RowsTable(columns, [_TYPES, *keys] if typed else keys, cells, tones)
