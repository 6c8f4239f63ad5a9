"""Artifacts, as a tab and as a page: the tree at the left, what is under its cursor at the right."""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from tui.app.actions import bindings
from tui.domain.artifact_tree import ArtifactNode, ArtifactTree
from tui.domain.artifacts import ASK_BYTES, HEAD_BYTES, ArtifactRoot
from tui.domain.glyphs import ASCII, Glyphs
from tui.domain.preview.tree import Literal, Pairs, tree_of
from tui.domain.preview.values import CELL_PIXELS, As, AskBody, Preview, TreeBody
from tui.domain.problem import Problem
from tui.domain.quantities import ago, count, size, stamp
from tui.domain.runs.run_facts import told_apart
from tui.domain.text import clean, named
from tui.domain.values import RunDetail
from tui.features.artifacts.tree import ArtifactsTree
from tui.resources import style_sheets
from tui.services.clock import Clock
from tui.services.copies import shown_uri
from tui.services.session import Session
from tui.ui.asking import Asking, Rest
from tui.ui.list_parts import Filtered
from tui.ui.page import Page
from tui.ui.routes import ArtifactsRoute
from tui.widgets.grid import Grid
from tui.widgets.pane import Pane, TabPart
from tui.widgets.preview import PreviewView, TreeGrid

# The right side of artifacts: the preview of a file, and the bar to search it by.


class PreviewPart(Vertical, Filtered):
    """The right side: the preview and the bar to search it by."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("preview")]
    filter_hint = "text to find"
    nothing_to_ask = "A search is of what has been read; {artifacts.more} reads more"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(classes="artifacts-preview")
        self.view = PreviewView(glyphs=glyphs, plain=glyphs is ASCII)
        self._text = ""

    def compose(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view.shown

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "fold_all":
            return isinstance(self.view.shown, TreeGrid)
        return True

    async def action_search(self) -> None:
        await self.open_bar()

    def action_fold_all(self) -> None:
        if isinstance(self.view.shown, TreeGrid):
            self.view.shown.fold_all()

    def filter_text(self) -> str:
        return self._text

    def filter_edited(self, text: str) -> None:
        self._text = text
        self.view.search(text)
        self.say_in_bar(self.view.match_words())

    def filter_dropped(self) -> bool:
        had, self._text = bool(self._text), ""
        self.view.search("")
        return had


# What is said of a folder or a logged model where a file's preview would stand, and code to copy.


def _lines(title: str, said: str, pairs: list[tuple[str, str]], hint: str) -> Content:
    """A title, what it is, names with values under each other, and the next step."""
    name_cells = max((len(name) for name, _ in pairs), default=0)
    lines = [Content.assemble((title, "bold"), (f"  {said}", "$muted")), Content("")]
    lines += [Content.assemble((f"{name:<{name_cells}}  ", "$muted"), value) for name, value in pairs if value]
    lines += [Content(""), Content.assemble((hint, "$muted"))]
    return Content("\n").join(lines)


def folder_words(node: ArtifactNode, tree: ArtifactTree | None) -> Content:
    """A folder: how much of it is known, and what to do with it."""
    children = node.children
    pairs: list[tuple[str, str]] = []
    if children is not None:
        folders = sum(1 for child in children if child.is_folder)
        known = [child.entry.size for child in children if child.entry.size is not None]
        pairs = [
            ("files", count(len(children) - folders)),
            ("folders", count(folders)),
            ("size", f"{size(sum(known))}, without what is in folders" if folders else size(sum(known))),
        ]
    if tree is not None and node is tree.top:
        return _lines("Artifacts", "", [], clean(node.note))
    hint = "enter folds or unfolds it · D downloads all of it"
    return _lines(node.title, "folder", [("path", clean(node.entry.path)), *pairs], hint)


def model_tree(node: ArtifactNode, clock: Clock) -> tuple[Content, TreeBody]:
    """A logged model: what stands above, and what MLflow keeps of it beside its files."""
    model = node.model
    assert model is not None
    made = ""
    if model.created_ms is not None:
        made = f"{stamp(model.created_ms, clock.zone)}  ({ago(model.created_ms, clock.now_ms())})"
    about = [
        ("model id", model.model_id),
        ("status", model.status.lower()),
        ("created", made),
        ("type", model.model_type),
        ("URI", model.root.uri()),
    ]
    top = Pairs((name, Literal(said)) for name, said in about if said)
    tags = {name: value for name, value in model.tags.items() if not name.startswith("mlflow.")}
    kept: list[tuple[str, object]] = [("metrics", Pairs(told_apart(model))), ("params", model.params), ("tags", tags)]
    top += [(name, values) for name, values in kept if values]
    heading = Content("\n").join(
        [
            Content.assemble((named(model.name) or clean(model.model_id), "bold"), ("  logged model", "$muted")),
            Content.assemble(("enter lists its files, MLmodel among them · D downloads all of it", "$muted")),
        ]
    )
    return heading, tree_of(top)[0]


def python_words(tracking_uri: str, node: ArtifactNode) -> str:
    """Python that brings the same file or folder."""
    return (
        f"import mlflow\nmlflow.set_tracking_uri({shown_uri(tracking_uri)!r})\n"
        f"path = mlflow.artifacts.download_artifacts({node.root.uri(node.entry.path)!r}, dst_path='.')\n"
    )


REST_SECONDS = 0.1  # how long the cursor rests before it counts
KEPT = 16  # previews that are kept
NARROW = 84  # columns from which the tree and the preview stand side by side
MORE = 16  # how many times as much is read by "more"
MOST_BYTES = 16 * 1024 * 1024  # of a text that are read to be looked at; beyond that it is to be downloaded
NO_LIMIT = 1 << 62

_VIEWS: tuple[As, ...] = ("auto", "text", "hex")


class ArtifactsView(TabPart, Asking):
    """The files of a run or of a logged model, with their previews; asks only while it is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("artifacts")]

    def __init__(self, session: Session, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="artifacts-view")
        self._session = session
        self._glyphs = glyphs
        self.tree_part = ArtifactsTree(session, glyphs)
        self.preview_part = PreviewPart(glyphs)
        self.root: ArtifactRoot | None = None
        self._path = ""
        self._kept: OrderedDict[tuple[str, int, int, As], Preview] = OrderedDict()
        self._rest = Rest(self, REST_SECONDS, self._look)
        self._node: ArtifactNode | None = None  # whose preview is shown or on its way
        self._most = HEAD_BYTES
        self._whole_most = ASK_BYTES
        self._shown_as: As = "auto"

    def compose(self) -> ComposeResult:
        yield self.tree_part
        yield self.preview_part

    def on_mount(self) -> None:
        self._show_words(Content("Choose a file: it is shown here."))
        if self.root is not None and self.tree_part.tree_shown is None:
            self.tree_part.open_root(self.root, self._path)

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-one-side")
        view = self.preview_part.view
        if self.sees_preview and view.has_class("-loading") and not self.is_asking("preview"):
            self._look()

    @property
    def sees_preview(self) -> bool:
        """Whether there is a preview on the screen; what nobody sees is not read."""
        return not self.has_class("-one-side") or self.has_class("-at-preview")

    # what is shown

    def show_run(self, detail: RunDetail) -> None:
        root = ArtifactRoot("run", detail.run_id)
        if root != self.root:
            self.open_root(root)

    def open_root(self, root: ArtifactRoot, path: str = "") -> None:
        """Show the artifacts of another run or logged model."""
        self.root = root
        self._node = None
        if self.tree_part.is_attached:
            self.tree_part.open_root(root, path)
        else:
            self._path = path  # asked for as soon as there is somebody to take the answer

    def retick(self) -> None:
        self.tree_part.tell()

    def read_again(self) -> None:
        self._kept.clear()
        self.tree_part.read_again()
        preview = self.preview_part.view.preview
        # A page that refreshes itself must not fetch a large file again and again: that waits until its size changes.
        if preview is None or preview.size is None or preview.size <= HEAD_BYTES:
            self._look(again=True)

    @on(ArtifactsTree.Listed)
    def _listed(self) -> None:
        node, preview = self._node, self.preview_part.view.preview
        if node is None or preview is None or node.is_folder or preview.path != node.entry.path:
            return
        if node.entry.size is not None and node.entry.size != preview.size:
            self._kept.clear()
            self._look(again=True)

    def keys_target(self) -> Widget | None:
        if self.has_class("-one-side") and self.has_class("-at-preview") and self.preview_part.keys_target():
            return self.preview_part.keys_target()
        return self.tree_part.keys_target()

    def _show_words(self, content: Content) -> None:
        self.preview_part.view.show_words(content)

    @property
    def at_preview(self) -> bool:
        """Whether the keys go to the preview."""
        return self.preview_part.has_focus_within

    # from the tree to the preview

    @on(ArtifactsTree.Reached)
    def _reached(self, event: ArtifactsTree.Reached) -> None:
        event.stop()
        node = event.node
        if node is self._node and node is not None and not node.is_folder:
            return
        self._rest.end()
        self.forget("preview")
        self._node = node
        self._most, self._whole_most, self._shown_as = HEAD_BYTES, ASK_BYTES, "auto"
        if node is None:
            self._show_words(Content(""))
        elif node.model is not None:
            self.preview_part.view.show_body(*model_tree(node, self._session.clock))
        elif node.is_folder:
            self._show_words(folder_words(node, self.tree_part.tree_shown))
        elif not self._show_kept():
            self.preview_part.view.show_loading(node.title)
            if self.sees_preview:
                self._rest.begin()
        self.refresh_bindings()

    @on(ArtifactsTree.Opened)
    def _opened(self, event: ArtifactsTree.Opened) -> None:
        event.stop()
        self._node = event.node
        view = self.preview_part.view
        if not self.is_asking("preview") and (view.preview is None or view.has_class("-loading")):
            self._look()
        self._go_to_preview()

    def _key(self) -> tuple[str, int, int, As]:
        assert self._node is not None
        return self._node.key, self._most, self._whole_most, self._shown_as

    def _show_kept(self) -> bool:
        kept = self._kept.get(self._key())
        if kept is not None:
            self._kept.move_to_end(self._key())
            self._show(kept)
        return kept is not None

    def _look(self, *, again: bool = False) -> None:
        """Read the preview of the file under the cursor; ``again`` leaves what is shown of it as it is meanwhile."""
        self._rest.end()
        node = self._node
        if node is None or node.is_folder or (again and not self.sees_preview) or self._show_kept():
            return
        if not again:
            self.preview_part.view.show_loading(node.title)
        artifacts, root, path, size = self._session.artifacts, node.root, node.entry.path, node.entry.size
        wide, high = self.app.size.width * CELL_PIXELS[0], self.app.size.height * CELL_PIXELS[1]
        fine = (wide, high) if self.deck.draws_pictures else None
        key, most, whole_most, shown_as = self._key(), self._most, self._whole_most, self._shown_as

        def got(preview: Preview) -> None:
            self._kept[key] = preview
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self._show(preview)

        self.ask(
            self._session.pool,
            "preview",
            lambda: artifacts.preview(
                root, path, size=size, most=most, whole_most=whole_most, shown_as=shown_as, fine=fine
            ),
            got,
            lambda problem: self._refused(path, problem),
        )

    def _show(self, preview: Preview) -> None:
        self.preview_part.view.show(preview)
        if self.has_class("-at-preview") and not self.at_preview:
            self._go_to_preview()
        self.refresh_bindings()

    def _refused(self, path: str, problem: Problem) -> None:
        self.preview_part.view.show_problem(path, problem)
        self.refresh_bindings()

    def _go_to_preview(self) -> None:
        self.set_class(True, "-at-preview")
        target = self.preview_part.keys_target()
        if target is not None and not self.preview_part.view.has_class("-loading"):
            self.call_after_refresh(self.screen.set_focus, target)

    def _go_to_tree(self) -> None:
        self.set_class(False, "-at-preview")
        target = self.tree_part.keys_target()
        if target is not None:
            self.call_after_refresh(self.screen.set_focus, target)

    def on_descendant_focus(self) -> None:
        self.set_class(self.at_preview, "-at-preview")

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        node = self._node
        shown = self.preview_part.view
        if action == "to_preview":
            return not self.at_preview and shown.shown is not None and not self.tree_part.bar_open
        if action == "to_tree":
            return self.at_preview and not self.preview_part.bar_open
        if action == "more":
            return shown.preview is not None and (
                isinstance(shown.preview.body, AskBody) or not (shown.preview.is_whole or self._most >= MOST_BYTES)
            )
        if action == "view_as":
            return node is not None and not node.is_folder
        if action in ("next", "previous"):
            return bool(self.preview_part.filter_text())
        if action == "download":
            return self.tree_part.tree_shown is not None
        return True

    def action_to_preview(self) -> None:
        self._go_to_preview()

    def action_to_tree(self) -> None:
        self._go_to_tree()

    def action_more(self) -> None:
        preview = self.preview_part.view.preview
        if preview is None:
            return
        if isinstance(preview.body, AskBody):
            self._whole_most = NO_LIMIT
        else:
            self._most = min(MOST_BYTES, self._most * MORE)
        self._look()

    def action_view_as(self) -> None:
        self._shown_as = _VIEWS[(_VIEWS.index(self._shown_as) + 1) % len(_VIEWS)]
        self._look()

    def action_next(self) -> None:
        self._step_match(1)

    def action_previous(self) -> None:
        self._step_match(-1)

    def _step_match(self, by: int) -> None:
        found = self.preview_part.view.step_match(by)
        deck = self.deck
        deck.say(self.preview_part.view.match_words() if found else "No match in what has been read")

    def action_download(self) -> None:
        from tui.features.artifacts.download import DownloadModal

        tree = self.tree_part.tree_shown
        if tree is None:
            return
        node = self._node or tree.top
        folder = self.deck.folder
        name = node.model.name if node.model is not None else ""
        self.app.push_screen(
            DownloadModal(self._session, node.root, node.entry, node.title, self._glyphs, folder, name_of_root=name)
        )

    @on(Grid.Opened)
    def _value_opened(self, event: Grid.Opened) -> None:
        event.stop()
        here = self.preview_part.view.value_here()
        if here is not None:
            from tui.ui.dialogs.whole_text import WholeTextModal

            self.app.push_screen(WholeTextModal(*here))

    @on(Grid.CursorMoved)
    def _value_reached(self, event: Grid.CursorMoved) -> None:
        event.stop()

    def step_back(self) -> bool:
        part = self.preview_part if self.at_preview else self.tree_part
        if part.drop_filter():
            return True
        if self.at_preview or (self.has_class("-one-side") and self.has_class("-at-preview")):
            self._go_to_tree()
            return True
        return False

    # what can be copied

    def value_here(self) -> tuple[str, str] | None:
        if self.at_preview:
            here = self.preview_part.view.value_here()
            if here is not None:
                return here
        node = self._node
        return ("path", node.entry.path) if node is not None and node.entry.path else self._uri_here()

    def _uri_here(self) -> tuple[str, str] | None:
        node = self._node
        return ("URI", node.root.uri(node.entry.path)) if node is not None else None

    def copies_here(self) -> list[tuple[str, str]]:
        offers = [offer for offer in (self.value_here(), self._uri_here()) if offer is not None]
        node = self._node
        if node is not None:
            offers.append(("Python", python_words(self._session.launch.tracking_uri, node)))
            if node.entry.path:
                offers.append(("name", named(node.entry.name)))
        seen: set[str] = set()
        return [offer for offer in offers if not (offer[1] in seen or seen.add(offer[1]))]  # type: ignore[func-returns-value]


class ArtifactsPane(Pane):
    """The frame round the view."""

    def __init__(self, view: ArtifactsView) -> None:
        super().__init__(id="artifacts")
        self._view = view

    def body(self) -> ComposeResult:
        yield self._view

    def keys_target(self) -> Widget | None:
        return self._view.keys_target()


class ArtifactsScreen(Page, Asking):
    """The artifacts of a run or of a logged model."""

    CSS_PATH = style_sheets("artifacts.tcss")

    def __init__(self, session: Session, route: ArtifactsRoute) -> None:
        super().__init__(session)
        self._route = route
        self._root = ArtifactRoot(route.kind, route.id)
        self.view = ArtifactsView(session, self.deck.glyphs)
        self.pane = ArtifactsPane(self.view)

    def content(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.set_title("Artifacts", clean(self._route.title) or self._route.id)
        what = "runs" if self._root.kind == "run" else "logged models"
        self.set_crumbs(what, clean(self._route.title) or self._route.id[:12], "artifacts")
        self.set_freshness(self.freshness.loading())
        self.view.open_root(self._root, self._route.path)
        self.focus_pane(self.pane)

    def on_artifacts_tree_listed(self, event: ArtifactsTree.Listed) -> None:
        event.stop()
        if event.problem is None:
            self.set_freshness(self.freshness.live(self.session.clock.now_ms()))
        else:
            self.set_freshness(self.freshness.failed(event.problem))

    def read_again(self) -> None:
        self.set_freshness(self.freshness.loading())
        self.view.read_again()

    def go_back(self) -> bool:
        return self.view.step_back()

    def value_here(self) -> tuple[str, str] | None:
        return self.view.value_here()

    def copies_here(self) -> list[tuple[str, str]]:
        return self.view.copies_here()

    def times_changed(self) -> None:
        self.view.retick()
