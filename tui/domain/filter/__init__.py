"""The language that runs are filtered by, here and, as far as it goes, on the server.

Importing this is cheap: what understands and applies filters is loaded with the first of them. Keys are in ``names``,
what servers can say in ``pushdown``, what may be typed next in ``completions``.
"""

from __future__ import annotations

from tui.domain.filter.nodes import FilterColumns, FilterError, Query, TextColumn, parse

__all__ = ["FilterColumns", "FilterError", "Query", "TextColumn", "parse"]
