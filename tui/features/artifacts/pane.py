"""Artifacts in a frame of their own."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from tui.features.artifacts.view import ArtifactsView
from tui.widgets.pane import Pane


class ArtifactsPane(Pane):
    """The frame round the view."""

    def __init__(self, view: ArtifactsView) -> None:
        super().__init__(id="artifacts")
        self._view = view

    def body(self) -> ComposeResult:
        yield self._view

    def keys_target(self) -> Widget | None:
        return self._view.keys_target()
