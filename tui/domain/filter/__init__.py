"""The language that runs are filtered by, here and, as far as it goes, on the server."""

from __future__ import annotations

from tui.domain.filter.completions import Completion, completions
from tui.domain.filter.errors import FilterError
from tui.domain.filter.names import Field, Names
from tui.domain.filter.pushdown import Pushdown, pushdown
from tui.domain.filter.query import FilterColumns, Query, TextColumn, parse

__all__ = [
    "Completion",
    "Field",
    "FilterColumns",
    "FilterError",
    "Names",
    "Pushdown",
    "Query",
    "TextColumn",
    "completions",
    "parse",
    "pushdown",
]
