"""The table of keys, for a terminal and for the README; both are made from the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping

from tui.app.actions import ACTIONS, PLACES, configured_keys, key_table, show_keys
from tui.domain.text import fit, width


def plain_table(keymap: Mapping[str, str]) -> str:
    """Every action under its place: keys as configured, what it does, and the id by which it can be given others."""
    shown = [show_keys(configured_keys(action, keymap)) for action in ACTIONS]
    keys_wide = max(map(width, shown))
    help_wide = max(width(action.help) for action in ACTIONS)
    blocks = []
    for place, actions in key_table(keymap):
        rows = [place]
        for action in actions:
            keys = show_keys(configured_keys(action, keymap))
            rows.append(f"  {fit(keys, keys_wide)}  {fit(action.help, help_wide)}  {action.id}")
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks)


def markdown_table() -> str:
    """The default keys as one Markdown table, a row for each action."""
    rows = ["| Keys | What they do | Where | Id |", "|---|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key}`" if key != "`" else "`` ` ``" for key in show_keys(action.keys).split())
        rows.append(f"| {keys} | {action.help.replace('|', chr(92) + '|')} | {PLACES[action.where]} | `{action.id}` |")
    return "\n".join(rows)
