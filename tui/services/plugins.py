"""Commands of a person's own, run beside the deck: values as separate arguments, never through a shell unasked.

A value is put into its argument after that has been parted from the others, so that no name of a run, whatever it
holds, becomes another argument or another command. With ``shell`` the text is given to ``/bin/sh`` as it stands in the
configuration, and the values to its environment.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui.config.model import PLUGIN_VALUES, PluginSettings
from tui.domain.problem import Kind, Problem

Values = Mapping[str, str | tuple[str, ...]]

_VALUE = re.compile(r"\$(?:\{([A-Z_]+)\}|([A-Z_]+)|(\$))")
_KEPT = 200_000  # characters of what it prints
_GIVEN_UP_AFTER_S = 3.0  # from the request to end until it is ended


def names_in(text: str) -> list[str]:
    """The values that an argument or a script names."""
    return [found[1] or found[2] for found in _VALUE.finditer(text) if not found[3]]


def arguments(name: str, settings: PluginSettings, values: Values) -> list[str]:
    """What is run. Raises Problem (CONFIG) where there is none of a value that is named."""
    if settings.shell:
        for text in settings.run:
            for said in names_in(text):
                if said in PLUGIN_VALUES:
                    _value(name, said, values)
        return ["/bin/sh", "-c", "\n".join(settings.run)]
    made: list[str] = []
    for text in settings.run:
        whole = _VALUE.fullmatch(text)
        found = _value(name, whole[1] or whole[2], values) if whole is not None and not whole[3] else ""
        if isinstance(found, tuple):
            made += found
        else:
            made.append(
                _VALUE.sub(lambda match: "$" if match[3] else _text(_value(name, match[1] or match[2], values)), text)
            )
    return made


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _value(name: str, said: str, values: Values) -> str | tuple[str, ...]:
    value = values.get(said, "")
    if not value:
        what = PLUGIN_VALUES.get(said, said)
        raise Problem(Kind.CONFIG, f"{name} cannot be run here", f"There is no {what} here (${said}).")
    if "\0" in _text(value):
        raise Problem(Kind.CONFIG, f"{name} cannot be run here", f"${said} holds a NUL, which no command can be given.")
    return value


def environment(
    environ: Mapping[str, str], values: Values, tracking_uri: str, registry_uri: str, workspace: str = ""
) -> dict[str, str]:
    """The command's environment: the deck's, the values by name, and where MLflow is to find what is meant."""
    given = {said: _text(value) for said, value in values.items() if "\0" not in _text(value)}
    uris = {"MLFLOW_TRACKING_URI": tracking_uri, "MLFLOW_REGISTRY_URI": registry_uri, "MLFLOW_WORKSPACE": workspace}
    return {**environ, **given, **{said: uri for said, uri in uris.items() if uri}}


@dataclass
class PluginRun:
    """One run of a command; ``changed`` is called from its thread when it has printed something or has ended."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    changed: Callable[[], object]
    status: int | None = None  # of the command, once it has ended; negative: the signal that ended it
    stopped: bool = False
    _printed: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Begin; raises Problem where there is no such command."""
        try:
            # A session of its own: it has no terminal to write over, and ends with all that it has started.
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(self.environ),
                cwd=self.folder,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            hint = "Its first argument is the program, by its name on the PATH or by its path."
            raise Problem(Kind.CONFIG, f"{self.name} could not be run", f"{self.command[0]}: {reason}.", hint) from None
        threading.Thread(target=self._read, name=f"plugin-{self.name}", daemon=True).start()

    @property
    def running(self) -> bool:
        return self.status is None

    @property
    def printed(self) -> str:
        """What it has printed, of much the last; a line that was written over counts as it is now."""
        with self._lock:
            text = self._printed
        return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))

    @property
    def last_line(self) -> str:
        """The last line that says something: how far it has come, where it tells that."""
        return next((line.strip() for line in reversed(self.printed.split("\n")) if line.strip()), "")

    def stop(self) -> None:
        """Ask it to end, and everything that it has started; end it where it does not."""
        process = self._process
        if process is None or not self.running:
            return
        self.stopped = True
        self._signal(signal.SIGTERM)
        timer = threading.Timer(_GIVEN_UP_AFTER_S, lambda: self._signal(signal.SIGKILL))
        timer.daemon = True
        timer.start()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self.running:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _read(self) -> None:
        process = self._process
        assert process is not None and process.stdout is not None
        while part := os.read(process.stdout.fileno(), 1 << 14):
            with self._lock:
                self._printed = (self._printed + part.decode("utf-8", "replace"))[-_KEPT:]
            self.changed()
        process.stdout.close()
        self.status = process.wait()
        self.changed()
