"""Watching without a screen: what has happened to models and runs since the last look, and when to look again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tui.domain.models.values import FAILED, ModelVersion, RegisteredModel
from tui.domain.writes.alias_plan import shown

RUNS_KEPT = 5000  # runs of which is remembered how they were
ENDED = ("FINISHED", "FAILED", "KILLED")

_TEXTS = ("kind", "subject", "words", "before", "after")

LONGEST_S = 900.0
"""Between two looks, however long a server has not answered."""


@dataclass(frozen=True)
class Happening:
    """One thing that has happened: of which kind, to what, and in words."""

    kind: str  # "alias", "version", "failed version", "run", "failed run"
    subject: str
    words: str
    before: str = ""
    after: str = ""
    seen_ms: int = 0  # when it was seen

    @classmethod
    def of_plain(cls, said: Mapping[str, Any]) -> Happening:
        """One that was kept; what it lacks is empty."""
        texts: dict[str, Any] = {
            name: str(said.get(name, "")) for name in ("kind", "subject", "words", "before", "after")
        }
        seen_ms = said.get("seen_ms")
        return cls(**texts, seen_ms=seen_ms if type(seen_ms) is int else 0)

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SeenRun:
    """What is compared of a run."""

    run_id: str
    name: str
    status: str


def model_as_seen(model: RegisteredModel, versions: Sequence[ModelVersion]) -> dict[str, Any]:
    """What is kept of a model until the next look."""
    return {"aliases": dict(model.aliases), "versions": {made.version: made.status for made in versions}}


def of_model(name: str, before: Mapping[str, Any], now: Mapping[str, Any], now_ms: int) -> list[Happening]:
    """What has happened to a model between two looks; of one that was not seen before, nothing."""
    found: list[Happening] = []
    if not before:
        return found
    was, at = _texts(before, "aliases"), _texts(now, "aliases")
    for alias in sorted({*was, *at}):
        if was.get(alias) != at.get(alias):
            words = f"{alias} of {name}: {shown(was.get(alias))} → {shown(at.get(alias))}"
            moved = Happening("alias", f"{name}@{alias}", words, was.get(alias, ""), at.get(alias, ""), now_ms)
            found.append(moved)
    states, states_now = _texts(before, "versions"), _texts(now, "versions")
    for version in sorted(states_now, key=lambda text: (int(text) if text.isdecimal() else -1, text)):
        subject, status = f"{name}/{version}", states_now[version]
        if version not in states and _newer(version, states):
            found.append(Happening("version", subject, f"{name} v{version} was added", "", status, now_ms))
        if status == FAILED and states.get(version) != FAILED and (version in states or _newer(version, states)):
            words = f"{name} v{version} failed to register"
            found.append(Happening("failed version", subject, words, states.get(version, ""), status, now_ms))
    return found


def _newer(version: str, known: Mapping[str, str]) -> bool:
    """Whether a version came after those known: older ones may come into a page when one of it is deleted."""
    most = max((int(text) for text in known if text.isdecimal()), default=-1)
    return version.isdecimal() and int(version) > most


def of_runs(before: Mapping[str, str] | None, now: Sequence[SeenRun], now_ms: int) -> list[Happening]:
    """The runs that have ended between two looks, also such as began and ended in between; before the first, none."""
    found: list[Happening] = []
    if before is None:
        return found
    for run in now:
        was = before.get(run.run_id, "")
        if run.status not in ENDED or was in ENDED:
            continue
        became = {"FINISHED": "ended", "FAILED": "failed"}.get(run.status, "was stopped")
        kind = "run" if run.status == "FINISHED" else "failed run"
        words = f"run {run.name or run.run_id} {became}"
        found.append(Happening(kind, run.run_id, words, was, run.status, now_ms))
    return found


def runs_as_seen(before: Mapping[str, str] | None, now: Sequence[SeenRun]) -> dict[str, str]:
    """What is kept of runs until the next look, the latest first."""
    kept = {run.run_id: run.status for run in now}
    for run_id, status in (before or {}).items():
        if len(kept) >= RUNS_KEPT:
            break
        kept.setdefault(run_id, status)
    return kept


def _texts(held: Mapping[str, Any], key: str) -> dict[str, str]:
    said = held.get(key)
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}


@dataclass
class LookPace:
    """How long to wait before the next look: as asked, slower where a server does not answer, never all at once.

    ``chance`` answers numbers from 0 to 1; ``requests`` is what one look may ask, ``a_minute`` what may be asked.
    """

    every_s: float
    requests: int
    a_minute: int
    chance: Callable[[], float]
    failures: int = 0

    def after(self, answered: bool, wait_s: float = 0.0) -> float:
        """Seconds to wait after a look; ``wait_s`` is what a busy server has asked for."""
        self.failures = 0 if answered else self.failures + 1
        least = max(self.every_s, 60.0 * self.requests / max(1, self.a_minute))
        wait = max(least, wait_s) if answered else min(max(LONGEST_S, least), max(wait_s, least * 2.0**self.failures))
        return wait * (1.0 + 0.1 * self.chance())
