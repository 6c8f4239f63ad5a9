"""Saved views as MLflow's own web UI keeps them, in tags of an experiment, and what of them the deck shows.

A view's tag holds its name, two times and its state, which is JSON, as a rule deflated. What the deck does not show of
a state stays in it. What only the deck can show goes into a part of its own, which the web UI leaves alone; it counts
while the rest of the state still says what it said when it was written.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.domain.columns import Arrangement, Look, SortOrder
from tui.domain.views import View, carried

RUNS_TAG = "mlflow.sharedViewState."
TRACES_TAG = "mlflow.tracesV4ViewState."
LONGEST = 20_000  # characters of a tag of an experiment
MOST_VIEWS = 40  # that the web UI keeps of an experiment

_DEFLATED = "deflate;"
_MOST_BYTES = 4_000_000  # of a state, written out
_DECK = "mlflowDeck"
_CELL = 8  # pixels of a column for each cell
_COLUMN = re.compile(r"(metrics|params|tags|attributes)\.(?:`(.*)`|(.*))", re.DOTALL)
_ATTRIBUTES = {
    "Created": "start",
    "Duration": "took",
    "User": "user",
    "Run Name": "name",
    "Source": "source",
    "Version": "version",
    "Models": "models",
    "Dataset": "dataset",
    "Experiment Name": "experiment",
    "Description": "note",
}
_SORTED = {
    "attributes.start_time": "start",
    "tags.`mlflow.user`": "user",
    "tags.`mlflow.runName`": "name",
    "tags.`mlflow.source.name`": "source",
    "tags.`mlflow.source.git.commit`": "version",
    "tags.`mlflow.note.content`": "note",
}
_GROUPED = {"param": "params", "tag": "tags"}
_TRACES = {
    "start_time": "age",
    "state": "state",
    "trace_name": "name",
    "duration": "took",
    "tokens": "tokens",
    "cost": "cost",
    "session": "session",
    "user": "user",
    "input": "exchange",
    "output": "exchange",
    "run_name": "run",
    "tags": "tags",
    "trace_id": "id",
}
_AXES = {"step": "step", "time-relative": "time since the start", "time": "wall clock"}


@dataclass(frozen=True)
class WebKind:
    """The views of one of the web UI's lists: which list of the deck they are of, and the beginning of their tags."""

    of: str
    tag: str


RUNS, TRACES = WebKind("runs", RUNS_TAG), WebKind("traces", TRACES_TAG)


def views_in(tags: Mapping[str, str], kind: WebKind, place: str) -> tuple[View, ...]:
    """The views that the web UI lists of an experiment, the latest first; what it would not list is left out."""
    found = []
    for key, value in tags.items():
        if key.startswith(kind.tag) and len(key) > len(kind.tag):
            view = view_of(key[len(kind.tag) :], value, kind, place)
            if view is not None and view.name:
                found.append((_created(value), view))
    return tuple(view for _, view in sorted(found, key=lambda pair: -pair[0]))


def view_of(id: str, value: str, kind: WebKind, place: str) -> View | None:  # noqa: A002
    """The view that a tag holds, None where it holds none; one without a name opens by its link only."""
    envelope = _json(value)
    if envelope is None and value.startswith(_DEFLATED):
        envelope = {"state": value}
    if envelope is None or not isinstance(envelope.get("state"), str):
        return None
    state = inflated(envelope["state"])
    if state is None:
        return None
    name, listed = envelope.get("name"), isinstance(envelope.get("createdAt"), (int, float))
    look = _runs_look(state) if kind is RUNS else _traces_look(state)
    return View(name if isinstance(name, str) and listed else "", kind.of, look, place, id=id, state=state)


def _created(value: str) -> float:
    made = (_json(value) or {}).get("createdAt", 0)
    return float(made) if isinstance(made, (int, float)) else 0.0


def tag_of(view: View, kind: WebKind, before: str | None, now_ms: int) -> str:
    """The value of the tag for a view; of the state that it had ``before`` stays what the deck does not show.

    The state is written out where that fits, so that whoever confirms the write sees what it changes.
    """
    envelope = (_json(before) if before else None) or {"createdAt": now_ms}
    state = inflated(str(envelope.get("state", ""))) or {}
    said = _runs_state(view.look, state) if kind is RUNS else _traces_state(view.look, state)
    if before:
        envelope["updatedAt"] = now_ms
    envelope |= {"name": view.name, "state": json.dumps(said, separators=(",", ":"))}
    if len(value := json.dumps(envelope, separators=(",", ":"))) <= LONGEST:
        return value
    return json.dumps({**envelope, "state": deflated(said)}, separators=(",", ":"))


def new_id(now_ms: int, taken: Sequence[str], letters: str) -> str:
    """An id as the web UI makes them: the time, and ``letters``, of which there are eight."""
    made = f"{now_ms}{letters}"
    while made in taken:
        now_ms += 1
        made = f"{now_ms}{letters}"
    return made


def refusal(view: View, value: str, names: Sequence[str]) -> str:
    """Why the web UI could not keep a view, "" where it could; ``names`` are those of the others."""
    if len(value) > LONGEST:
        return f"It would be {len(value)} characters long, and a tag of an experiment holds {LONGEST}"
    if view.name in names:
        return "The web UI has a view of that name here"
    if len(names) >= MOST_VIEWS:
        return f"The web UI keeps {MOST_VIEWS} views of an experiment, and these are there"
    return ""


def deflated(state: Mapping[str, Any]) -> str:
    """A state as the web UI writes it."""
    return _DEFLATED + base64.b64encode(zlib.compress(json.dumps(state, separators=(",", ":")).encode())).decode()


def inflated(text: str) -> dict[str, Any] | None:
    """A state as it was written, None where it cannot be read."""
    if not text.startswith(_DEFLATED):
        return _json(text)
    try:
        opener = zlib.decompressobj()
        plain = opener.decompress(base64.b64decode(text[len(_DEFLATED) :], validate=True), _MOST_BYTES)
        return _json(plain.decode()) if opener.eof else None
    except (binascii.Error, zlib.error, UnicodeDecodeError, ValueError):
        return None


def _json(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


# runs


def _runs_look(state: Mapping[str, Any]) -> Look:
    columns = [key for key in map(_column, _texts(state.get("selectedColumns"))) if key]
    placed = [key for key in map(_column, _texts(state.get("columnOrder"))) if key in columns]
    at = {key: number for number, key in enumerate(placed)}
    columns.sort(key=lambda key: at.get(key, len(at)))
    widths = _dict(state.get("columnWidths"))
    sort = _sort(state)
    more: dict[str, Any] = {}
    if groups := _groups(state.get("groupBy")):
        more["group_by"] = groups
    if charts := _charts(state.get("globalLineChartConfig")):
        more["charts"] = charts
    wide = {key: max(2, round(width / _CELL)) for name, width in widths.items()
            if isinstance(width, (int, float)) and 0 < width < 8000 and (key := _column(name))}  # fmt: skip
    arrangement = Arrangement(tuple(columns), wide, sort, more)
    server = state.get("searchFilter")
    lifecycle = "deleted" if state.get("lifecycleFilter") == "Deleted" else ""
    look = Look(arrangement, "", server if isinstance(server, str) else "", lifecycle)
    return _with_own(look, _dict(state.get(_DECK)), state)


def _runs_state(look: Look, before: Mapping[str, Any]) -> dict[str, Any]:
    arrangement = look.arrangement
    now = _runs_look({key: value for key, value in before.items() if key != _DECK})
    foreign = [name for name in _texts(before.get("selectedColumns")) if not _column(name)]
    shown = [name for key in arrangement.columns if (name := _web_column(key))]
    said = dict(before)
    if arrangement.columns != now.arrangement.columns and shown:
        said["selectedColumns"] = [*shown, *foreign]
        said["columnOrder"] = [*shown, *foreign]
    kept = {name: width for name, width in _dict(before.get("columnWidths")).items() if not _column(name)}
    wide = {name: width * _CELL for key, width in arrangement.widths.items() if (name := _web_column(key))}
    if arrangement.widths != now.arrangement.widths:
        said["columnWidths"] = {**kept, **wide}
    if arrangement.sort != now.arrangement.sort:
        said |= _web_sort(arrangement.sort)
    said["searchFilter"] = look.server_filter
    if look.lifecycle != now.lifecycle:
        said["lifecycleFilter"] = "Deleted" if look.lifecycle == "deleted" else "Active"
    groups = [] if arrangement.flag("groups_off", default=False) else list(arrangement.texts("group_by"))
    if groups != now.arrangement.more.get("group_by", []):
        said["groupBy"] = _web_groups(groups, _dict(before.get("groupBy")))
    charts = _dict(arrangement.more.get("charts"))
    if charts and charts != now.arrangement.more.get("charts"):
        axis = next((web for web, own in _AXES.items() if own == charts.get("axis")), "step")
        weight = charts.get("weight", 0)
        smooth = round(100 * weight) if isinstance(weight, (int, float)) else 0
        said["globalLineChartConfig"] = {
            **_dict(before.get("globalLineChartConfig")),
            "xAxisKey": axis,
            "lineSmoothness": smooth,
        }
    return _own_part(look, said)


def _own_part(look: Look, said: dict[str, Any]) -> dict[str, Any]:
    """The state with what only the deck shows, and what the rest says as it is written."""
    arranged = {key: value for key, value in carried(look.arrangement).to_json().items() if value or value is False}
    own = {**look.narrowing, **arranged}
    said.pop(_DECK, None)
    return {**said, _DECK: {"look": own, "of": _fingerprint(said)}}


def _with_own(look: Look, own: Mapping[str, Any], state: Mapping[str, Any]) -> Look:
    """What the deck kept for itself, where nobody has changed the rest since."""
    kept = _dict(own.get("look"))
    rest = {key: value for key, value in state.items() if key != _DECK}
    if not kept or own.get("of") != _fingerprint(rest):
        return look
    arrangement = {key: value for key, value in kept.items() if key not in _NARROWING}
    return Look.from_narrowing(kept, carried(Arrangement.from_json(arrangement)))


_NARROWING = ("filter", "server_filter", "lifecycle", "marks")


def _fingerprint(state: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(state, sort_keys=True, separators=(",", ":")).encode())


def _column(name: str) -> str:
    """The deck's key of a column of the web UI, "" for one that it has not."""
    found = _COLUMN.fullmatch(name)
    if found is None:
        return ""
    section, key = found[1], found[2] if found[2] is not None else found[3]
    return _ATTRIBUTES.get(key, "") if section == "attributes" else f"{section}.{key}"


def _web_column(key: str) -> str:
    """The web UI's name of a column of the deck, "" for one that it has not."""
    section, dot, rest = key.partition(".")
    if dot and section in ("metrics", "params", "tags"):
        return f"{section}.`{rest}`"
    return next((f"attributes.`{name}`" for name, own in _ATTRIBUTES.items() if own == key), "")


def _sort(state: Mapping[str, Any]) -> SortOrder:
    key = state.get("orderByKey")
    if not isinstance(key, str) or not key:
        return ()
    own = _SORTED.get(key) or _column(key)
    return ((own, state.get("orderByAsc") is not True),) if own else ()


def _web_sort(sort: SortOrder) -> dict[str, Any]:
    """Of several columns the foremost, which is what the web UI sorts by; nothing for one that it cannot."""
    if not sort:
        return {"orderByKey": "attributes.start_time", "orderByAsc": False}
    key, descending = sort[0]
    web = next((name for name, own in _SORTED.items() if own == key), "")
    web = web or (_web_column(key) if "." in key else "")
    return {"orderByKey": web, "orderByAsc": not descending} if web else {}


def _groups(value: object) -> list[str]:
    found = []
    for one in _list(_dict(value).get("groupByKeys")):
        mode, data = _dict(one).get("mode"), _dict(one).get("groupByData")
        if mode == "dataset":
            found.append("dataset")
        elif mode in _GROUPED and isinstance(data, str):
            found.append(f"{_GROUPED[mode]}.{data}")
    return found


def _web_groups(groups: Sequence[str], before: Mapping[str, Any]) -> dict[str, Any] | None:
    keys = []
    for key in groups:
        section, _, name = key.partition(".")
        mode = next((web for web, own in _GROUPED.items() if own == section), "")
        if mode or key == "dataset":
            keys.append({"mode": mode or "dataset", "groupByData": name or "dataset"})
    return {"aggregateFunction": "average", **before, "groupByKeys": keys} if keys else None


def _charts(value: object) -> dict[str, Any]:
    said = _dict(value)
    charts: dict[str, Any] = {}
    if (axis := _AXES.get(str(said.get("xAxisKey")))) and axis != "step":
        charts["axis"] = axis
    smooth = said.get("lineSmoothness")
    if isinstance(smooth, (int, float)) and 0 < smooth <= 100:
        charts["weight"] = smooth / 100
    return charts


# traces


def _traces_look(state: Mapping[str, Any]) -> Look:
    single = _dict(state.get("single"))
    names = str(single.get("cols") or "").split(",")
    columns = tuple(dict.fromkeys(key for name in names if (key := _TRACES.get(name))))
    key = _TRACES.get(str(single.get("sort") or ""))
    sort: SortOrder = ((key, single.get("dir") != "asc"),) if key else ()
    words = single.get("q")
    look = Look(Arrangement(columns, {}, sort), words if isinstance(words, str) else "")
    return _with_own(look, _dict(state.get(_DECK)), state)


def _traces_state(look: Look, before: Mapping[str, Any]) -> dict[str, Any]:
    single = dict(_dict(before.get("single")))
    arrangement = look.arrangement
    names = [name for name in str(single.get("cols") or "").split(",") if name]
    if arrangement.columns != _traces_look({"single": single}).arrangement.columns:
        web = [name for key in arrangement.columns for name, own in _TRACES.items() if own == key]
        single["cols"] = ",".join([*web, *(name for name in names if name not in _TRACES)])
    if look.filter:
        single["q"] = look.filter
    else:
        single.pop("q", None)
    if arrangement.sort:
        key, descending = arrangement.sort[0]
        if web_key := next((name for name, own in _TRACES.items() if own == key), ""):
            single |= {"sort": web_key, "dir": "desc" if descending else "asc"}
    else:
        single.pop("sort", None)
        single.pop("dir", None)
    return _own_part(look, {"multi": {}, **before, "single": single})


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str)]
