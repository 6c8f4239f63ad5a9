"""The screens at the top of a context: the first of them is all that the start waits for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tui.services.session import Session
from tui.ui.page import Page


def _browse(session: Session) -> Page:
    from tui.app.browse import BrowseScreen

    return BrowseScreen(session)


def _models(session: Session) -> Page:
    from tui.features.models.screen import ModelsScreen

    return ModelsScreen(session)


def _serving(session: Session) -> Page:
    from tui.features.serving.screen import ServingScreen

    return ServingScreen(session)


def _prompts(session: Session) -> Page:
    from tui.features.prompts.screen import PromptsScreen

    return PromptsScreen(session)


def _traces(session: Session) -> Page:
    from tui.features.traces.screen import TracesScreen

    return TracesScreen(session)


def _board(session: Session) -> Page:
    from tui.features.models.stores import StoresScreen

    return StoresScreen(session)


TITLES = {
    "browse": ("experiments", "Runs"),
    "models": ("models", "Models"),
    "serving": ("serving", "Serving"),
    "prompts": ("prompts", "Prompts"),
    "traces": ("traces", "Traces"),
    "board": ("board", "Board"),
}
"""The verb that goes to each, whose key stands before its title in the line at the top."""

TOPS: dict[str, Callable[[Session], Page]] = {
    "browse": _browse,
    "models": _models,
    "serving": _serving,
    "prompts": _prompts,
    "traces": _traces,
    "board": _board,
}
"""The screens at the top of a context, by the name that ``go_home`` knows it by."""


def top_screen(name: str, session: Session) -> Callable[[], Any]:
    """What makes the top screen of that name for a session."""
    return partial(TOPS[name], session)
