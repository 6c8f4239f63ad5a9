"""The panel through which aliases are moved: what will change, the confirming, the doing, what became of it."""

from __future__ import annotations

from tui.domain.models.readiness import CHAMPION, Fault, Judged, warnings_of_target
from tui.domain.models.values import READY, ModelVersion, RegisteredModel
from tui.domain.problem import Kind, Problem
from tui.domain.serving.endpoints import move_consequences
from tui.domain.table import Table
from tui.domain.writes import alias_plan
from tui.domain.writes.alias_plan import Plan
from tui.features.models.plan_faces import Face
from tui.features.models.plan_layout import Field, PlanLayout
from tui.features.models.plan_tables import report_table, steps_table
from tui.features.models.plan_told import explained, still_open, where_now
from tui.services.alias_moves import MoveReport
from tui.services.session import Session
from tui.services.writes import Outcome


class PlanPanel(PlanLayout):
    """Shows a plan, has it confirmed and carries it out; answers with what became of it.

    ``plan`` is made anew from what is on the panel; a subclass may let it be changed there.
    """

    def __init__(self, session: Session, model: RegisteredModel, *, title: str = "") -> None:
        super().__init__(session, model, title=title)
        self.report: MoveReport | None = None
        self.fixed_plan: Plan | None = None
        self.absent: set[str] = set()  # versions that were looked for and are not there
        self._left: Plan | None = None  # what would finish what was done in part
        self._back: list[Plan] = []  # what would take back what was done in part, the newest first

    # what subclasses say

    def plan(self) -> Plan:
        """The plan as the panel stands."""
        assert self.fixed_plan is not None  # a panel without lines to change it by is given one
        return self.fixed_plan

    def replan(self) -> None:
        """The state of the server has become another: take it over."""

    def table(self) -> Table:
        """What the plan means, line by line."""
        return steps_table(self.plan(), self.state, self.session.desk.health, self.reading())

    # what it means

    def refusal(self) -> str:
        plan = self.plan()
        if refused := alias_plan.refusals(plan, state=self.state):
            return " ".join(refused)
        missing = [step.to for step in plan.steps if step.to in self.absent]
        return " ".join(f"There is no version {version} of this model." for version in dict.fromkeys(missing))

    def targets(self) -> list[ModelVersion]:
        """What is known of the versions that the plan points to."""
        known = self.session.desk.health
        wanted = dict.fromkeys(step.to for step in self.plan().steps if step.to is not None)
        return [made for version in wanted if (made := known.version(self.model.name, version)) is not None]

    def needs_name(self) -> bool:
        """Whether an alias is protected, or a version is not ready for it."""
        return self.session.desk.is_protected(self.plan().aliases) or any(
            made.status not in (READY, "") for made in self.targets()
        )

    def warnings(self, target: ModelVersion) -> tuple[Fault, ...]:
        """What would be wrong with a version once an alias points to it."""
        health = self.session.desk.health
        facts, run = health.facts(target.name, target.version), health.run(target.run_id)
        judged = Judged(
            self.model,
            {target.version: target},
            {target.run_id: run} if run is not None else {},
            {target.version: facts} if facts is not None else {},
        )
        return warnings_of_target(judged, target, health.settings.rules)

    def consequences(self) -> list[str]:
        """What is wrong with the versions that the plan points to, and what it means for endpoints that serve it."""
        plan, glyphs = self.plan(), self.deck.glyphs
        signs = {"error": glyphs.failed, "warning": glyphs.warning}
        faults = [fault for made in self.targets() for fault in self.warnings(made) if fault.severity in signs]
        told = [f"{signs[fault.severity]} {fault.rule}: {fault.sentence}" for fault in faults]
        at = self.session.desk.health.served(self.model.name)
        steps = plan.steps if at else ()
        return told + [line for step in steps for line in move_consequences(step.alias, step.to, at, CHAMPION)]

    def shown_table(self) -> Table:
        return self.table() if self.report is None else report_table(self.report)

    def on_mount(self) -> None:
        super().on_mount()
        health, name = self.session.desk.health, self.model.name
        self.ask(
            self.session.pool,
            "served",
            lambda: health.gather_served([name]),
            lambda _nothing: self.show(),
            lambda _problem: None,  # where it is served is worth knowing, and no reason to stop
        )
        self.look_up()

    def look_up(self) -> None:
        """Learn what is not known yet of the versions that the plan is about."""
        health, registry, name = self.session.desk.health, self.session.registry, self.model.name
        sides = (version for step in self.plan().steps for version in (step.expected, step.to))
        wanted = [version for version in dict.fromkeys(sides) if version is not None]

        def look() -> set[str]:
            missing = [(name, version) for version in wanted if health.version(name, version) is None]
            absent: set[str] = set()
            if missing:
                found = registry.get_versions(missing)
                health.take(found.values())
                absent = {version for key in missing if key not in found for version in key[1:]}
            known = [made for version in wanted if (made := health.version(name, version)) is not None]
            health.gather_made_of(known)
            for made in known:
                health.gather_facts(name, made.version)
            return absent

        def got(absent: set[str]) -> None:
            self.absent |= absent
            if self.face is Face.PLAN:
                self.show()

        def refused(problem: Problem) -> None:
            self.say(f"{problem.title}: {problem.message}", "warn")

        if wanted:
            self.ask(self.session.pool, "sides", look, got, refused)

    # confirming

    def edited(self, field: Field) -> None:
        """A line was edited: what was confirmed is no longer."""
        if self.face is Face.ARMED:
            self.face = Face.PLAN
        if self.face is Face.PLAN:
            self.show()

    def action_go_on(self) -> None:
        if self.face is Face.PLAN:
            self._confirm()
        elif self.face is Face.ARMED:
            self._do(self.plan())
        elif self.face in (Face.CONFLICT, Face.OVER):
            self.action_look_again()

    def _confirm(self) -> None:
        refused = self.refusal()
        if refused:
            self.say(refused, "bad")
        elif self.session.desk.settings.reason_required and not self.why.value.strip():
            self.why.focus()
            self.say("This context wants a reason for each move: say why.", "warn")
        elif self.needs_name() and self.typed.value != self.model.name:
            self.typed.focus()
            self.say(f"{self._why_typed()}: type the model's name to go on.", "warn")
        else:
            self.face = Face.ARMED
            self.show()
            self.say(f"{self.plan().words}   enter does it", "armed")

    def _why_typed(self) -> str:
        if self.session.desk.is_protected(self.plan().aliases):
            return "This move is protected"
        unready = [f"v{made.version}" for made in self.targets() if made.status not in (READY, "")]
        return f"{' and '.join(unready)} {'is' if len(unready) == 1 else 'are'} not ready"

    def _do(self, plan: Plan, *, unrecorded_ok: bool = False) -> None:
        moves, why = self.session.desk.moves, self.why.value
        self.face = Face.DOING
        self.show()
        self.say("Reading the server again, writing, reading back …")
        self.ask(
            self.session.pool,
            "move",
            lambda: moves.carry_out(plan, why, unrecorded_ok=unrecorded_ok, made_ms=self.model.created_ms),
            self._done,
            self._refused,
        )

    # what became of it

    def _done(self, report: MoveReport) -> None:
        self.report = report
        if report.state is not None:
            others = {alias: at for alias, at in self.state.items() if alias not in report.plan.aliases}
            self.state = {**others, **report.state}
        putting_back = report.plan.purpose == alias_plan.PUT_BACK
        if report.outcome is Outcome.DONE:
            if putting_back and self._back[1:]:
                del self._back[0]
                self._again(self._back[0])
            else:
                self.dismiss(report)
            return
        self.face = {
            Outcome.CONFLICT: Face.CONFLICT,
            Outcome.UNKNOWN: Face.UNKNOWN,
            Outcome.PARTLY: Face.PARTLY,
        }.get(report.outcome, Face.OVER)
        told = explained(report)
        if self.face is Face.PARTLY and putting_back and report.finish is not None:
            self._back[:1], self._left = [report.finish], None
        elif self.face is Face.PARTLY and report.put_back is not None:
            self._back, self._left = [report.put_back, *self._back], report.finish
        elif self._back and self.face is not Face.UNKNOWN:
            # Nothing came of finishing or putting back, so that what was done before is still in the air.
            self.face, told = Face.PARTLY, still_open(report)
        self.show()
        self.tell(told)
        self.say(f"ledger #{report.number}" if report.number is not None else "not in the ledger")

    def _refused(self, problem: Problem) -> None:
        if problem.kind is Kind.STORE_UNREADABLE and self.report is None and not self._back:
            self.face = Face.UNRECORDED
            self.show()
            self.tell(f"Nothing was moved: {problem.title[0].lower()}{problem.title[1:]}. {problem.message}")
            self.say("w moves without a record; nobody will see who did it, and u cannot undo it.", "warn")
            return
        self.face = Face.PARTLY if self._back else Face.PLAN
        self.show()
        self.say(f"{problem.title}: {problem.message} {problem.hint}".strip(), "bad")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The letters mean something only while no line is typed in."""
        return {
            "finish": self.face is Face.PARTLY and self._left is not None,
            "put_back": self.face is Face.PARTLY,
            "unrecorded": self.face is Face.UNRECORDED,
            "look_again": self.face in (Face.UNKNOWN, Face.CONFLICT, Face.OVER),
        }.get(action, True)

    def hints(self) -> str:
        if self.face is Face.PARTLY and self._left is None:
            return "b put the rest back   esc leave"
        return super().hints()

    def action_finish(self) -> None:
        if self._left is not None:
            self._again(self._left)

    def action_put_back(self) -> None:
        if self._back:
            self._again(self._back[0])

    def _again(self, plan: Plan) -> None:
        self.report = None
        self.tell("")
        self.fixed_plan = plan
        self._do(plan)

    def action_unrecorded(self) -> None:
        self.tell("")
        self._do(self.plan(), unrecorded_ok=True)

    def action_look_again(self) -> None:
        """Read the server, settle what was not known, and begin anew from there."""
        moves, name = self.session.desk.moves, self.model.name
        unknown = self.face is Face.UNKNOWN
        self.say("Reading …")

        def look() -> dict[str, str]:
            if unknown:
                moves.settle(name)
            return moves.state(name)

        def got(state: dict[str, str]) -> None:
            settled = self.report
            self.state, self.report, self.face = state, None, Face.PLAN
            self._left, self._back, self.absent = None, [], set()
            self.typed.value = ""  # what was confirmed by it was another state
            self.tell("")
            self.replan()
            self.show()
            if unknown and settled is not None:
                self.tell(where_now(settled, state))
            self.look_up()
            self.first_field().focus()

        def failed(problem: Problem) -> None:
            self.say(f"{problem.title}: {problem.message}", "bad")

        self.ask(self.session.pool, "look", look, got, failed)

    def action_copy(self) -> None:
        from tui.services.copies import alias_python

        self.app.copy_to_clipboard(alias_python(self.session.launch.registry_uri, self.plan()))
        self.say("Copied as Python")

    def action_leave(self) -> None:
        if self.face is not Face.DOING:
            self.dismiss(self.report)
