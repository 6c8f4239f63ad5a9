"""Artifacts as a page: all the width for the tree and the preview."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.domain.artifacts import ArtifactRoot
from tui.domain.text import clean
from tui.features.artifacts.tree import ArtifactsTree
from tui.features.artifacts.view import ArtifactsPane, ArtifactsView
from tui.resources import style_sheets
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import ArtifactsRoute


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
        super().on_mount()
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
        self.view.tree_part.tell()
