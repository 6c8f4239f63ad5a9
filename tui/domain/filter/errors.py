"""The one error of the filter language."""

from __future__ import annotations


class FilterError(ValueError):
    """A filter that cannot be understood or applied: what is wrong, where, and what to do.

    ``position`` counts characters from the start of the text. ``incomplete`` is true while the text may still become
    right by typing on at its end, ``server_only`` where the text is right but only the server has what it asks about.
    """

    def __init__(
        self, message: str, position: int, hint: str = "", *, incomplete: bool = False, server_only: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.incomplete = incomplete
        self.server_only = server_only

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.hint) if part)
