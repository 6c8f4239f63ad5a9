"""``mlflow-deck ledger``: what was written from this machine."""

from __future__ import annotations

import json
from datetime import tzinfo
from pathlib import Path

from tui.domain.problem import Kind, Problem
from tui.domain.quantities import stamp
from tui.domain.text import clean, fit, named, width
from tui.services.ledger import Contents, Entry
from tui.services.ledger_rows import as_plain, row


def selected(contents: Contents, names: tuple[str, ...]) -> list[Entry]:
    """The entries about these models, runs or experiments; all where none is named."""
    return [entry for entry in contents.entries if not names or entry.subject in names]


def as_json(entries: list[Entry]) -> str:
    return json.dumps([as_plain(entry) for entry in entries], indent=2)


def merged_words(contents: Contents, file: Path, folder: Path) -> str:
    """Merge what another machine has handed on, and say what came of it. Raises Problem where it cannot be read."""
    from tui.services.ledger_rows import merge, read

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Problem(Kind.CONFIG, "Nothing was merged", f"{file}: {reason}.", "Name another file.") from None
    new, known = merge(folder, contents.entries, read(text, str(file)))
    return f"{new} new {'entry' if new == 1 else 'entries'}, {known} known already.\n"


def as_table(entries: list[Entry], zone: tzinfo, names: tuple[str, ...] = ()) -> str:
    """A line for each entry, the newest last, as a log is read; ``names`` are those that were asked for."""
    if not entries:
        of = f" to {' or '.join(map(named, names))}" if names else ""
        return f"Nothing has been written{of} from here."
    cells = []
    for entry in entries:
        shown = row(entry, zone)
        why = f"  “{entry.why}”" if entry.why else ""
        cells.append(
            [
                f"#{entry.number}",
                stamp(entry.at_ms, zone),
                *map(clean, (entry.context, entry.actor, entry.subject, shown.what, shown.outcome + why)),
            ]
        )
    wide = [max(width(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join("  ".join(fit(text, wide[at]) for at, text in enumerate(line)).rstrip() for line in cells)
