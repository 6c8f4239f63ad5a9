"""The two sides of an alias's move as rows: what it is on now, and what it would be on then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.models.holders import UNKNOWN, Holding
from tui.domain.models.measures import Measured, every_measured
from tui.domain.models.rows import KnownOfModels, Notation, by_whom
from tui.domain.models.values import ModelFacts, ModelVersion, Signature
from tui.domain.runs.tables import status_text
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width

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
        found.append(MoveRow("", "", "", f"{len(names) - most} more metrics: d shows all", "muted"))
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
        "after": [row.tone if row.name in ("state", "run") else "" for row in shown],
        "note": [row.tone for row in shown],
    }
    return RowsTable(columns, [str(number) for number in range(len(shown))], cells, tones)
