"""The registered models of many contexts beside each other: what each has as champion, and in what they differ.

Each context is a store with a session of its own, and so with a process of its own; one that is down leaves the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.freshness import Freshness
from tui.domain.glyphs import Glyphs
from tui.domain.models.holders import Holding
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.rows import served_cell
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.services.session import Session

PAGE = 200  # models asked for first; MLflow gives no more than a thousand at a time
MORE = 1000
MOST = 5000  # models of a context that are shown
AT_ONCE = 100  # models of which the champions are learnt in one go
FILES_OF = 24  # models of which files are read unasked, for their signatures


@dataclass
class Store:
    """One context and what has been read of it; models are by their key, which is the same in every context."""

    name: str
    session: Session | None = None
    problem: Problem | None = None  # why it could not be opened or read
    freshness: Freshness = field(default_factory=Freshness)
    models: dict[str, RegisteredModel] = field(default_factory=dict)
    read_ms: dict[str, int] = field(default_factory=dict)  # by key: when its champion was learnt
    complete: bool = False
    is_reading: bool = False

    def key_of(self, name: str) -> str:
        """A model's name without the catalog that the context works in: prod.ml.churn and dev.ml.churn are ml.churn."""
        catalog = self.session.launch.catalog if self.session is not None else None
        return name.removeprefix(f"{catalog}.") if catalog else name

    def champion(self, key: str) -> ModelVersion | None:
        """The version that a model's champion points to, where it is known."""
        model = self.models.get(key)
        at = model.aliases.get(CHAMPION) if model is not None else None
        if model is None or at is None or self.session is None:
            return None
        return self.session.desk.health.version(model.name, at) or ModelVersion(model.name, at)

    def state(self) -> str:
        """``prod 1000 models``, ``staging down: refused the connection``."""
        if self.problem is not None:
            shown = f", showing {len(self.models)} models from before" if self.models else ""
            return f"{clean(self.name)} down: {clean(self.problem.message)}{shown}"
        loaded = f"{len(self.models)} models" + ("" if self.complete else " so far")
        return f"{clean(self.name)} {loaded if self.session is not None else 'not opened'}"


@dataclass(frozen=True)
class StoreCell:
    """What one context says of one model. ``version`` is "" without a champion; ``findings`` are those of rules."""

    store: str
    name: str
    version: str
    holding: Holding
    made_ms: int | None
    metric: float | None
    better: str
    findings: int
    is_bad: bool
    serving: str
    run_id: str
    signature: object | None
    read_ms: int | None
    is_stale: bool


def learn(session: Session, models: Sequence[RegisteredModel], *, facts: bool = False) -> list[RegisteredModel]:
    """Read what is not known of these models; answers them whole. Blocks, and raises Problem."""
    brief = [model.name for model in models if not model.is_whole and not model.unread]
    whole = {model.name: model for model in session.registry.get_models(brief)} if brief else {}
    found = [whole.get(model.name, model) for model in models]
    session.desk.take_models(found)
    session.desk.health.gather(found, facts=facts)
    return found


def cell_of(store: Store, key: str, glyphs: Glyphs) -> StoreCell | None:
    """What a context says of a model; None where it has no such model, or has not been read."""
    model, session = store.models.get(key), store.session
    if model is None or session is None:
        return None
    health, made = session.desk.health, store.champion(key)
    measured = health.measured(made) if made is not None else None
    findings = health.findings(model)
    facts = health.facts(model.name, made.version) if made is not None else None
    served = served_cell(model, health.served(model.name), glyphs)[0] if health.served(model.name) else ""
    return StoreCell(
        store.name,
        model.name,
        made.version if made is not None else "",
        health.holding(model, CHAMPION),
        made.created_ms if made is not None else None,
        measured.value if measured is not None else None,
        health.better(measured.name) if measured is not None else "",
        len(findings),
        any(finding.severity == "error" for finding in findings),
        served,
        made.run_id if made is not None else "",
        facts.signature if facts is not None and not facts.unread else None,
        store.read_ms.get(key),
        store.problem is not None,
    )


def reference(stores: Iterable[Store]) -> str:
    """The context that the others are held against: the protected one, else one called prod, else the last read."""
    opened = [store for store in stores if store.session is not None]
    protected = [s.name for s in opened if s.session is not None and s.session.launch.protected]
    called = [store.name for store in opened if store.name.lower().startswith("prod")]
    return next(iter([*protected, *called, *(s.name for s in reversed(opened) if s.models or s.problem is None)]), "")


def drift(cells: Mapping[str, StoreCell | None], read: Iterable[str], against: str) -> list[str]:
    """In what contexts differ in a model, in words; ``read`` are those that are known whole.

    ``against`` is the context that the others are held against.
    """
    found: list[str] = []
    base = cells.get(against)
    whole = set(read)
    for name, cell in cells.items():
        if name == against or base is None:
            continue
        if base.version and name in whole and cell is None:
            found.append(f"champion of {against} absent in {name}: no such model there")
        elif base.version and cell is not None and not cell.version:
            found.append(f"champion of {against} absent in {name}")
        if cell is None or not cell.version or not base.version:
            continue
        if cell.version == base.version and cell.run_id and base.run_id and cell.run_id != base.run_id:
            found.append(f"v{cell.version} in {name} and in {against} are from other runs")
        if cell.signature is not None and base.signature is not None and cell.signature != base.signature:
            found.append(f"signature differs between {name} and {against}")
    if base is None and against in whole:
        found.append(f"not in {against}")
    return found
