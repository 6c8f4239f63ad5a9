"""A parsed filter, and what it can be asked.

Meaning, where a reader might wonder:

- A run without the key matches no comparison, not even ``!=``, as in MLflow; ``NOT (lr = 1)`` does match it.
- NaN is a value: it matches ``!= number`` and no other comparison with a number; ``= nan`` and ``!= nan`` tell NaN
  from numbers.
- Params and tags are texts. An unquoted number is compared by value ('1e-3' equals 0.001; texts that are no number
  match only ``!=``); a quoted value is compared as text by = and !=, as MLflow does.
- ``=`` minds case, as in MLflow; ``:``, words, phrases, ``~``, ILIKE and every comparison of a status do not.
- ``:`` on a number means as much as is written: ``auc : 0.93`` is 0.925 to 0.935.
- A date stands for its first instant with < <= > >=, for all of it with = != and ``:``.
- ``took`` of a run that has not ended is the time until now; bare numbers are seconds.
- ``version = 1a2b3c4``, seven hexadecimal digits or more, matches by beginning, as commits are shown abbreviated.
- Words are looked for in name, user, status, source, dataset and registered names, and as the beginning of the run's
  id or commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timezone, tzinfo
from typing import TYPE_CHECKING, Protocol

from tui.domain.filter.nodes import FilterError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from tui.domain.filter.names import Field, Names
    from tui.domain.filter.nodes import Node

    Bools = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int32]


class TextColumn(Protocol):
    """Texts by code: row i has ``texts[codes[i]]``, or nothing where the code is negative. Texts may repeat."""

    @property
    def codes(self) -> Codes: ...

    @property
    def texts(self) -> Sequence[str]: ...

    def numbers(self) -> tuple[Floats, Bools]:
        """The number that each of ``texts`` is, and whether it is one."""
        ...


class FilterColumns(Protocol):
    """What a filter is applied to; rows are in the caller's order."""

    @property
    def row_count(self) -> int: ...

    def names(self) -> Names:
        """The keys that a bare word may mean."""
        ...

    def numbers(self, field: Field) -> tuple[Floats, Bools]:
        """Values, and where there is one, of a metric or of the attributes start, end (ms since the epoch), models."""
        ...

    def texts(self, field: Field) -> TextColumn:
        """A param, a tag, or any other attribute; ``experiment`` gives ids."""
        ...

    def experiment_names(self) -> dict[str, str]:
        """Names of experiments by id, as far as they are known."""
        ...


@dataclass(frozen=True)
class Query:
    """A filter that was understood; ``node`` is None where it says nothing and so matches everything."""

    text: str
    node: Node | None

    def __str__(self) -> str:
        return "" if self.node is None else str(self.node)

    @property
    def is_empty(self) -> bool:
        return self.node is None

    def mask(self, columns: FilterColumns, *, now_ms: int = 0, zone: tzinfo = timezone.utc) -> Bools:
        """Which rows match; raises FilterError for an unknown key or a value that does not suit its key."""
        from tui.domain.filter.mask import evaluate  # numpy stays unloaded until there are rows

        try:
            return evaluate(self, columns, now_ms, zone)
        except FilterError as error:
            from tui.domain.filter.names import naming_quoted

            raise naming_quoted(error, self.text, columns.names()) from None


def parse(text: str, names: Names | None = None) -> Query:
    """Understand ``text``; raises FilterError, with ``incomplete`` set where typing on may still make it right.

    ``names`` are the keys that there are; an error names the one that needs quotes.
    """
    if not text.strip():
        return Query(text, None)
    from tui.domain.filter.parser import parse_nodes  # not before a first frame, which has nothing to filter

    try:
        return Query(text, parse_nodes(text))
    except FilterError as error:
        if names is None:
            raise
        from tui.domain.filter.names import naming_quoted

        raise naming_quoted(error, text, names) from None
