"""A registered model or one of its versions as tabs of names and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.domain import quantities
from tui.domain.models.measures import every_measured
from tui.domain.models.readiness import Finding
from tui.domain.models.rows import KnownOfModels, Notation, by_whom
from tui.domain.models.values import (
    ModelFacts,
    ModelVersion,
    Numbered,
    RegisteredModel,
    SignatureField,
    SourceModel,
    SourceRun,
)
from tui.domain.runs.tables import Facts, facts, status_text
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.values import deployment_page


def about_model(
    model: RegisteredModel,
    findings: Sequence[Finding],
    count: int | None,
    reading: Notation,
    numbered: Numbered | None = None,
) -> Facts:
    """What a model is, where its aliases point, and what is wrong with it."""
    newest = model.newest
    # Not every registry tells the newest version with the model: where none is told, only a count of none says so.
    untold = "none" if count == 0 else "not told with the model: see its versions"
    if numbered is not None and numbered.is_all:
        count, untold = numbered.count, f"v{numbered.newest}" if numbered.newest else "none"
    pairs = [
        ("name", model.name),
        ("created", reading.when(model.created_ms)),
        ("changed", reading.when(model.updated_ms)),
        ("versions", quantities.count(count) if count is not None else ""),
        ("newest", f"v{newest.version}  {reading.when(newest.created_ms)}" if newest is not None else untold),
        *((f"@{alias}", f"v{version}") for alias, version in sorted(model.aliases.items())),
        *((f"tag {key}", value) for key, value in sorted(model.tags.items())),
        ("description", model.description.strip()),
    ]
    return _facts([pair for pair in pairs if pair[1]], findings, reading)


def about_version(
    model: RegisteredModel | None,
    made: ModelVersion,
    findings: Sequence[Finding],
    known: KnownOfModels,
    reading: Notation,
    origin: Sequence[tuple[str, str]] = (),
    host: str = "",
) -> Facts:
    """What a version is: state, who made it from what, where aliases point, how to load it.

    ``origin`` is where its source run came from, and ``host`` the address of the workspace, where there is one.
    """
    run = known.run(made.run_id) if made.run_id else None
    aliases = model.aliases_of(made.version) if model is not None else ()
    files = known.facts(made.name, made.version)
    loading = f"models:/{made.name}@{aliases[0]}" if aliases else f"models:/{made.name}/{made.version}"
    run_text = made.run_id
    if run is not None:
        run_text = f"{run.name or run.run_id}  {status_text(run.status, run.lifecycle, reading.glyphs)}"
        run_text = f"{made.run_id}  is not on the server" if run.is_missing else run_text
        run_text = f"{made.run_id}  {run.elsewhere}" if run.elsewhere else run_text
    pairs = [
        ("model", made.name),
        ("version", f"v{made.version}"),
        ("state", f"{made.status} {made.status_message}".strip()),
        ("aliases", "  ".join(aliases)),
        ("created", f"{reading.when(made.created_ms)}{_by(by_whom(known, made))}"),
        ("changed", reading.when(made.updated_ms)),
        ("source run", run_text),
        ("run id", made.run_id),
        ("logged model", _logged_model(made, known)),
        ("source", made.source),
        ("git commit", run.commit if run is not None else ""),
        *origin,
        *_deployment(made.deployment, host),
        ("stage", f"{made.stage} (deprecated)" if made.stage else ""),
        *((name, text) for name, text in file_facts(files)),
        ("load it", f'mlflow.pyfunc.load_model("{loading}")'),
        ("description", made.description.strip()),
    ]
    return _facts([pair for pair in pairs if pair[1]], findings, reading)


def _deployment(told: str, host: str) -> list[tuple[str, str]]:
    """How a deployment stands, in words that tell first what somebody waits for; then which job it is."""
    job, _, stands = told.partition(": ")
    if stands.startswith("approval"):
        stands = f"waits for {stands}"
    page = deployment_page(host, told)
    return [("deployment", stands), ("deployment job", "  ".join(part for part in (job, page) if part))]


def _logged_model(made: ModelVersion, known: KnownOfModels) -> str:
    model = known.source_model(made)
    gone = "  has been deleted; the version can still be loaded" if model is not None and model.is_missing else ""
    return f"{made.model_id}{gone}"


def _by(who: str) -> str:
    return f"  by {who}" if who else ""


def file_facts(files: ModelFacts | None) -> list[tuple[str, str]]:
    """What a version's files say of it, in short."""
    if files is None:
        return [("files", "being read …")]
    if files.unread:
        return [("files", f"cannot be read: {files.unread}")]
    return [
        ("signature", files.signature.summary if files.signature is not None else "none"),
        ("input example", files.input_example or "none"),
        ("flavors", ", ".join(files.flavors)),
        ("requirements", f"{len(files.requirements)}"),
        ("size", quantities.size(files.size_bytes)),
        ("made with MLflow", files.mlflow_version),
        ("logged", files.created),
    ]


def _facts(pairs: Sequence[tuple[str, str]], findings: Sequence[Finding], reading: Notation) -> Facts:
    shown = [
        *pairs,
        *(
            (f"{_sign(finding, reading)} {finding.rule}", f"{finding.sentence} {finding.remedy}")
            for finding in findings
        ),
    ]
    tones: list[Tone] = [""] * len(pairs)
    tones += [{"error": "bad", "warning": "warn"}.get(finding.severity, "muted") for finding in findings]  # type: ignore[misc]
    keys = [str(number) for number in range(len(shown))]
    names = [named(name) for name, _ in shown]
    values = [clean(value[:500]) for _, value in shown]
    columns = (
        Column("name", "about", max([14, *map(width, names)]), frozen=True),
        Column("value", "", max([20, *map(width, values)])),
    )
    muted: list[Tone] = ["muted"] * len(shown)
    table = RowsTable(columns, keys, {"name": names, "value": values}, {"name": muted, "value": tones})
    return Facts(table, {key: value for key, (_, value) in zip(keys, shown, strict=True)})


def _sign(finding: Finding, reading: Notation) -> str:
    return reading.glyphs.failed if finding.severity == "error" else reading.glyphs.warning


def signature(files: ModelFacts, query: str = "") -> Facts:
    """Inputs, outputs and params, one a line."""
    found = files.signature
    pairs: list[tuple[str, str]] = []
    if found is not None:
        for what, fields in (("in", found.inputs), ("out", found.outputs), ("param", found.params)):
            pairs += [(f"{what} {field.name}", _type(field)) for field in fields]
    return facts(pairs, query, heading=("field", "type"))


def _type(field: SignatureField) -> str:
    return field.type if field.required else f"{field.type}  optional"


def requirements(files: ModelFacts, query: str = "") -> Facts:
    """Requirements as package and version."""
    return facts(requirement_pairs(files.requirements), query, heading=("package", "version"))


def measured_at(model: SourceModel, run: SourceRun | None, known: KnownOfModels, query: str = "") -> Facts:
    """What a version's logged model was measured at, on which data and by which run; then its run's own values."""
    words = query.lower().split()
    shown = [
        one for one in every_measured(model, run) if all(word in f"{one.name} {one.digest}".lower() for word in words)
    ]
    judges = {one.run_id: known.run(one.run_id) for one in shown}
    by = [(found.name or one.run_id[:8]) if (found := judges[one.run_id]) else one.run_id[:8] for one in shown]
    cells = {
        "name": [clean(one.key) for one in shown],
        "value": [quantities.number(one.value) for one in shown],
        "step": ["" if one.is_of_run else quantities.count(one.step) for one in shown],
        "data": [
            "its run's own" if one.is_of_run else clean(f"{one.dataset}@{one.digest}".strip("@")) for one in shown
        ],
        "by": [named(name) for name in by],
    }
    titles = {"name": "metric", "value": "value", "step": "step", "data": "measured on", "by": "by the run"}
    columns = tuple(
        Column(
            key,
            titles[key],
            max([len(titles[key]), *map(width, cells[key])]),
            "right" if key in ("value", "step") else "left",
            key == "name",
        )
        for key in titles
    )
    keys = [str(number) for number in range(len(shown))]
    tones: dict[str, Sequence[Tone]] = {"value": ["muted" if one.is_of_run else "" for one in shown]}
    values: dict[str, Sequence[Any]] = {
        "value": [one.value for one in shown],
        "step": [None if one.is_of_run else one.step for one in shown],
    }
    return Facts(
        RowsTable(columns, keys, cells, tones, values=values),
        {key: repr(one.value) for key, one in zip(keys, shown, strict=True)},
    )


def requirement_pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Lines of a requirements file as package and what is asked of its version."""
    pairs = []
    for line in lines:
        end = next((at for at, letter in enumerate(line) if letter in "=<>!~@ [;"), len(line))
        pairs.append((line[:end] or line, line[end:].strip() if end else ""))
    return pairs


def flavors(files: ModelFacts, query: str = "") -> Facts:
    """Each flavor's settings."""
    pairs = [
        (f"{flavor}.{key}", value)
        for flavor, about in sorted(files.flavors.items())
        for key, value in sorted(about.items())
    ]
    return facts(pairs, query, heading=("flavor", "value"))


def files_listed(files: ModelFacts, query: str = "") -> Facts:
    return facts([(name, "") for name in files.files], query, heading=("file", ""))
