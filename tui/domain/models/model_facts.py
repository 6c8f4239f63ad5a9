"""A registered model, one of its versions, or the two sides of an alias's move, as names and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain import quantities
from tui.domain.models.measures import Measured, every_measured
from tui.domain.models.readiness import Finding
from tui.domain.models.rows import UNKNOWN, Holding, KnownOfModels, Notation, by_whom
from tui.domain.models.values import (
    ModelFacts,
    ModelVersion,
    Numbered,
    RegisteredModel,
    Signature,
    SignatureField,
    SourceModel,
    SourceRun,
)
from tui.domain.runs.run_facts import Facts, facts, status_text
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
    if model is None or not model.is_missing:
        return made.model_id
    by_name = made.source.startswith("models:/")  # else only the folder tells, and that may be another store's
    return (
        f"{'deleted, though the version loads' if by_name else 'not here, only its folder is named'}:  {made.model_id}"
    )


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
        "name": [named(one.key) for one in shown],
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


# The two sides of an alias's move as rows: what it is on now, and what it would be on then.


_METRICS_SHOWN = 6
_SIDE = 24  # cells of either side where there is something to say of their difference
_LEAST_SIDE, _NOTE = 12, 14  # cells that are left to them where there is little room
_GAPS = 12  # cells of the table that are not its columns


@dataclass(frozen=True)
class MoveRow:
    """One line of the panel: a name, both sides, and what their difference means."""

    name: str
    now: str
    then: str
    note: str = ""
    tone: Tone = ""
    brief: str = ""  # the note where there is little room
    metric: str = ""  # the name of the metric that it is about


def rows(
    now: ModelVersion | None,
    then: ModelVersion | None,
    known: KnownOfModels,
    reading: Notation,
    *,
    aliases_now: Sequence[str] = (),
    aliases_then: Sequence[str] = (),
    holding: Holding = UNKNOWN,
) -> list[MoveRow]:
    """The rows for a move from one version to another; None stands for no version at all.

    ``holding`` is what is known of the alias where it is now.
    """
    sides = (now, then)
    found = [
        _row("version", [f"v{made.version}" if made is not None else "none" for made in sides]),
        *([_row("held", [_held(holding, reading), ""])] if now is not None else ()),
        _row("created", [_made(made, known, reading) for made in sides]),
        _row("state", [reading.status(made)[0] if made is not None else "" for made in sides], _tone(then, reading)),
    ]
    runs = [_run(made, known, reading) for made in sides]
    if any(text for text, _ in runs):
        found.append(MoveRow("run", runs[0][0], runs[1][0], tone=runs[1][1]))
    found += metric_rows(now, then, known, reading)
    facts = [known.facts(made.name, made.version) if made is not None else None for made in sides]
    if any(facts):
        found.append(_signature(facts[0], facts[1], reading))
    also = [" ".join(clean(alias) for alias in aliases) for aliases in (aliases_now, aliases_then)]
    if any(also):
        found.append(_row("other aliases", also))
    notes = [clean(made.description.splitlines()[0][:200]) if made and made.description else "" for made in sides]
    if any(notes):
        found.append(_row("notes", notes))
    return found


def _held(holding: Holding, reading: Notation) -> str:
    was = "" if holding.was is None else f", was {f'v{holding.was}' if holding.was else 'none'}"
    return f"{reading.since(holding)}{was}"


def _row(name: str, sides: Sequence[str], tone: Tone = "") -> MoveRow:
    return MoveRow(name, sides[0], sides[1], tone=tone)


def _made(made: ModelVersion | None, known: KnownOfModels, reading: Notation) -> str:
    if made is None:
        return ""
    who = clean(by_whom(known, made))
    when = reading.when(made.created_ms)
    ago = "" if reading.zone is not None or when == "now" or made.created_ms is None else " ago"
    return f"{when}{ago}{f' by {who}' if who else ''}"


def _tone(made: ModelVersion | None, reading: Notation) -> Tone:
    return reading.status(made)[1] if made is not None else ""


def _run(made: ModelVersion | None, known: KnownOfModels, reading: Notation) -> tuple[str, Tone]:
    if made is None or not made.run_id:
        return "", ""
    run = known.run(made.run_id)
    if run is None:
        return clean(made.run_id[:8]), ""
    if run.elsewhere:
        return f"{clean(made.run_id[:8])} {clean(run.elsewhere)}", "muted"
    if run.is_missing:
        return f"{clean(made.run_id[:8])} is gone", "bad"
    bad = run.status in ("FAILED", "KILLED") or run.lifecycle == "deleted"
    return f"{named(run.name or run.run_id[:8])}  {status_text(run.status, run.lifecycle, reading.glyphs)}", (
        "bad" if bad else "")  # fmt: skip


def metric_rows(
    now: ModelVersion | None,
    then: ModelVersion | None,
    known: KnownOfModels,
    reading: Notation,
    most: int | None = _METRICS_SHOWN,
) -> list[MoveRow]:
    """A row for each metric on each dataset; what only the runs were measured at stands after it, as the runs'.

    Of more than ``most`` the others are counted.
    """
    sides = [_measured(made, known) for made in (now, then)]
    chosen = known.metric
    key = chosen.partition("@")[0]
    names = sorted(
        {*sides[0], *sides[1]}, key=lambda name: (name[1], name[0] != chosen, name[0].partition("@")[0] != key, name)
    )
    found = []
    for name, of_run in names[:most]:
        before, after = (side.get((name, of_run)) for side in sides)
        change, tone = reading.change(
            after.value if after else None, before.value if before else None, known.better(name)
        )
        verdict = {"good": "better", "bad": "worse"}.get(tone, "")
        other = "other data" if before and after and before.digest != after.digest else ""
        note = "  ".join(part for part in (change, verdict, other) if part)
        brief = "  ".join(part for part in (change.partition("  ")[0], verdict, other) if part)
        texts = [reading.number(side.value if side else None) for side in (before, after)]
        found.append(
            MoveRow(named(name) + (" of the run" if of_run else ""), texts[0], texts[1], note, tone, brief, name)
        )
    if most is not None and len(names) > most:
        found.append(MoveRow(f"{len(names) - most} more", "d shows all", "", tone="muted"))
    return found


def _measured(made: ModelVersion | None, known: KnownOfModels) -> dict[tuple[str, bool], Measured]:
    """The values of a version by name, and whether they are its run's and not its logged model's."""
    if made is None:
        return {}
    found: dict[tuple[str, bool], Measured] = {}
    for one in every_measured(known.source_model(made), known.run(made.run_id) if made.run_id else None):
        # Of one dataset at several states the newest measurement counts, as in the tables.
        name = (one.name, one.is_of_run)
        found[name] = known.measured(made, one.name) or one if one.dataset else one
    return found


def _signature(now: ModelFacts | None, then: ModelFacts | None, reading: Notation) -> MoveRow:
    texts = [signature_text(facts) for facts in (now, then)]
    notes = signature_changes(now.signature if now else None, then.signature if then else None)
    note = f"{reading.glyphs.warning} {'; '.join(notes[:3])}" if notes and now is not None and then is not None else ""
    return MoveRow("signature", texts[0], texts[1], clean(note), "warn" if note else "")


def signature_text(facts: ModelFacts | None) -> str:
    """A signature in brief; empty where its files have not been read."""
    if facts is None:
        return ""
    if facts.unread:
        return "files cannot be read"
    return facts.signature.summary if facts.signature is not None else "none"


def signature_changes(before: Signature | None, after: Signature | None) -> list[str]:
    """What a caller would notice: ``input `a` is gone``, ``output `y` is long, was double``."""
    if before is None or after is None:
        return [] if before == after else ["the signature is gone" if after is None else "there was no signature"]
    found = []
    for what, old, new in (
        ("input", before.inputs, after.inputs),
        ("output", before.outputs, after.outputs),
        ("param", before.params, after.params),
    ):
        was, now = ({field.name: field for field in fields} for fields in (old, new))
        found += [f"{what} `{name}` is gone" for name in was if name not in now]
        found += [f"{what} `{name}` is new" for name in now if name not in was]
        for name in now:
            if name in was and now[name].type != was[name].type:
                found.append(f"{what} `{name}` is {now[name].type}, was {was[name].type}")
            elif name in was and now[name].required and not was[name].required:
                found.append(f"{what} `{name}` is required now")
    return found


def table(shown: Sequence[MoveRow], room: int) -> RowsTable:
    """The rows of the panel in so many cells; both sides give way before what their difference means does."""
    cells = {
        "name": [row.name for row in shown],
        "now": [row.now for row in shown],
        "after": [row.then for row in shown],
        "note": [row.note for row in shown],
    }
    wide = {key: max([12, *map(width, texts)]) for key, texts in cells.items()}
    side = _SIDE if any(cells["note"]) else 2 * _SIDE
    around = room - _GAPS - wide["name"]
    if any(cells["note"]) and 2 * side + wide["note"] > around:
        cells["note"] = [row.brief or row.note for row in shown]
        wide["note"] = max([_NOTE, *(width(row.brief) for row in shown)])
        side = max(_LEAST_SIDE, min(side, (around - wide["note"]) // 2))
    columns = (
        Column("name", "", wide["name"], frozen=True),
        Column("now", "now", min(side, wide["now"])),
        Column("after", "after", min(side, wide["after"])),
        Column("note", "", wide["note"]),
    )
    tones: dict[str, Sequence[Tone]] = {
        "name": ["muted"] * len(shown),
        "now": [
            "muted" if row.tone == "muted" and not row.then else "" for row in shown
        ],  # no value: what there is more
        "after": [row.tone if row.name in ("state", "run") else "" for row in shown],
        "note": [row.tone for row in shown],
    }
    return RowsTable(columns, [str(number) for number in range(len(shown))], cells, tones)
