"""The left side of artifacts: the tree of files and logged models, read folder by folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings, key_of
from tui.domain.artifact_tree import SIZE_CELLS, ArtifactNode, ArtifactTree, model_uri
from tui.domain.artifacts import ArtifactListing, ArtifactRoot, LoggedModel
from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.quantities import counted, matches
from tui.domain.text import clean, named
from tui.services.session import Session
from tui.ui.arranged_grid import ArrangedGrid
from tui.ui.asking import Asking
from tui.ui.list_parts import Filtered
from tui.widgets.grid import Grid
from tui.widgets.pane import Notice, Pane

_LEAST_NAME = 16
_BESIDE_NAME = 3 + 2 + SIZE_CELLS + 1  # what a grid's line holds besides the name


class ArtifactsTree(Vertical, Filtered, Asking):
    """A root's tree. ``with_models`` also lists the models that the run logged, which are not among its files."""

    @dataclass
    class Reached(Message):
        """The cursor stands on this now (None: on nothing)."""

        node: ArtifactNode | None

    @dataclass
    class Opened(Message):
        """A file is wanted."""

        node: ArtifactNode

    @dataclass
    class Listed(Message):
        """Folders have been read; ``problem`` where the last one could not be."""

        problem: Problem | None

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("artifact_tree")]
    filter_hint = "words in paths that have been read"
    nothing_to_ask = "Only what has been read is filtered: open a folder to read it"

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(classes="artifacts-tree")
        self._session = session
        self._glyphs = glyphs
        self.notice = Notice()
        self.grid = ArrangedGrid(session, glyphs, name="artifacts")
        self.grid.off |= {"left", "right"}  # these fold and unfold
        self.tree_shown: ArtifactTree | None = None
        self._wanted: tuple[ArtifactRoot, str] | None = None  # where the cursor is to go as soon as that is read

    def compose(self) -> ComposeResult:
        yield self.notice
        yield self.grid

    def keys_target(self) -> Widget | None:
        return self.grid

    # reading

    def open_root(self, root: ArtifactRoot, path: str = "") -> None:
        """Show the tree of another root, with the cursor on ``path`` when that has been read."""
        self.drop_filter()
        for key in list(getattr(self, "_tickets", ())):
            self.forget(key)
        self.tree_shown = ArtifactTree(root, again=key_of("app.refresh"))
        self._wanted = (root, path) if path else None
        self.notice.clear()
        self._read(self.tree_shown.top)
        if root.kind == "run":
            artifacts = self._session.artifacts
            self.ask(
                self._session.pool,
                "models",
                lambda: artifacts.logged_models(root.id),
                self._got_models,
                self._refused_models,
            )
        self.draw()

    def read_again(self) -> None:
        """Read every open folder anew; what is shown stays until it comes."""
        tree = self.tree_shown
        if tree is None:
            return
        folders = tree.folders_read() or [tree.top]
        failed = [node for node in (tree.top, *tree.models) if node.problem is not None and node not in folders]
        for node in [*folders, *failed]:
            self._read(node)
        if tree.root.kind == "run":
            artifacts, run_id = self._session.artifacts, tree.root.id
            self.ask(
                self._session.pool,
                "models",
                lambda: artifacts.logged_models(run_id),
                self._got_models,
                self._refused_models,
            )

    def _read(self, node: ArtifactNode) -> None:
        artifacts, root, path = self._session.artifacts, node.root, node.entry.path
        node.loading = True
        self.ask(
            self._session.pool,
            node.key,
            lambda: artifacts.list_folder(root, path),
            self._got,
            partial(self._refused, node),
            stops="the folder",
        )

    def _got(self, listing: ArtifactListing) -> None:
        if self.tree_shown is None:
            return
        self.tree_shown.take(listing)
        self.notice.clear()
        self.post_message(self.Listed(None))
        self.draw()
        self._go_on()

    def _refused(self, node: ArtifactNode, problem: Problem) -> None:
        node.loading, node.problem = False, problem
        if node.children is not None:
            # What was read stays; that it is old is told beside it.
            node.problem = None
            self.notice.problem(problem)
        elif self.tree_shown is not None and node is self.tree_shown.top:
            self.notice.problem(problem)
        self.post_message(self.Listed(problem))
        self.draw()

    def _got_models(self, models: tuple[LoggedModel, ...]) -> None:
        tree = self.tree_shown
        if tree is None:
            return
        tree.take_models(models)
        if not tree.top.loading:
            self.post_message(self.Listed(tree.top.problem))
        self.draw()

    def _refused_models(self, problem: Problem) -> None:
        # A server of before MLflow 3 has none, and the run's own files are told of by their own request.
        self.notice.problem(problem)

    def _go_on(self) -> None:
        """Open the next folder on the way to the wanted path, or put the cursor on it when it is there."""
        tree, wanted = self.tree_shown, self._wanted
        if tree is None or wanted is None:
            return
        node = tree.reveal(*wanted)
        if node is None:
            return
        if node.entry.path == wanted[1]:
            self._wanted = None
            self.draw()
            self.grid.move_to(node.key)
            self.tell()
        elif node.is_folder and node.children is None:
            node.open = True
            self._read(node)
        else:
            self._wanted = None
            self.notice.tell_warning(f"{clean(wanted[1])} is not here.")

    # what is shown

    def draw(self) -> None:
        """Show the tree as it stands."""
        tree = self.tree_shown
        if tree is None:
            self.grid.placeholder = ""
            self.grid.table = None
            return
        if tree.query:
            self.grid.placeholder = f"Nothing here holds  {clean(tree.query)}\n{key_of('app.back')} clears the filter"
        elif tree.top.children is not None and not tree.models:
            self.grid.placeholder = f"No artifacts.\n{clean(tree.top.note)}"
        table = tree.table(self._glyphs, max(_LEAST_NAME, self.grid.size.width - _BESIDE_NAME))
        self.grid.table = table
        self._tell_counts(tree, table.matching)

    def _tell_counts(self, tree: ArtifactTree, matching: int) -> None:
        """Say in the frame how much has been read, and how much of it the filter leaves."""
        above = [node for node in self.ancestors_with_self if isinstance(node, Widget)]
        pane = next((node for node in above if isinstance(node, Pane)), None)
        if pane is not None and all(node.display for node in above):
            files, folders = tree.counts()
            read = f"{counted(files, 'file')} and {counted(folders, 'folder')} so far"
            pane.set_subtitle(f"{matches(matching)} · {read}" if tree.query else read)

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    @property
    def node_here(self) -> ArtifactNode | None:
        """What the cursor stands on."""
        tree, key = self.tree_shown, self.grid.cursor_key
        return tree.node(key.partition("\0")[0]) if tree is not None and key is not None else None

    def tell(self) -> None:
        """Say anew where the cursor is."""
        self.post_message(self.Reached(self.node_here))

    # keys

    @on(Grid.CursorMoved)
    def _moved(self, event: Grid.CursorMoved) -> None:
        event.stop()
        self.tell()

    @on(Grid.Opened)
    def _enter(self, event: Grid.Opened) -> None:
        event.stop()
        node = self.node_here
        if node is None:
            return
        if not node.is_folder:
            self.post_message(self.Opened(node))
        elif "\0" in event.row_key:
            self._read(node)  # the words in place of what could not be read
        else:
            self._turn(node, not node.open)

    def action_left(self) -> None:
        self._sideways(opens=False)

    def action_right(self) -> None:
        self._sideways(opens=True)

    def _sideways(self, *, opens: bool) -> None:
        node, tree = self.node_here, self.tree_shown
        if node is None or tree is None:
            return
        if node.is_folder and node.open != opens and node is not tree.top:
            self._turn(node, opens)
        elif opens:
            if node.is_folder:
                self.grid.action_down()
            else:
                self.post_message(self.Opened(node))
        else:
            above = tree.parent(node)
            if above is not None:
                self.grid.move_to(above.key)
            else:
                self.deck.say("This is at the top: there is no folder above it")

    def _turn(self, node: ArtifactNode, is_open: bool) -> None:
        node.open = is_open
        if is_open and (node.children is None or node.problem is not None):
            node.problem = None
            self._read(node)
        self.draw()

    def action_fold_all(self) -> None:
        tree = self.tree_shown
        if tree is None:
            return
        unfolded = [node for node in tree.folders_read() if node is not tree.top]
        for node in unfolded:
            node.open = False
        if unfolded:
            self.draw()
        else:
            self.deck.say("No folder is open")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "register":
            return self.node_here is not None
        return True

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "There is nothing here to register" if verb == "register" else ""

    def action_register(self) -> None:
        node = self.node_here
        uri = model_uri(node) if node is not None else ""
        deck = self.deck
        if uri:
            deck.register(uri=uri)
        elif node is not None:
            title = named(node.entry.name) or node.title
            deck.say(clean(f"{title} is no model. R registers a folder with an MLmodel file, or a logged model"))

    # the filter

    async def action_filter(self) -> None:
        await self.open_bar()

    def filter_text(self) -> str:
        return self.tree_shown.query if self.tree_shown is not None else ""

    def filter_edited(self, text: str) -> None:
        if self.tree_shown is not None:
            self.tree_shown.query = text.strip()
            self.draw()

    def filter_dropped(self) -> bool:
        had = bool(self.filter_text())
        if self.tree_shown is not None and had:
            node = self.node_here
            self.tree_shown.query = ""
            if node is not None:
                self.tree_shown.reveal(node.root, node.entry.path)
            self.draw()
        return had
