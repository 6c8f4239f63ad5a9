"""What the screens of prompts share in one context: moves of aliases, writes, what the rules find. Methods block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.config.model import PromptSettings
from tui.domain.models.readiness import Finding
from tui.domain.models.values import ModelVersion, RegisteredModel
from tui.domain.problem import Problem
from tui.domain.prompts import JudgedPrompt, judge_prompt
from tui.domain.values import pages_of
from tui.domain.writes.changes import Change, Plan, Thing, ThingState, WriteVerb
from tui.gateway.ports import PromptsPort
from tui.services.alias_moves import AliasMoves, Holders, Rules, place_of
from tui.services.clock import Clock
from tui.services.ledger import Ledger
from tui.services.registry_writes import undo_of
from tui.services.write_flow import ChangeByChange, Found, unless_gone

if TYPE_CHECKING:
    from tui.services.session import Session

JUDGED_VERSIONS = 50  # newest versions of a prompt that the rules look at, beside those that aliases name
COUNTED_VERSIONS = 6  # newest versions whose traces are counted, beside those that aliases name
_HOUR_MS = 3_600_000


class PromptWrites(ChangeByChange):
    """Tags and descriptions of prompts, and tags of their versions, as a kind of write."""

    def __init__(self, prompts: PromptsPort, ledger: Ledger, *, place: str) -> None:
        super().__init__(ledger, place)
        self._prompts = prompts

    def prompt(self, name: str) -> Found:
        """A prompt as it is now; None where there is none."""
        return unless_gone(lambda: ThingState.of_prompt(self._prompts.get_model(name)))

    def some(self, names: Sequence[str]) -> list[ThingState]:
        """Prompts as they are now; those that are gone are left out."""
        return [known for name in names if (known := self.prompt(name)) is not None]

    def versions(self, name: str, versions: Sequence[str]) -> list[ThingState]:
        """Versions as they are now; those that are gone are left out."""
        found = self._prompts.get_versions([(name, version) for version in versions])
        made = (found.get((name, version)) for version in versions)
        return [ThingState.of_prompt_version(one) for one in made if one is not None]

    # the kind

    def dress(self, plan: Plan) -> Plan:
        own = sorted({change.key for change in plan.changes if change.key.startswith(("mlflow.", "_mlflow_"))})
        remark = (f"{', '.join(own)}: MLflow's own, by which it knows what a prompt is.",) if own else ()
        return replace(plan, remarks=(*plan.remarks, *(line for line in remark if line not in plan.remarks)))

    def read(self, change: Change) -> Found:
        """What a change is about, as it is now."""
        if change.kind is Thing.PROMPT:
            return self.prompt(change.id)
        name, _, version = change.id.rpartition("/")
        return next(iter(self.versions(name, [version])), None)

    def _write(self, change: Change) -> None:
        if change.kind is Thing.PROMPT_VERSION:
            name, _, version = change.id.rpartition("/")
            self._prompts.tag_version(name, version, change.key, change.after)
        elif change.verb is WriteVerb.DESCRIBE:
            self._prompts.describe_model(change.id, change.after or "")
        else:
            self._prompts.tag_model(change.id, change.key, change.after)

    def undo(self, name: str) -> Plan | None:
        """What takes back the last change of a prompt or its versions that stands; None where none is left."""
        kinds = (Thing.PROMPT.value, Thing.PROMPT_VERSION.value)
        return undo_of(
            [
                entry
                for entry in self._ledger.read().entries
                if entry.place == self._place and entry.subject == name and entry.what.partition(".")[0] in kinds
            ]
        )


class PromptDesk:
    """One for each session."""

    def __init__(self, session: Session) -> None:
        launch = session.launch
        models = launch.settings.models
        place = place_of(launch.registry_uri, launch.apart)
        self.settings = launch.settings.prompts
        self.reason_required = models.reason_required
        self._protected = {alias.casefold() for alias in models.protected_aliases}
        self._protected_context = launch.protected
        self._prompts = session.prompts
        self.moves = AliasMoves(
            session.prompts,
            session.ledger,
            place=place,
            rules=Rules(models.reason_required, models.mirror_tags),
            is_protected=self.is_protected,
            of_prompts=True,
        )
        self.holders = Holders(self.moves, session.clock)
        self.writes = PromptWrites(session.prompts, session.ledger, place=place)
        self.judging = PromptHealth(session.prompts, session.clock, launch.settings.prompts)

    def is_protected(self, aliases: Iterable[str]) -> bool:
        """Whether to move one of these the prompt's name is typed, however an alias is written."""
        return self._protected_context or any(alias.casefold() in self._protected for alias in aliases)

    def undo(self, name: str) -> tuple[Plan | None, RegisteredModel]:
        """What takes back the last change of a prompt that can be, from the ledger, and the prompt as it is."""
        prompt = self._prompts.get_model(name)
        moved = self.moves.undo_plan(name, prompt)
        alias = self.moves.plan(moved, prompt) if moved is not None else None
        plans = [plan for plan in (alias, self.writes.undo(name)) if plan is not None]
        return max(plans, key=lambda plan: plan.of or 0, default=None), prompt


class PromptHealth:
    """What the rules find in prompts, by what has been gathered of them; ``gather`` blocks, ``findings`` does not."""

    def __init__(self, prompts: PromptsPort, clock: Clock, settings: PromptSettings) -> None:
        self._prompts = prompts
        self._clock = clock
        self._settings = settings
        self._versions: dict[str, tuple[dict[str, ModelVersion], bool]] = {}
        self._recent: dict[str, dict[str, int]] = {}

    def is_known(self, prompt: RegisteredModel) -> bool:
        """Whether everything that the rules need has been asked for."""
        return prompt.name in self._versions and prompt.name in self._recent

    def forget(self, name: str) -> None:
        """Something of a prompt has changed."""
        self._versions.pop(name, None)
        self._recent.pop(name, None)

    def take_versions(self, name: str, versions: Sequence[ModelVersion], *, whole: bool) -> None:
        """Take versions as they have just been read."""
        self._versions[name] = ({made.version: made for made in versions}, whole)

    def read(self, names: Sequence[str]) -> Sequence[RegisteredModel]:
        """The prompts named, or all that there are; blocks."""
        if names:
            return [self._prompts.get_model(name) for name in names]
        return [prompt for page in pages_of(self._prompts.search_models) for prompt in page.models]

    def gather(self, prompt: RegisteredModel) -> None:
        """Read what the rules need: versions, and of which of them the traces of the last hours made use."""
        name = prompt.name
        if name not in self._versions:
            page = self._prompts.search_versions(name, max_results=JUDGED_VERSIONS)
            found = {made.version: made for made in page.versions}
            missing = [(name, version) for version in prompt.aliases.values() if version not in found]
            found.update((made.version, made) for made in self._prompts.get_versions(missing).values())
            self._versions[name] = (found, page.next_token is None)
        if name not in self._recent:
            try:
                self._recent[name] = self._counted(prompt)
            except Problem:  # without traces, or where they cannot be filtered so, that rule keeps silent
                self._recent[name] = {}

    def _counted(self, prompt: RegisteredModel) -> dict[str, int]:
        """How many recent traces used what is in production; where none did, which other versions they used."""
        held = (prompt.aliases.get(alias) for alias in self._settings.production_aliases)
        first = list(dict.fromkeys(version for version in held if version is not None))
        since = self._clock.now_ms() - self._settings.unused_hours * _HOUR_MS
        found = self._prompts.recent_uses(prompt.name, first, since) if first else {}
        if first and not all(found.get(version) for version in first):
            newest = sorted(self._versions[prompt.name][0].values(), key=lambda made: -made.number)
            others = dict.fromkeys([*prompt.aliases.values(), *(made.version for made in newest[:COUNTED_VERSIONS])])
            asked = [version for version in others if version not in first]
            found = {**found, **(self._prompts.recent_uses(prompt.name, asked, since) if asked else {})}
        return found

    def findings(self, prompt: RegisteredModel) -> tuple[Finding, ...]:
        """What is wrong with a prompt as far as that is known."""
        versions, whole = self._versions.get(prompt.name, (None, False))
        judged = JudgedPrompt(
            prompt,
            versions,
            whole,
            self._recent.get(prompt.name),
            self._settings.unused_hours,
            self._settings.production_aliases,
        )
        return judge_prompt(judged, self._settings.rules)
