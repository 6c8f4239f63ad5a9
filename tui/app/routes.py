"""From a route to its screen; each screen's module is loaded when it is first gone to."""

from __future__ import annotations

from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import (
    ArtifactsRoute,
    CompareRoute,
    CurvesRoute,
    DoctorRoute,
    EvaluationDiffRoute,
    EvaluationSetRoute,
    EvaluationsRoute,
    ImagesRoute,
    IncidentRoute,
    LedgerRoute,
    LoggedModelRoute,
    ModelRoute,
    PromptDiffRoute,
    PromptRoute,
    RequestsRoute,
    Route,
    RunRoute,
    ServingRoute,
    StandingRoute,
    StoreRoute,
    SweepRoute,
    TraceDiffRoute,
    TraceGroupsRoute,
    TraceRoute,
    TracesRoute,
    VersionDiffRoute,
    VersionRoute,
)


def screen_for(route: Route, session: Session) -> Page:
    """The screen that a route leads to."""
    if isinstance(route, RunRoute):
        from tui.features.artifacts.view import ArtifactsView
        from tui.features.run.screen import RunScreen

        return RunScreen(session, route.run_id, route.known, files=lambda glyphs: ArtifactsView(session, glyphs))
    if isinstance(route, CompareRoute):
        from tui.features.compare.screen import CompareScreen

        return CompareScreen(session, route)
    if isinstance(route, ArtifactsRoute):
        from tui.features.artifacts.screen import ArtifactsScreen

        return ArtifactsScreen(session, route)
    if isinstance(route, ImagesRoute):
        from tui.features.artifacts.images import ImagesScreen

        return ImagesScreen(session, route)
    if isinstance(route, LoggedModelRoute):
        from tui.features.artifacts.logged_model import LoggedModelScreen

        return LoggedModelScreen(session, route)
    if isinstance(route, CurvesRoute):
        from tui.features.curves.screen import CurvesScreen

        return CurvesScreen(session, route)
    if isinstance(route, StoreRoute):
        from tui.features.diagnostics.store import StoreScreen

        return StoreScreen(session, route.report, route.opened)
    if isinstance(route, SweepRoute):
        from tui.features.runs.sweep import SweepScreen

        return SweepScreen(session, route)
    if isinstance(route, ModelRoute):
        from tui.features.models.model import ModelScreen

        return ModelScreen(session, route.name, route.alias, route.stage)
    if isinstance(route, VersionRoute):
        from tui.features.models.version import VersionScreen

        return VersionScreen(session, route.name, route.version)
    if isinstance(route, VersionDiffRoute):
        from tui.features.compare.versions import VersionDiffScreen

        return VersionDiffScreen(session, route)
    if isinstance(route, PromptRoute):
        from tui.features.prompts.screen import PromptsScreen

        return PromptsScreen(session, route.name, route.version, route.alias)
    if isinstance(route, PromptDiffRoute):
        from tui.features.prompts.diff import PromptDiffScreen

        return PromptDiffScreen(session, route)
    if isinstance(route, LedgerRoute):
        from tui.features.diagnostics.ledger import LedgerScreen

        return LedgerScreen(session, route.subject)
    if isinstance(route, ServingRoute):
        from tui.features.serving.screen import ServingScreen

        return ServingScreen(session, route.model, route.ask, split=route.split)
    if isinstance(route, IncidentRoute):
        from tui.features.models.incident import IncidentScreen

        return IncidentScreen(session, route.name, route.alias)
    if isinstance(route, StandingRoute):
        from tui.features.diagnostics.standing import StandingScreen

        return StandingScreen(session, route)
    if isinstance(route, DoctorRoute):
        from tui.features.diagnostics.doctor import DoctorScreen

        return DoctorScreen(session)
    if isinstance(route, RequestsRoute):
        from tui.features.diagnostics.requests import RequestsScreen

        return RequestsScreen(session)
    if isinstance(route, TracesRoute):
        from tui.features.traces.screen import TracesScreen

        return TracesScreen(session, route)
    if isinstance(route, TraceRoute):
        from tui.features.traces.trace import TraceScreen

        return TraceScreen(session, route)
    if isinstance(route, TraceDiffRoute):
        from tui.features.traces.compare import TraceDiffScreen

        return TraceDiffScreen(session, route)
    if isinstance(route, TraceGroupsRoute):
        from tui.features.traces.groups import TraceGroupsScreen

        return TraceGroupsScreen(session, route)
    if isinstance(route, EvaluationsRoute):
        from tui.features.evaluation.screen import EvaluationsScreen

        return EvaluationsScreen(session, route)
    if isinstance(route, EvaluationSetRoute):
        from tui.features.evaluation.dataset import EvaluationSetScreen

        return EvaluationSetScreen(session, route)
    if isinstance(route, EvaluationDiffRoute):
        from tui.features.evaluation.compare import EvaluationDiffScreen

        return EvaluationDiffScreen(session, route)
    raise TypeError(route)


def register(page: Page, run_id: str, uri: str) -> None:
    """Register a model of a run, or the one at an address, from a page that shows it."""
    from tui.features.models.registering import Registering

    assert isinstance(page, Asking)  # every page that shows what can be registered asks
    registering = Registering(page, page)
    if uri:
        registering.at(uri)
    else:
        registering.from_run(run_id)
