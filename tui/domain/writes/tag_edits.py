"""The tags of one thing or of several, and what is to become of them: rows to edit, and the plan that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.domain.glyphs import Glyphs
from tui.domain.table import Column, RowsTable, Tone
from tui.domain.text import clean, named, width
from tui.domain.writes.changes import NOTE_KEY, Plan, ThingState, tagging

_NAME_KEY = "mlflow.runName"
_SHOWN = 400


@dataclass(frozen=True)
class TagEdits:
    """Tags as they are, and the values that are to be: None takes a tag away. Notes and names are edited elsewhere."""

    chosen: tuple[ThingState, ...]
    edits: Mapping[str, str | None]

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that there is or is to be: a person's own first, then MLflow's."""
        known = {key for one in self.chosen for key in one.tags} | self.edits.keys()
        return tuple(sorted(known - {NOTE_KEY, _NAME_KEY}, key=lambda key: (key.startswith("mlflow."), key)))

    def values(self, key: str) -> list[str]:
        """The different values that a tag has now."""
        return list(dict.fromkeys(one.tags[key] for one in self.chosen if key in one.tags))

    def having(self, key: str) -> int:
        """How many of the chosen have a tag."""
        return sum(1 for one in self.chosen if key in one.tags)

    def wanted(self, key: str) -> str | None:
        """What a tag is to be, or is where all have the same; None where it is not, or they differ."""
        if key in self.edits:
            return self.edits[key]
        values = self.values(key)
        return values[0] if len(values) == 1 and self.having(key) == len(self.chosen) else None

    def edited(self, key: str, value: str | None) -> TagEdits:
        """With another value; what comes to nothing is no edit."""
        edits = {**self.edits, key: value}
        if all(one.tags.get(key) == value for one in self.chosen):
            del edits[key]
        return TagEdits(self.chosen, edits)

    def unedited(self, key: str) -> TagEdits:
        """With that tag left as it is."""
        return TagEdits(self.chosen, {known: value for known, value in self.edits.items() if known != key})

    @property
    def plan(self) -> Plan:
        return tagging(self.chosen, self.edits)

    def table(self, glyphs: Glyphs) -> RowsTable:
        """One row a tag: its key, its value now, and, with a sign before it, the value that it is to have."""
        keys = self.keys
        names = [named(key) for key in keys]
        now = [self._now(key, glyphs.absent) for key in keys]
        then = [self._then(key) for key in keys]
        columns = (
            Column("key", "tag", max([12, *(min(36, width(name)) for name in names)]), frozen=True),
            Column("now", "now", max([16, *(min(28, width(text)) for text in now)])),
            Column("after", "after", max([16, *(min(60, width(text)) for text in then)])),
        )
        tones: list[Tone] = ["accent" if key in self.edits else "" for key in keys]
        name_tones: list[Tone] = ["muted" if key.startswith("mlflow.") else "" for key in keys]
        cells = {"key": names, "now": now, "after": then}
        return RowsTable(columns, keys, cells, {"after": tones, "key": name_tones})

    def _now(self, key: str, absent: str) -> str:
        values, having = self.values(key), self.having(key)
        if not values:
            return absent
        text = (clean(values[0][:_SHOWN]) or "(empty)") if len(values) == 1 else f"{len(values)} different values"
        return text if having == len(self.chosen) else f"{text}  ({having} of {len(self.chosen)})"

    def _then(self, key: str) -> str:
        if key not in self.edits:
            return ""
        value = self.edits[key]
        if value is None:
            return "- taken away"
        return f"{'~' if self.having(key) else '+'} {clean(value[:_SHOWN]) or '(empty)'}"
