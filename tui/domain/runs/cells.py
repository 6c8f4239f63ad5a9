"""How the values of one column become text, any rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import numpy.typing as npt

from tui.domain import quantities
from tui.domain.filter.names import Field
from tui.domain.filter.nodes import number
from tui.domain.glyphs import Glyphs
from tui.domain.runs.run_facts import status_text
from tui.domain.runs.snapshot import CodedTexts, FrameSnapshot
from tui.domain.table import Align, Tone
from tui.domain.text import clean, named, width

Rows = npt.NDArray[np.int64]
Write = Callable[[Rows], list[str]]

LONGEST = 1000
"""A cell holds no more characters than this; a longer value is to be read elsewhere."""

_WIDEST = 32
_NARROWEST = 4
_SHORT_COMMIT = 7
_SHORT_ID = 8
_STATUS_TONES: dict[str, Tone] = {"FAILED": "bad", "KILLED": "warn", "RUNNING": "accent", "SCHEDULED": "muted"}


@dataclass
class Moment:
    """The time that relative times are told from, and the zone of absolute ones where those are wanted."""

    now_ms: int
    zone: tzinfo
    absolute: bool = False


@dataclass(frozen=True)
class Cells:
    """A column's texts for any rows, the width and side that suit it, and which of its texts are special."""

    write: Write
    width: int
    align: Align = "left"
    tones: Callable[[Rows], list[Tone]] | None = None


def cells_of(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs, moment: Moment) -> Cells:
    """The cells of any column but the name."""
    if field.figure == "time":
        return _time(snapshot, field, glyphs, moment)
    if field.kind == "metric":
        return _metric(snapshot, field, glyphs)
    if field.kind in ("param", "tag"):
        return _texts(snapshot, field, glyphs)
    if field.key == "status":
        return _status(snapshot, glyphs)
    if field.measure in ("time", "duration"):
        return _time(snapshot, field, glyphs, moment)
    if field.measure == "number":
        return _count(snapshot, field, glyphs)
    return _attribute(snapshot, field, glyphs)


def _metric(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs) -> Cells:
    # Figures are written as precisely as the values that they stand beside; steps are whole numbers.
    sample = snapshot.some_numbers(field.key)
    if field.figure == "step":
        values, present = snapshot.numbers(field)
        sample = values[present][:512].tolist()
    write = quantities.writer(sample)
    cells = max((width(write(value)) for value in sample if value == value), default=1)

    def texts(rows: Rows) -> list[str]:
        values, present = snapshot.numbers(field)
        return [
            write(value) if there else glyphs.absent
            for value, there in zip(values[rows].tolist(), present[rows].tolist(), strict=True)
        ]

    def tones(rows: Rows) -> list[Tone]:
        values, present = snapshot.numbers(field)
        return [
            ("warn" if value != value else "") if there else "muted"
            for value, there in zip(values[rows].tolist(), present[rows].tolist(), strict=True)
        ]

    return Cells(texts, max(_NARROWEST, cells), "right", tones)


def _texts(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs) -> Cells:
    sample = [text for text in snapshot.some_texts(field) if text]
    numeric = sum(number(text) is not None for text in sample)
    align: Align = "right" if sample and numeric * 2 > len(sample) else "left"
    shown = [_one_line(text, glyphs) for text in sample]
    return Cells(_coded(snapshot, field, glyphs, _whole), _fitting(shown), align)


def _attribute(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs) -> Cells:
    shorten = _SHORTENED.get(field.key, _whole)
    if field.key == "experiment":
        names = snapshot.experiment_names()

        def shorten(text: str) -> str:
            return names.get(text, text)

    write = _coded(snapshot, field, glyphs, shorten)
    every = max(1, snapshot.row_count // 200)
    cells = _fitting(write(np.arange(0, snapshot.row_count, every, dtype=np.int64)))
    return Cells(write, 32 if field.key == "id" else cells)


def _coded(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs, shorten: Callable[[str], str]) -> Write:
    def texts(rows: Rows) -> list[str]:
        column: CodedTexts = snapshot.texts(field)
        known = column.texts
        return [
            (_one_line(shorten(known[code]), glyphs) or '""') if code >= 0 else glyphs.absent
            for code in column.codes[rows].tolist()
        ]

    return texts


def _status(snapshot: FrameSnapshot, glyphs: Glyphs) -> Cells:
    statuses = snapshot.texts(Field("attribute", "status"))
    lifecycles = snapshot.texts(Field("attribute", "lifecycle"))
    memo: dict[tuple[int, int], tuple[str, Tone]] = {}

    def both(rows: Rows) -> list[tuple[str, Tone]]:
        found: list[tuple[str, Tone]] = []
        for codes in zip(statuses.codes[rows].tolist(), lifecycles.codes[rows].tolist(), strict=True):
            if codes not in memo:
                status = statuses.texts[codes[0]] if codes[0] >= 0 else ""
                lifecycle = lifecycles.texts[codes[1]] if codes[1] >= 0 else ""
                tone: Tone = "muted" if lifecycle == "deleted" else _STATUS_TONES.get(status, "")
                text = status_text(status, lifecycle, glyphs) if status else glyphs.absent
                memo[codes] = text, tone
            found.append(memo[codes])
        return found

    # One row for each combination there is.
    combined = statuses.codes.astype(np.int64) * 2**32 + lifecycles.codes
    _, examples = np.unique(combined, return_index=True)
    cells = max((width(text) for text, _ in both(examples)), default=_NARROWEST)
    return Cells(
        lambda rows: [text for text, _ in both(rows)], cells, "left", lambda rows: [tone for _, tone in both(rows)]
    )


def _time(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs, moment: Moment) -> Cells:
    def times(rows: Rows) -> list[str]:
        values, present = snapshot.numbers(field)
        return [
            quantities.ago(int(value), moment.now_ms) if there else glyphs.absent
            for value, there in zip(values[rows].tolist(), present[rows].tolist(), strict=True)
        ]

    def durations(rows: Rows) -> list[str]:
        starts, started = snapshot.numbers(Field("attribute", "start"))
        ends, ended = snapshot.numbers(Field("attribute", "end"))
        return [
            quantities.duration(int((end if done else moment.now_ms) - start)) + ("" if done else glyphs.ellipsis)
            if there and (done or start <= moment.now_ms)  # what begins later has not taken anything yet
            else glyphs.absent
            for start, there, end, done in zip(
                starts[rows].tolist(), started[rows].tolist(), ends[rows].tolist(), ended[rows].tolist(), strict=True
            )
        ]

    def stamps(rows: Rows) -> list[str]:
        values, present = snapshot.numbers(field)
        return [
            quantities.stamp(int(value), moment.zone, glyphs.absent) if there else glyphs.absent
            for value, there in zip(values[rows].tolist(), present[rows].tolist(), strict=True)
        ]

    if field.measure == "time" and moment.absolute:
        return Cells(stamps, 19)
    return Cells(times if field.measure == "time" else durations, 7, "right")


def _count(snapshot: FrameSnapshot, field: Field, glyphs: Glyphs) -> Cells:
    def texts(rows: Rows) -> list[str]:
        values, _ = snapshot.numbers(field)
        return [quantities.count(int(value)) if value > 0 else glyphs.absent for value in values[rows].tolist()]

    return Cells(texts, _NARROWEST, "right")


def _whole(text: str) -> str:
    return text


def _base_name(text: str) -> str:
    """The last part of a path, whichever way its slashes lean."""
    return text.replace("\\", "/").rstrip("/").rpartition("/")[2] or text


_SHORTENED: dict[str, Callable[[str], str]] = {
    "source": _base_name,
    "version": lambda text: text[:_SHORT_COMMIT],
    "parent": lambda text: text[:_SHORT_ID],
    "note": lambda text: text.strip().partition("\n")[0],
}


def _one_line(text: str, glyphs: Glyphs) -> str:
    return clean(text) if len(text) <= LONGEST else clean(text[:LONGEST]) + glyphs.ellipsis


def _fitting(texts: Sequence[str]) -> int:
    return max(_NARROWEST, min(_WIDEST, max(map(width, texts), default=0)))


def short_name(name: str, run_id: str) -> str:
    """What a run is called where it may have no name."""
    return named(name[:LONGEST]) if name.strip() else clean(run_id[:_SHORT_ID])
