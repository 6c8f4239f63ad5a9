"""What a person may do with models of Unity Catalog, asked before a write is offered and kept for a short while."""

from __future__ import annotations

import threading

from tui.domain.models.grants import Access, Deed, Refusal, refusals
from tui.domain.problem import Problem
from tui.gateway.databricks.ports import CatalogPort
from tui.services.clock import Clock

KEPT_MS = 60_000  # how long grants that were read count
_ANY = "model"  # stands for whatever a new model will be called


class Permissions:
    """Grants of one context; every method blocks and may be called from any thread."""

    def __init__(self, catalog: CatalogPort, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._known: dict[str, tuple[int, Access]] = {}
        self._lock = threading.Lock()

    def refusals(self, deed: Deed, model: str) -> tuple[Refusal, ...]:
        """Why a deed will be refused; empty where it will not, and where the grants cannot be read.

        A doubt refuses nothing: the workspace itself has the last word, and says it.
        """
        if model.count(".") < 2:
            return ()
        try:
            return refusals(deed, model, self._access(model))
        except Problem:
            return ()

    def making_in(self, level: str) -> tuple[Refusal, ...]:
        """Why no model could be made in a catalog or ``catalog.schema``; empty where one could, or nobody can tell.

        What is not named yet refuses nothing: of a catalog alone, only whether it may be used is told.
        """
        name = ".".join([*level.split("."), _ANY, _ANY][:3])
        try:
            return refusals(Deed.CREATE, name, self._access(level))
        except Problem:
            return ()

    def are_known(self, name: str) -> bool:
        """Whether the grants on a name have just been read, so that asking for them blocks nobody."""
        return self._kept(name) is not None

    def _kept(self, name: str) -> Access | None:
        with self._lock:
            known = self._known.get(name)
        fresh = known is not None and 0 <= self._clock.now_ms() - known[0] < KEPT_MS
        return known[1] if known is not None and fresh else None

    def _access(self, model: str) -> Access:
        known = self._kept(model)
        if known is not None:
            return known
        now_ms = self._clock.now_ms()
        access = self._catalog.access(model)
        with self._lock:
            self._known[model] = now_ms, access
        return access

    def forget(self) -> None:
        """Read the grants again the next time."""
        with self._lock:
            self._known.clear()


def words(found: tuple[Refusal, ...]) -> str:
    """Every refusal and the statements that would allow it, as text to show and to copy."""
    reasons = "\n".join(f"{refusal.words[:1].upper()}{refusal.words[1:]}." for refusal in found)
    doubt = (
        "\n\nA group that you may be in through another one could hold it: the workspace knows."
        if doubtful(found)
        else ""
    )
    return f"{reasons}{doubt}\n\nAsk for:\n\n{statements(found)}"


def doubtful(found: tuple[Refusal, ...]) -> bool:
    """Whether every refusal rests on a doubt, so that it may be tried all the same."""
    return bool(found) and all(refusal.is_doubt for refusal in found)


def statements(found: tuple[Refusal, ...]) -> str:
    """The statements alone, a line each."""
    return "\n".join(refusal.statement for refusal in found)
