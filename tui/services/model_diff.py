"""Versions of a model gathered for comparing: their runs, files, tags and states as one sheet. It blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.domain.diff.sheet import Sheet, SheetBuilder, Subject, TextBlock
from tui.domain.diff.sources import of_details
from tui.domain.models.measures import every_measured
from tui.domain.models.tables import requirement_pairs
from tui.domain.models.values import ModelFacts, ModelVersion
from tui.domain.problem import Kind, Problem
from tui.domain.values import RunDetail

if TYPE_CHECKING:
    from tui.services.session import Session

_OF_RUN = ("params", "metrics", "datasets", "source")


def version_sheet(session: Session, name: str, versions: Sequence[str]) -> Sheet:
    """Two or more versions as the columns of a sheet; a run or files that cannot be read leave their rows empty."""
    model = session.registry.get_model(name)
    made = [session.registry.get_version(name, version) for version in versions]
    subjects = [
        Subject(
            one.version, f"v{one.version}", " ".join(model.aliases_of(one.version)), run_id=one.run_id, thing="version"
        )
        for one in made
    ]
    session.desk.health.gather_made_of(made)
    builder = SheetBuilder(subjects)
    for column, one in enumerate(made):
        run = _run(session, one)
        if run is not None:
            builder.texts("params", column, run.params)
            builder.numbers("metrics", column, _metrics(session, one, run))
            for block in of_details([run]).blocks:
                if isinstance(block, TextBlock) and block.group in ("datasets", "source"):
                    texts = {key: block.pool[block.codes[row, 0]] for row, key in enumerate(block.keys)}
                    builder.texts(block.group, column, texts)
        _facts(builder, column, session.desk.health.gather_facts(name, one.version))
        builder.texts("tags", column, dict(one.tags))
        builder.texts("overview", column, _overview(one, model.aliases_of(one.version), run))
        if one.created_ms is not None:
            builder.numbers("overview", column, {"created": float(one.created_ms)}, "at")
    return builder.sheet()


def _run(session: Session, made: ModelVersion) -> RunDetail | None:
    if not made.run_id or made.workspace:
        return None
    try:
        return session.tracking.get_run(made.run_id)
    except Problem as problem:
        if problem.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.BAD_REQUEST):
            return None
        raise


def _metrics(session: Session, made: ModelVersion, run: RunDetail) -> dict[str, float]:
    """What the version's logged model was measured at, by dataset, and its run's values as the run's.

    Of a version that was made from no logged model, the run's are its own.
    """
    health = session.desk.health
    model = health.source_model(made)
    of_run = {metric.key: metric.value for metric in run.metrics}
    if model is None:
        return of_run
    own = {one.name: health.measured(made, one.name) or one for one in every_measured(model, None)}
    return {
        **{name: one.value for name, one in own.items()},
        **{f"{key} (of the run)": value for key, value in of_run.items()},
    }


def _facts(builder: SheetBuilder, column: int, files: ModelFacts) -> None:
    if files.signature is not None:
        for what, fields in (
            ("in", files.signature.inputs),
            ("out", files.signature.outputs),
            ("param", files.signature.params),
        ):
            texts = {
                f"{what} {field.name}": field.type if field.required else f"{field.type} optional" for field in fields
            }
            builder.texts("signature", column, texts)
    flavors = {f"{flavor}.{key}": text for flavor, about in files.flavors.items() for key, text in about.items()}
    builder.texts("flavors", column, flavors)
    builder.texts("requirements", column, dict(requirement_pairs(files.requirements)))


def _overview(made: ModelVersion, aliases: Sequence[str], run: RunDetail | None) -> dict[str, str]:
    said = {
        "state": made.status,
        "aliases": " ".join(aliases),
        "source run": run.name
        if run is not None
        else " in workspace ".join(word for word in (made.run_id, made.workspace) if word),
        "stage": made.stage,
        "notes": made.description,
    }
    return {key: text for key, text in said.items() if text}
