"""What a comparison says about itself: title, footnotes, and what stands where there are no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.domain.diff.arrangement import Arranged
from tui.domain.diff.comparison import Comparison
from tui.domain.diff.table import subject_titles
from tui.domain.glyphs import Glyphs
from tui.domain.quantities import count, number
from tui.domain.text import clean

_ORDERS = {"name": "", "change": "by change from the baseline", "spread": "by spread across the runs"}
_ONE_OF = {"params": "param", "metrics": "metric", "tags": "tag", "datasets": "dataset"}


@dataclass(frozen=True)
class ComparisonAsides:
    """What a comparison is besides its values: runs not to be had, runs given twice, and which were left out."""

    missing: tuple[str, ...] = ()
    repeated: int = 0
    scope: str = ""


def title(comparison: Comparison, arranged: Arranged) -> tuple[str, ...]:
    """How many runs, against which, and how much of what differs."""
    runs = len(comparison.subjects)
    parts = [f"Compare {count(runs)} run{'s' if runs != 1 else ''}"]
    if runs > 1:
        parts.append(f"baseline {subject_titles(comparison)[arranged.baseline]}")
    for group in ("params", "metrics"):
        known = comparison.count(group)
        if known.rows and runs > 1:
            verb = " differ" if group == "params" or len(parts) == 2 else ""
            parts.append(f"{count(known.differing)} of {count(known.rows)} {group}{verb}")
    parts.append(f"tolerance {number(comparison.tolerance)}")
    return tuple(parts)


def footnotes(comparison: Comparison, arranged: Arranged, said: ComparisonAsides, glyphs: Glyphs) -> list[str]:
    """What else must be known to read the table rightly."""
    arrangement = arranged.arrangement
    notes = [*absences(said), *([said.scope] if said.scope else [])]
    if len(comparison.subjects) > 1:
        metrics = [s for s in comparison.sections if s.group == "metrics"]
        if metrics and not any(section.present.all(axis=1).any() for section in metrics):
            notes.append("no metric in common")
    notes += ["only what differs" if arrangement.only_differences else "all rows"]
    if arrangement.order != "name":
        notes.append(_ORDERS[arrangement.order])
    if arrangement.query:
        notes.append(f"filter: {clean(arrangement.query)}")
    system = comparison.count("tags").rows - comparison.count("tags", system=False).rows
    if system and not arrangement.system_tags:
        notes.append(f"{system} of MLflow's own tags out (t)")
    if any(comparison.direction(s, row).guessed for s in comparison.sections for row in range(min(len(s), 50))):
        notes.append(f"{glyphs.up}? {glyphs.down}? guessed from the name")
    return notes


def marked(metrics: int) -> list[str]:
    """How many metrics are marked, and what for."""
    return [f"{count(metrics)} metric{'s' if metrics > 1 else ''} marked (p curves)"] if metrics else []


def absences(said: ComparisonAsides) -> list[str]:
    """Runs that are not here, and why."""
    notes = []
    if said.missing:
        many = len(said.missing)
        ids = ", ".join(_shortened(run_id) for run_id in said.missing[:3]) + (" …" if many > 3 else "")
        notes.append(f"{many} run{'s are' if many > 1 else ' is'} no longer there: {ids}")
    if said.repeated:
        notes.append("a run given twice is shown once")
    return notes


def _shortened(run_id: str) -> str:
    """An id as far as it tells runs apart, after its context where it has one."""
    context, colon, own = clean(run_id).rpartition(":")
    return f"{context}{colon}{own[:8]}"


def placeholder(comparison: Comparison, arranged: Arranged) -> str:
    """What stands where there are no rows, with the next step."""
    arrangement = arranged.arrangement
    runs = len(comparison.subjects)
    if runs == 0:
        return "None of these runs is there any more.\nesc goes back"
    if arrangement.query:
        return f"No row holds  {clean(arrangement.query)}\nesc clears the filter · x shows all rows"
    if runs == 1:
        return (
            "This is one run only: there is nothing to compare it with.\n"
            "esc goes back; mark more runs there (space), then c · x shows what this one has"
        )
    if arrangement.only_differences:
        groups = _listed([group for group in comparison.groups if group != "overview"])
        return (
            f"Nothing differs between these {count(runs)} runs in {groups}.\n"
            "x shows all rows · t adds MLflow's own tags"
        )
    return "These runs have nothing to compare.\nesc goes back"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + f" or {names[-1]}" if len(names) > 1 else "".join(names)
