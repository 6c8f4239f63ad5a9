"""Keys as people write them in the file (``/``, ``esc``, ``ctrl+s``) against keys as Textual names them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol

_WRITTEN = {
    "esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "pgdown": "pagedown", "del": "delete",
    "ins": "insert", "bs": "backspace", " ": "space", "↑": "up", "↓": "down", "←": "left", "→": "right",
}  # fmt: skip
_SIGNS = {"/": "slash", "@": "at", "\\": "backslash", "-": "minus", "+": "plus", "_": "underscore"}
"""Characters that Textual calls otherwise than Unicode does."""
_NAMED = {
    "enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right", *(f"f{n}" for n in range(1, 25)),
}  # fmt: skip
_MODIFIERS = {"ctrl", "shift", "alt", "super"}
_FORMER_PLACES = {"compare_sets": "compare_groups", "version_diff": "compare", "plots": "compare_plots"}
"""Places by the names that they had before, which keymaps may still use."""


class BoundAction(Protocol):
    """As much of an action as a keymap needs."""

    @property
    def id(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def was(self) -> str: ...
    @property
    def verb_was(self) -> str: ...
    @property
    def keys(self) -> str: ...
    @property
    def where(self) -> str: ...


class KeymapError(ValueError):
    """A keymap that cannot be used: for which action, what is wrong, and what to do."""

    def __init__(self, action: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.action = action
        self.message = message
        self.hint = hint


def textual_key(written: str) -> str | None:
    """The name Textual gives a key as a person writes it, or None if there is no such key."""
    modifiers: list[str] = []
    rest = written if written in _WRITTEN else written.strip()
    while (head := re.match(r"([a-z]+)\+(.+)$", rest)) and head[1] in _MODIFIERS:
        modifiers.append(head[1])
        rest = head[2]
    name = _WRITTEN.get(rest) or (rest if rest in _NAMED else _character(rest))
    return "+".join([*modifiers, name]) if name else None


def _character(text: str) -> str | None:
    """A character, or Textual's name of one, as Textual names it."""
    if len(text) == 1:
        return text if text.isalnum() else _sign(text)
    return text if text in _sign_names() else None


def _sign(character: str) -> str | None:
    name = unicodedata.name(character, "") if character.isprintable() else ""
    return _SIGNS.get(character) or name.lower().replace("-", "_").replace(" ", "_") or None


def _sign_names() -> set[str | None]:
    return {_sign(chr(code)) for code in range(0x21, 0x7F) if not chr(code).isalnum()}


def _former_ids(bound: BoundAction) -> Iterator[str]:
    """The ids that an action in one place had before."""
    yield from bound.was.split()
    places = [bound.where, *(old for old, new in _FORMER_PLACES.items() if new == bound.where)]
    verbs = [bound.verb, *filter(None, [bound.verb_was])]
    yield from (former for place in places for verb in verbs if (former := f"{place}.{verb}") != bound.id)


def checked(keys: Mapping[str, Sequence[str]], actions: Iterable[BoundAction]) -> dict[str, str]:
    """A keymap in Textual's names: action id → comma-separated keys.

    A verb's name alone means each place where it holds; ``PLACE.VERB`` goes before that, whichever stands first.
    Raises KeymapError for an unknown action, an unknown key, no key at all, one key for two actions of one place, or a
    key that would never come to the action, for what is nearer has it. Taking a key from what is farther off is meant.
    """
    known = {action.id: action for action in actions}
    former = {old: bound.id for bound in known.values() for old in _former_ids(bound)}
    verbs: dict[str, list[str]] = {}
    for bound in known.values():
        if bound.keys:
            for verb in filter(None, (bound.verb, bound.verb_was)):
                verbs.setdefault(verb, []).append(bound.id)
    keymap: dict[str, str] = {}
    said: dict[str, str] = {}  # by whose line an action has its keys
    for action, written in sorted(keys.items(), key=lambda entry: entry[0] not in verbs):
        here = verbs.get(action) or [former.get(action, action)]
        if not known.get(here[0]) or not known[here[0]].keys:
            near = get_close_matches(action, [*verbs, *known, *former], n=1, cutoff=0.4)
            hint = f"Did you mean “{near[0]}”?" if near else ""
            raise KeymapError(
                action, f"there is no action “{action}”", f"{hint} `mlflow-deck keys` lists them.".strip()
            )
        if not written:
            raise KeymapError(action, f"“{action}” is left without a key", "Name at least one key, or remove the line.")
        names = []
        for key in written:
            if (name := textual_key(key)) is None:
                raise KeymapError(action, f"“{key}” is no key", "Keys are written like c, G, /, esc, f5 or ctrl+s.")
            names.append(name)
        keymap.update(dict.fromkeys(here, ",".join(names)))
        said.update(dict.fromkeys(here, action))
    taken: dict[tuple[str, str], str] = {}

    def clash(moved: str, key: str, still: str) -> KeymapError:
        return KeymapError(said[moved], f"“{key}” is the key of “{still}” too", f"Give “{still}” another key as well.")

    for bound in known.values():
        for key in _keys_of(bound, keymap):
            other = taken.setdefault((bound.where, key), bound.id)
            if other != bound.id:
                raise clash(bound.id, key, other) if bound.id in keymap else clash(other, key, bound.id)
    nearer = _nearer(known.values())
    for moved in (known[name] for name in keymap):
        for key in set(_keys_of(moved, keymap)).difference(moved.keys.split(",")):
            for bound in known.values():
                if bound.verb != moved.verb and nearer(bound.where, moved.where) and key in _keys_of(bound, keymap):
                    raise clash(moved.id, key, bound.id)
    return keymap


def _keys_of(bound: BoundAction, keymap: Mapping[str, str]) -> Iterator[str]:
    return filter(None, keymap.get(bound.id, bound.keys).split(","))


def _nearer(actions: Iterable[BoundAction]) -> Callable[[str, str], bool]:
    """Whether the keys of one place come before those of another, where both are waited for.

    Those of every other place but the bar come before what holds everywhere; in a list its movements come first, unless
    a place has, of itself, a key of lists for something else.
    """
    bound = list(actions)
    lists = {key for action in bound if action.where == "grid" for key in action.keys.split(",")} - {"enter", "escape"}
    own = {action.where for action in bound if action.where != "grid" and lists.intersection(action.keys.split(","))}

    def nearer(one: str, other: str) -> bool:
        if one == other or "bar" in (one, other) or one == "app":
            return False
        return other == "app" or (one == "grid" and other not in own)

    return nearer
