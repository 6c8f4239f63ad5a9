"""A text handed to a person's own editor ($VISUAL, else $EDITOR) and taken back; nothing of it stays on the disk."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tui.domain.problem import Kind, Problem

_TITLE = "Could not edit it there"


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The command that edits a file; raises Problem where none is set or it cannot be read as a command."""
    said = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        command = shlex.split(said)
    except ValueError:
        raise Problem(Kind.CONFIG, _TITLE, f"“{said}” is no command.", "Set EDITOR, to vim for instance.") from None
    if not command:
        raise Problem(Kind.CONFIG, _TITLE, "No editor is set.", "Set EDITOR, to vim for instance.")
    return command


def edited(text: str, environ: Mapping[str, str], name: str = "note.md") -> str:
    """The text as it is when the editor has ended. Blocks; raises Problem, and then nothing has been changed.

    It lies in a folder that only its owner may read, which is removed afterwards.
    """
    command = editor_command(environ)
    with tempfile.TemporaryDirectory(prefix="mlflow-deck-") as folder:
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        try:
            status = subprocess.run([*command, str(file)], check=False, env=dict(environ)).returncode
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Problem(Kind.CONFIG, _TITLE, f"{command[0]}: {reason}.", "Check EDITOR.") from None
        if status:
            raise Problem(Kind.CANCELLED, _TITLE, f"{command[0]} ended with status {status}; the text stays as it was.")
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                changed = lines.read()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(Kind.BAD_REQUEST, _TITLE, f"What it left could not be read: {error}.") from None
    # Editors end a file with a line feed whether or not the text had one.
    return changed[:-1] if changed.endswith("\n") and not text.endswith("\n") else changed
