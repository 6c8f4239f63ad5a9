"""What a person may do, asked before a write is offered: on a server with sign-in, and with models of Unity Catalog."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from tui.domain.models.grants import Access, Deed, Refusal, refusals
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.domain.writes.changes import Change, Plan, Thing, WriteVerb
from tui.gateway.ports import CatalogPort
from tui.services.clock import Clock

KEPT_MS = 60_000  # how long grants that were read count
_LEVELS = ("DENY", "NO_PERMISSIONS", "READ", "USE", "EDIT", "MANAGE")  # of MLflow's server, each above the one before
_ASKED = 5  # experiments or models of a plan that are asked about
_ANY = "model"  # stands for whatever a new model will be called


class ServerRights:
    """One's own permissions on an MLflow server with sign-in; every method blocks.

    ``permission`` tells one by kind and name, ``experiment_of`` the id of the experiment of a run or a trace.
    """

    def __init__(self, permission: Callable[[str, str], str], experiment_of: Callable[[Thing, str], str]) -> None:
        self._permission = permission
        self._experiment_of = experiment_of

    def dress(self, plan: Plan) -> Plan:
        """The plan with what the server will refuse of it.

        A run, a trace or a version may have been granted more than what holds it, which nothing tells: a remark, then.
        """
        wanted: dict[tuple[str, str], tuple[Change, str]] = {}
        for change in plan.changes:
            held = self._holder(change)
            if held is not None and (held not in wanted or wanted[held][1] == "EDIT"):
                wanted[held] = change, _needed(change)
        refused: list[str] = []
        remarks: list[str] = []
        for (kind, name), (change, needed) in list(wanted.items())[:_ASKED]:
            try:
                have = self._permission(kind, name)
            except Problem:
                continue  # the server has the last word, and says it
            if have not in _LEVELS or _LEVELS.index(have) >= _LEVELS.index(needed):
                continue
            what = kind.replace("registered_", "")
            called = f"the {what} {clean(change.called if kind == change.kind.value else name)}"
            told = f"You have {have.replace('_', ' ')} on {called}; the server wants {needed} for this."
            (refused if change.kind in (Thing.EXPERIMENT, Thing.MODEL, Thing.PROMPT) else remarks).append(told)
        return replace(plan, refused=(*plan.refused, *refused), remarks=(*plan.remarks, *remarks))

    def _holder(self, change: Change) -> tuple[str, str] | None:
        """What the permission for a change is on; None for what is made anew."""
        if change.makes or change.kind is Thing.ENDPOINT:
            return None
        if change.kind in (Thing.MODEL, Thing.VERSION, Thing.PROMPT, Thing.PROMPT_VERSION):  # prompts are models there
            return "registered_model", change.id.rpartition("/")[0] if change.kind.is_version else change.id
        try:
            of_its_own = change.kind is Thing.EXPERIMENT
            return "experiment", change.id if of_its_own else self._experiment_of(change.kind, change.id)
        except Problem:
            return None


def _needed(change: Change) -> str:
    """The least permission that MLflow's server lets a change be made with."""
    goes = change.verb in (WriteVerb.DELETE, WriteVerb.RESTORE)
    taken = change.after is None and (bool(change.alias) or (change.kind.is_version and bool(change.key)))
    return "MANAGE" if goes or taken else "EDIT"


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
