"""The table of keys, for a terminal and for docs/keys.md; both are made from the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping

from tui.app.actions import ACTIONS, PLACES, VERBS, Action, configured_keys, key_table, show_keys
from tui.domain.text import fit, width


def plain_table(keymap: Mapping[str, str]) -> str:
    """Every action under its place: keys as configured, what it does, and the id by which it can be given others."""
    keys_wide = max(width(_keys_or_command(action, keymap)) for action in ACTIONS)
    help_wide = max(width(action.help) for action in ACTIONS)
    blocks = []
    for place, actions in key_table():
        rows = [place]
        for action in actions:
            keys = _keys_or_command(action, keymap)
            rows.append(f"  {fit(keys, keys_wide)}  {fit(action.help, help_wide)}  {action.id}")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks)


def _keys_or_command(action: Action, keymap: Mapping[str, str]) -> str:
    """What has no key has its name on the command line."""
    return show_keys(configured_keys(action, keymap)) or " ".join(filter(None, (f":{action.command}", action.takes)))


def markdown_table() -> str:
    """The default keys as one Markdown table, a row for each verb."""
    rows = ["| Keys | What they do | Where | Id |", "|---|---|---|---|"]
    for verb in VERBS:
        shown = show_keys(verb.keys).split() or [" ".join(filter(None, (f":{verb.command}", verb.takes)))]
        keys = " ".join(f"`{key}`" if key != "`" else "`` ` ``" for key in shown)
        places = ", ".join(PLACES[at.place] for at in verb.scopes)
        rows.append(f"| {keys} | {verb.help.replace('|', chr(92) + '|')} | {places} | `{verb.name}` |")
    return "\n".join(rows)
