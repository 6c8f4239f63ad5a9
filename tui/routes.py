"""From a route to its screen; each screen's module is loaded when it is first gone to."""

from __future__ import annotations

from tui.screens.base.page import Page
from tui.screens.base.routes import (
    ArtifactsRoute,
    CompareRoute,
    CurvesRoute,
    DoctorRoute,
    LedgerRoute,
    LoggedModelRoute,
    ModelRoute,
    RequestsRoute,
    Route,
    RunRoute,
    ServingRoute,
    StoreRoute,
    VersionDiffRoute,
    VersionRoute,
)
from tui.services.session import Session


def screen_for(route: Route, session: Session) -> Page:
    """The screen that a route leads to."""
    if isinstance(route, RunRoute):
        from tui.screens.run import RunScreen

        return RunScreen(session, route.run_id, route.known)
    if isinstance(route, CompareRoute):
        from tui.screens.compare import CompareScreen

        return CompareScreen(session, route)
    if isinstance(route, ArtifactsRoute):
        from tui.screens.artifacts import ArtifactsScreen

        return ArtifactsScreen(session, route)
    if isinstance(route, LoggedModelRoute):
        from tui.screens.logged_model import LoggedModelScreen

        return LoggedModelScreen(session, route)
    if isinstance(route, CurvesRoute):
        from tui.screens.curves import CurvesScreen

        return CurvesScreen(session, route)
    if isinstance(route, StoreRoute):
        from tui.screens.store import StoreScreen

        return StoreScreen(session, route.report, route.opened)
    if isinstance(route, ModelRoute):
        from tui.screens.model import ModelScreen

        return ModelScreen(session, route.name, route.alias)
    if isinstance(route, VersionRoute):
        from tui.screens.version import VersionScreen

        return VersionScreen(session, route.name, route.version)
    if isinstance(route, VersionDiffRoute):
        from tui.screens.version_diff import VersionDiffScreen

        return VersionDiffScreen(session, route)
    if isinstance(route, LedgerRoute):
        from tui.screens.ledger import LedgerScreen

        return LedgerScreen(session, route.subject)
    if isinstance(route, ServingRoute):
        from tui.screens.serving import ServingScreen

        return ServingScreen(session, route.model)
    if isinstance(route, DoctorRoute):
        from tui.screens.doctor import DoctorScreen

        return DoctorScreen(session)
    if isinstance(route, RequestsRoute):
        from tui.screens.requests import RequestsScreen

        return RequestsScreen(session)
    raise TypeError(route)
