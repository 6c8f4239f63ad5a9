"""The keys of a grid; ids and keys are those of the registry of actions, by which a person's keymap moves them."""

from __future__ import annotations

from textual.binding import Binding


def _binding(keys: str, action: str, title: str) -> Binding:
    return Binding(keys, action, title, id=f"grid.{action}", show=False)


GRID_BINDINGS: tuple[Binding, ...] = (
    _binding("up,k", "up", "up"),
    _binding("down,j", "down", "down"),
    _binding("left,h", "left", "left"),
    _binding("right,l", "right", "right"),
    _binding("pageup,ctrl+b", "page_up", "page up"),
    _binding("pagedown,ctrl+f", "page_down", "page down"),
    _binding("ctrl+u", "half_up", "half page up"),
    _binding("ctrl+d", "half_down", "half page down"),
    _binding("g,ctrl+home", "first_row", "top"),
    _binding("G,ctrl+end", "last_row", "end"),
    _binding("home", "first_column", "first column"),
    _binding("end", "last_column", "last column"),
    _binding("enter", "open", "open"),
    _binding("space", "mark", "mark"),
    _binding("v", "mark_range", "mark a range"),
    _binding("escape", "leave_range", "leave the range"),
    _binding("less_than_sign", "narrower", "narrower"),
    _binding("greater_than_sign", "wider", "wider"),
    _binding("left_curly_bracket", "move_left", "move left"),
    _binding("right_curly_bracket", "move_right", "move right"),
)
