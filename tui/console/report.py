"""What is told of the deck itself: what is configured and what works, the log that was asked for, what was written."""

from __future__ import annotations

import json
import logging
import os
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import tzinfo
from pathlib import Path

from tui.config.launch import Launch
from tui.config.model import ModelSettings, Settings
from tui.domain.problem import Kind, Problem
from tui.domain.quantities import stamp
from tui.domain.text import clean, fit, named, width
from tui.domain.uris import masked, without_secrets
from tui.resources import example_config
from tui.services.doctor import Check, Verdict, fails, summary, took_words
from tui.services.ledger import Contents, Entry
from tui.services.ledger_rows import as_plain, row


def described(launch: Launch, file: Path) -> str:
    """What would be opened and every setting, a line each, with where it came from; no secret in it."""
    there = "" if file.is_file() else "  (there is no such file)"
    rows = [
        ("context", launch.context_name, ""),
        ("tracking_uri", masked(launch.tracking_uri), launch.origins["tracking_uri"]),
        ("registry_uri", masked(launch.registry_uri), launch.origins["registry_uri"]),
        ("profile", launch.profile or "-", launch.origins["profile"]),
        ("read_only", _text(launch.read_only), launch.origins["read_only"]),
        ("protected", _text(launch.protected), launch.origins["protected"]),
        ("experiment_path", launch.experiment_path or "-", launch.origins["experiment_path"]),
        ("workspace", launch.workspace or "-", launch.origins["workspace"]),
        ("catalog", launch.catalog or "-", launch.origins["catalog"]),
        ("columns", ", ".join(launch.columns) or "-", launch.origins["columns"]),
        ("timeout", f"{launch.timeout_s:g} s", launch.origins["timeout_s"]),
        ("page_size", f"{launch.page_size} runs", launch.origins["page_size"]),
    ]
    defaults = Settings()
    for entry in fields(Settings):
        if entry.name in ("context", "contexts", "models"):
            continue
        value = getattr(launch.settings, entry.name)
        if entry.name in ("keys", "metric_directions"):
            value = ", ".join(f"{action} = {keys}" for action, keys in value.items()) or "-"
        elif entry.name in ("plugins", "themes"):
            value = ", ".join(value) or "-"
        elif entry.name == "notices":
            value = f"{', '.join(value.of) or 'nothing'} by {', '.join(value.by) or 'nothing'}"
        same = getattr(launch.settings, entry.name) == getattr(defaults, entry.name)
        rows.append((entry.name, _text(value), launch.origins.get(entry.name, "default" if same else str(file))))
    for entry in fields(ModelSettings):
        value = getattr(launch.settings.models, entry.name)
        same = value == getattr(defaults.models, entry.name)
        said = ", ".join(f"{key} = {text}" for key, text in value.items()) if isinstance(value, Mapping) else value
        said = ", ".join(said) if isinstance(said, tuple) else said
        shown = "-" if said in ("", None) else _text(said)
        rows.append((f"models.{entry.name}", shown, "default" if same else str(file)))
    rows.append(("contexts", ", ".join(launch.settings.contexts) or "-", ""))
    name_wide = max(len(name) for name, _, _ in rows)
    value_wide = min(48, max(len(value) for _, value, _ in rows))
    lines = [f"configuration file: {clean(str(file))}{there}", ""]
    for name, value, origin in rows:
        lines.append(f"{name:<{name_wide}}  {clean(value):<{value_wide}}  {clean(origin)}".rstrip())
    return "\n".join(lines)


def place_as_plain(text: str) -> dict[str, object]:
    """What a place names, as plain data; nothing of it is looked up. Raises Problem (CONFIG) where it names none."""
    from tui.domain.places import parse_place

    place = parse_place(text)
    said = {
        "server": place.server,
        "experiment": place.experiment,
        "experiment_ids": list(place.experiment_ids),
        "run_ids": list(place.run_ids),
        "artifact_path": place.artifact_path,
        "filter": place.filter_string,
        "model": place.model,
        "version": place.version,
        "alias": place.alias,
        "endpoint": place.endpoint,
    }
    return {"kind": place.kind.value, **{name: value for name, value in said.items() if value}}


def _text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def refuse_to_overwrite(file: Path) -> None:
    """Raises Problem (CONFIG) where a file is there already."""
    if file.exists():
        raise Problem(
            Kind.CONFIG, "Nothing was written", f"{file} is there already.", "Edit it, or name another with --config."
        )


def with_context(example: str, name: str, uri: str) -> str:
    """The example with one context in it, which is the one that is opened."""
    said, called = json.dumps(uri, ensure_ascii=False), json.dumps(name, ensure_ascii=False)
    example = example.replace("# context: prod\n", f"context: {called}\n", 1)
    return example.replace("contexts: {}\n", f"contexts:\n  {called}:\n    tracking_uri: {said}\n", 1)


def write_example(file: Path, context: tuple[str, str] | None = None) -> None:
    """Write the commented example, with a context of a name and a URI, to a file that is not there yet, privately.

    Raises Problem (CONFIG) if it is there, or cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "x", encoding="utf-8", opener=_private) as stream:
            stream.write(with_context(example_config(), *context) if context else example_config())
    except FileExistsError:
        refuse_to_overwrite(file)
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(Kind.CONFIG, "Nothing was written", f"{file}: {reason}.", "Name another with --config.") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


# ``mlflow-deck doctor``: the checks of a context, for people and for programs.


_SIGNS = {Verdict.OK: "✓", Verdict.WARNING: "!", Verdict.FAIL: "✗", Verdict.SKIPPED: "·"}
_ASCII_SIGNS = {Verdict.OK: "+", Verdict.WARNING: "!", Verdict.FAIL: "x", Verdict.SKIPPED: "-"}
_TITLE_WIDE, _TOOK_WIDE = 14, 9
_WIDEST, _NARROWEST = 120, 60


def line(check: Check, columns: int, *, unicode: bool = True) -> str:
    """One check as lines of a terminal: sign, title, time, what was found, and below it what to do."""
    sign = (_SIGNS if unicode else _ASCII_SIGNS)[check.verdict]
    took = took_words(check)
    head = f"{sign} {fit(check.title, _TITLE_WIDE)} {took:>{_TOOK_WIDE}}  "
    room = max(_NARROWEST, min(columns, _WIDEST)) - len(head)
    found = textwrap.wrap(clean(check.found), room, break_on_hyphens=False) or [""]
    arrow = "→ " if unicode else "> "
    remedy = textwrap.wrap(
        clean(check.remedy), room, initial_indent=arrow, subsequent_indent="  ", break_on_hyphens=False
    )
    lines = [head + found[0], *(" " * len(head) + words for words in (*found[1:], *remedy))]
    return "\n".join(text.rstrip() for text in lines)


def ending(checks: Sequence[Check]) -> str:
    """The last line."""
    return summary(checks) + "."


def checks_json(context: str, checks: Sequence[Check]) -> str:
    """Everything as one JSON object."""
    told = {
        "context": context,
        "fails": fails(checks),
        "checks": [
            {
                **{name: value.value if isinstance(value, Verdict) else value for name, value in asdict(check).items()},
                "took_ms": None if check.took_ms is None else round(check.took_ms, 1),
            }
            for check in checks
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


# The log file that a person asked for: private, appended to, with tracebacks and warnings in it.


_NAME = "mlflow-deck's log"


class _WithoutSecrets(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def keep(file: Path) -> None:
    """Send every log record and warning of this process to a file that only its owner may read.

    Raises Problem (CONFIG) if the file cannot be opened for writing.
    """
    try:
        handle = os.open(file.expanduser(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Problem(Kind.CONFIG, "The log cannot be kept", f"{file}: {reason}.", "Name another --log-file.") from None
    handler = logging.StreamHandler(os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace"))
    handler.setFormatter(_WithoutSecrets("%(asctime)s %(levelname)s %(name)s %(threadName)s: %(message)s"))
    handler.set_name(_NAME)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    logging.captureWarnings(True)


def hush() -> None:
    """Keep records and warnings off the terminal where no log was asked for; Python would print them to stderr."""
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
    logging.captureWarnings(True)


def failure() -> None:
    """Put the exception being handled, with its traceback, into the log, if there is one."""
    if any(handler.get_name() == _NAME for handler in logging.getLogger().handlers):
        logging.getLogger("tui").error("the program ended", exc_info=True)


# ``mlflow-deck ledger``: what was written from this machine.


def selected(contents: Contents, names: tuple[str, ...]) -> list[Entry]:
    """The entries about these models, runs or experiments; all where none is named."""
    return [entry for entry in contents.entries if not names or entry.subject in names]


def ledger_json(entries: list[Entry]) -> str:
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


def ledger_table(entries: list[Entry], zone: tzinfo, names: tuple[str, ...] = ()) -> str:
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
