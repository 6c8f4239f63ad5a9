"""Files that outlive a session: small JSON of the deck's own, and the YAML of named views that a person may edit."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui.domain.problem import Kind, Problem
from tui.resources import write_whole

if TYPE_CHECKING:
    from tui.domain.views import View


log = logging.getLogger(__name__)


class StateFiles:
    """A folder of JSON values by name; a value that cannot be read is as good as absent.

    ``failure`` says in words why the last write was not kept, so that a view can say so once.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.failure = ""

    def _file(self, name: str) -> Path | None:
        if self._folder is None:
            return None
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self._folder / f"{digest}.json"

    def get(self, name: str) -> dict[str, Any]:
        """The value kept under a name, or an empty one."""
        file = self._file(name)
        if file is None:
            return {}
        try:
            kept = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        value = kept.get("value") if isinstance(kept, dict) and kept.get("name") == name else None
        return value if isinstance(value, dict) else {}

    def put(self, name: str, value: Mapping[str, Any]) -> bool:
        """Keep a value under a name, atomically, readable by its owner only; False if that failed."""
        file = self._file(name)
        if file is None:
            return False
        try:
            write_whole(file, json.dumps({"name": name, "value": value}))
        except OSError as error:
            self.failure = f"{error.strerror or error}: {file.parent}"
            log.warning("Could not keep %s: %s", name, self.failure)
            return False
        return True


# The file of named views: YAML that a person may edit and git may carry. What others wrote in it stays as it is.


_HEAD = """\
# Views of lists that mlflow-deck opens by name (`:view NAME`, or `K`); docs/views.md says what stands here.
"""


class _Entry(NamedTuple):
    """A view as it stands in the file: what it says, and its lines from ``first`` up to ``after``."""

    plain: Any
    first: int
    after: int


class ViewFile:
    """Reads and writes the views of one file; without a file there are none, and none can be kept."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._read: tuple[tuple[int, int], tuple[View, ...]] | None = None
        self.faults: tuple[str, ...] = ()  # entries of it that are no views, and why

    @property
    def shown(self) -> str:
        """Where the views are kept, as a person would say it."""
        home = os.path.expanduser("~")
        path = str(self.file)
        return f"~{path[len(home) :]}" if path.startswith(home + os.sep) else path

    def views(self) -> tuple[View, ...]:
        """Every view in the file; read again when the file has changed. Raises Problem where it is no YAML."""
        if self.file is None:
            return ()
        try:
            stat = self.file.stat()
        except OSError:
            self._read, self.faults = None, ()
            return ()
        stamp = stat.st_mtime_ns, stat.st_size
        if self._read is None or self._read[0] != stamp:
            from tui.domain.views import View, from_plain

            found, faults = [], []
            for entry in _entries(self._text(), self.file):
                view = from_plain(entry.plain)
                if isinstance(view, View):
                    found.append(view)
                else:
                    faults.append(f"{self.shown}, line {entry.first + 1}: this entry {view}")
            self._read, self.faults = (stamp, tuple(found)), tuple(faults)
        return self._read[1]

    def save(self, view: View) -> None:
        """Keep a view, in the place of the one that stands for the same."""
        from tui.domain.views import to_plain

        self._change(view, to_plain(view))

    def delete(self, view: View) -> None:
        """Take a view out of the file."""
        self._change(view, None)

    def _text(self) -> str:
        assert self.file is not None
        try:
            return self.file.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise _refused(self.file, str(error)) from None

    def _change(self, view: View, plain: dict[str, Any] | None) -> None:
        if self.file is None:
            raise Problem(Kind.CONFIG, "The view was not kept", "There is no file for views here.")
        import yaml

        from tui.domain.views import View, from_plain

        text = self._text()
        entries = _entries(text, self.file)

        def same(entry: _Entry) -> bool:
            known = from_plain(entry.plain)
            return isinstance(known, View) and known.is_same(view)

        place = next((entry for entry in entries if same(entry)), None)
        wanted = [entry.plain for entry in entries]
        if place is not None:
            at = entries.index(place)
            wanted[at : at + 1] = [plain] if plain is not None else []
        elif plain is not None:
            wanted.append(plain)
        changed = _edited(text, entries, place, plain)
        with contextlib.suppress(yaml.YAMLError):
            if (yaml.safe_load(changed) or {}).get("views", []) == wanted:
                self._write(changed)
                return
        # Not written as a list with a line for each entry: it is written anew, with the rest of the file as it says.
        rest = yaml.safe_load(text) if text.strip() else {}
        self._write(_HEAD + _dumped({**rest, "views": wanted}))

    def _write(self, text: str) -> None:
        assert self.file is not None
        file = self.file.resolve()  # a file that is linked to where git has it stays linked
        try:
            write_whole(file, text, file.stat().st_mode & 0o777 if file.exists() else 0o644)
        except OSError as error:
            raise Problem(
                Kind.CONFIG,
                "The view was not kept",
                f"{self.shown}: {error.strerror or error}.",
                "views_file in the configuration names another file.",
            ) from None
        self._read = None


def _dumped(value: Any) -> str:
    import yaml

    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)
    return text


def _entries(text: str, file: Path) -> list[_Entry]:
    """The entries of ``views`` with their lines."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refused(file, f"line {mark.line + 1 if mark else 1}: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refused(file, " ".join(str(error).split())) from None
    if node is None:
        return []
    listed = data.get("views", []) if isinstance(data, dict) else None
    if listed is None and isinstance(data, dict):
        return []  # a heading with nothing under it
    if not isinstance(listed, list):
        raise _refused(file, "line 1: it should say “views:” and then a list of them")
    nodes: list[yaml.Node] = next((value.value for key, value in node.value if key.value == "views"), [])
    lines = text.splitlines()
    found = []
    for number, (plain, one) in enumerate(zip(listed, nodes, strict=True)):
        first = one.start_mark.line
        after = nodes[number + 1].start_mark.line if number + 1 < len(nodes) else one.end_mark.line + 1
        after = min(after, len(lines))
        while after > first + 1 and (not lines[after - 1].strip() or lines[after - 1].lstrip().startswith("#")):
            after -= 1
        while after > first + 1 and _indent(lines[after - 1]) < _indent(lines[first]):
            after -= 1  # what follows the list
        found.append(_Entry(plain, first, after))
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _edited(text: str, entries: Sequence[_Entry], place: _Entry | None, plain: dict[str, Any] | None) -> str:
    """The text with one entry in place of another, added, or taken out; all other lines as they are."""
    lines = text.splitlines()
    near = place or (entries[-1] if entries else None)
    indent = " " * _indent(lines[near.first]) if near is not None else ""
    new = [f"{indent}{line}" for line in _dumped([plain]).splitlines()] if plain is not None else []
    if place is not None:
        lines[place.first : place.after] = new
        if not entries[1:] and not new:
            lines = [line if not line.startswith("views:") else "views: []" for line in lines]
    elif near is not None:
        lines[near.after : near.after] = new
    else:
        kept = [line for line in lines if line.split("#")[0].strip() not in ("views:", "views: []")]
        lines = [*(kept or _HEAD.splitlines()), "views:", *new]
    return "\n".join(lines) + "\n"


def _refused(file: Path, why: str) -> Problem:
    return Problem(Kind.CONFIG, "The file of views cannot be used", f"{file}, {why}.", "docs/views.md has its form.")
