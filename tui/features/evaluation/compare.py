"""Evaluation runs held against each other, input by input: what got better, worse or newly fails, by judge, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from tui.app.actions import bindings, with_keys
from tui.domain.columns import ColumnSpec, SortOrder
from tui.domain.glyphs import Glyphs
from tui.domain.preview.values import TextBody
from tui.domain.problem import Problem
from tui.domain.table import Tone
from tui.domain.text import clean, named, wrap
from tui.domain.traces import table as words
from tui.domain.traces.summary import (
    BETTER,
    FAILS,
    MIXED,
    PREVIEW,
    SAME,
    WORSE,
    Compared,
    compared,
    counted,
    directions_of,
    feedback_of,
    ways_told,
)
from tui.domain.traces.values import EvaluationRun, TraceInfo
from tui.resources import style_sheets
from tui.services.session import Session
from tui.services.trace_desk import MOST_TRACES, traces_of
from tui.ui.asking import Asking
from tui.ui.list_pane import ListPane
from tui.ui.page import Page
from tui.ui.routes import EvaluationDiffRoute, TraceDiffRoute, TraceRoute
from tui.widgets.pane import Pane
from tui.widgets.text_view import TextView

_TONES: dict[str, Tone] = {FAILS: "bad", WORSE: "bad", MIXED: "warn", BETTER: "good"}
_LONGEST = 20_000  # letters of a response or a rationale that are laid out


class InputsPane(ListPane[Compared]):
    """The inputs of all runs; in the column of a judge what it said in each, in their order."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("evaluation_diff")]
    filter_hint = "words in inputs, verdicts and rationales: fails, correct, …"
    nothing_to_ask = "Every input is here already"
    things = ("input", "inputs")
    first_sort: SortOrder = (("verdict", False),)

    @dataclass
    class BaselineWanted(Message):
        """The next run is to be the baseline."""

    def __init__(self, session: Session, glyphs: Glyphs, runs: Sequence[EvaluationRun]) -> None:
        super().__init__(session, glyphs, id="inputs", marks=False)
        self.runs = runs
        self.baseline = 0
        self.inputs: tuple[Compared, ...] = ()
        self.only_differing = False
        self.said: tuple[str, ...] = ()

    def rows(self) -> Sequence[Compared]:
        return [row for row in self.inputs if not self.only_differing or any(row.verdicts)]

    @property
    def has_rows(self) -> bool:
        return bool(self.inputs)

    def key_of(self, row: Compared) -> str:
        return row.key

    def searched(self, row: Compared) -> str:
        said = [
            f"{name} {one.rationale}"
            for info, run in zip(row.traces, self.runs, strict=True)
            if info is not None
            for name, one in feedback_of(info, run.id).items()
        ]
        return " ".join([row.request, *row.verdicts, *said])

    def others(self) -> list[int]:
        """The runs that are held against the baseline."""
        return [at for at in range(len(self.runs)) if at != self.baseline]

    def specs(self) -> Sequence[ColumnSpec[Compared]]:
        names = sorted({name for row in self.inputs for name in row.by_judge})
        several = len(self.runs) > 2
        return (
            *(self._verdict(at, named(self.runs[at].name) if several else "verdict") for at in self.others()),
            ColumnSpec("input", "input", lambda row: words.line_of(row.request), lambda row: row.request.lower(),
                       least=16, widest=48),
            *(self._judge(name) for name in names),
            ColumnSpec("state", "traces", self._states, widest=16, detail="whether the trace itself failed, by run"),
            ColumnSpec("took", "took", self._took, widest=24, align="right", default=False),
        )  # fmt: skip

    def _verdict(self, at: int, title: str) -> ColumnSpec[Compared]:
        def cell(row: Compared) -> tuple[str, Tone]:
            return row.verdicts[at] or "same", _TONES.get(row.verdicts[at], "muted")

        first = at == self.others()[0]
        return ColumnSpec("verdict" if first else f"verdict.{at}", title, cell, lambda row: row.rank, frozen=first,
                          least=11, widest=20, detail=f"against {named(self.runs[self.baseline].name)}")  # fmt: skip

    def _judge(self, name: str) -> ColumnSpec[Compared]:
        def cell(row: Compared) -> tuple[str, Tone]:
            said = [
                feedback_of(info, run.id).get(name) if info is not None else None
                for info, run in zip(row.traces, self.runs, strict=True)
            ]
            text = " → ".join(words.said(one, self.glyphs) if one is not None else self.glyphs.absent for one in said)
            became = next((verdict for verdict in row.by_judge.get(name, ()) if verdict != SAME), SAME)
            return text, _TONES.get(became, "")

        return ColumnSpec(f"judge.{name}", named(name), cell, widest=28, group="judge")

    def _states(self, row: Compared) -> tuple[str, Tone]:
        absent = self.glyphs.absent
        signs = [absent if info is None else words.state_sign(info.state, self.glyphs) for info in row.traces]
        return " ".join(signs), "bad" if self.glyphs.failed in signs else "muted"

    def _took(self, row: Compared) -> str:
        return " ".join(self.glyphs.absent if info is None else words.took(info.took_ms) for info in row.traces)

    def title_parts(self) -> Sequence[str]:
        base = named(self.runs[self.baseline].name)
        if len(self.runs) == 2:
            other = self.others()[0]
            return (f"{base} → {named(self.runs[other].name)}", counted(self.inputs, other) or "nothing changed")
        return (f"{len(self.runs)} runs against {base}",)

    def notes(self) -> Sequence[str]:
        told = [f"{named(self.runs[at].name)}: {counted(self.inputs, at) or 'nothing changed'}" for at in self.others()]
        return (*(told if len(self.runs) > 2 else ()), "only what changed" if self.only_differing else "", *self.said)

    def empty_words(self) -> str:
        return with_keys("Nothing differs here: {evaluation_diff.differences} shows all.") if self.inputs else ""

    def here(self) -> Compared | None:
        key = self.grid.cursor_key
        return next((row for row in self.inputs if row.key == key), None)

    def open_row(self, key: str) -> None:
        """To the traces of an input: of the baseline and of the run that changed most, where both have one."""
        row, base = next(row for row in self.inputs if row.key == key), self.baseline
        others = [at for at in self.others() if row.traces[at] is not None]
        changed = next((at for at in others if row.verdicts[at]), others[0] if others else base)
        first, second = row.traces[base], row.traces[changed]
        if first is not None and second is not None and first is not second:
            self.deck.go(TraceDiffRoute(first.id, second.id))
        elif (one := first or second) is not None:
            self.deck.go(TraceRoute(one.id, one))

    def action_differences(self) -> None:
        self.only_differing = not self.only_differing
        self.fill()

    def action_baseline(self) -> None:
        self.post_message(self.BaselineWanted())

    def action_next(self) -> None:
        self._go(1)

    def action_previous(self) -> None:
        self._go(-1)

    def _go(self, by: int) -> None:
        """Go to the next input in which something differs."""
        table = self.grid.table
        if table is None:
            return
        known = {row.key: row for row in self.inputs}
        apart = [at for at in range(table.row_count) if any(known[table.row_key(at)].verdicts)][::by]
        beyond = [at for at in apart if (at - self.grid.cursor_row) * by > 0]
        if beyond:
            self.grid.move_to_row(beyond[0])
        else:
            self.deck.say("Nothing differs further on" if by > 0 else "Nothing differs before this")


class AnswersPane(Pane):
    """What each run answered to the input under the cursor, what its judges say of that, and why."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="answers")
        self.view = TextView()
        self._glyphs = glyphs

    def body(self) -> ComposeResult:
        yield self.view

    def keys_target(self) -> Widget | None:
        return self.view

    def show(self, row: Compared | None, runs: Sequence[EvaluationRun]) -> None:
        """Lay an input out."""
        if row is None:
            self.view.show(TextBody((), numbered=False))
            self.set_title("Answers")
            return
        cells = max(20, self.size.width - 4)
        lines = [*_wrapped(row.request, cells), ""]
        for info, run in zip(row.traces, runs, strict=True):
            lines += self._of_run(info, run, cells)
        self.set_title(words.line_of(row.request)[:60])
        self.view.show(TextBody(tuple(lines), numbered=False))

    def _of_run(self, info: TraceInfo | None, run: EvaluationRun, cells: int) -> list[str]:
        if info is None:
            return [f"{named(run.name)}: has no such input", ""]
        state = words.state_sign(info.state, self._glyphs)
        lines = [f"{named(run.name)} {state} {words.took(info.took_ms)}"]
        lines += [f"  {line}" for line in _wrapped(info.response or "(no answer)", cells - 2)]
        for name, one in sorted(feedback_of(info, run.id).items()):
            by = one.source_id or one.source_type.lower()
            lines.append(f"  {named(name)}: {words.said(one, self._glyphs)}  {clean(f'({by})' if by else '')}".rstrip())
            lines += [f"    {line}" for line in _wrapped(one.rationale or one.error, cells - 4)]
        return [*lines, ""]


def _wrapped(text: str, cells: int) -> list[str]:
    return [line for part in text[:_LONGEST].splitlines() for line in wrap(clean(part), cells)] if text else []


class EvaluationDiffScreen(Page, Asking):
    """Reads the traces of every run and pairs them by their inputs."""

    CSS_PATH = style_sheets("artifacts.tcss", "traces.tcss")

    def __init__(self, session: Session, route: EvaluationDiffRoute) -> None:
        super().__init__(session)
        self.route = route
        self.inputs = InputsPane(session, self.deck.glyphs, route.runs)
        self.answers = AnswersPane(self.deck.glyphs)
        self._read: list[tuple[str, list[TraceInfo]]] = []

    def content(self) -> ComposeResult:
        yield self.inputs
        yield self.answers

    def on_mount(self) -> None:
        self.set_crumbs("evaluation", " against ".join(named(run.name) for run in self.route.runs[:3]))
        self.inputs.recall()
        self.focus_pane(self.inputs)
        self.answers.show(None, ())
        self.read_again()

    def read_again(self) -> None:
        session, runs = self.session, self.route.runs
        self.inputs.state.loading("Reading the traces of each run …")

        def work() -> list[tuple[str, list[TraceInfo]]]:
            return [(run.id, traces_of(session.traces, run)) for run in runs]

        def got(read: list[tuple[str, list[TraceInfo]]]) -> None:
            self._read = read
            self.inputs.state.live()
            self._pair()

        def refused(problem: Problem) -> None:
            self.inputs.state.failed(problem, "The traces could not be read.")

        self.ask(session.pool, "pairs", work, got, refused)

    def _pair(self) -> None:
        ways = directions_of(self._read, self.session.launch.settings.metric_directions)
        rows, mistaken = compared(self._read, self.inputs.baseline, ways)
        pane = self.inputs
        pane.inputs = tuple(rows)
        cut = any(len(infos) >= MOST_TRACES for _, infos in self._read)
        pane.said = (
            *ways_told(ways),
            f"{mistaken} inputs are the same in their first {PREVIEW} letters: paired in order" if mistaken else "",
            f"the latest {MOST_TRACES} of each" if cut else "",
        )
        pane.grid.placeholder = "These runs have no traces."
        pane.fill()
        self._show()

    @on(ListPane.FreshnessChanged, "#inputs")
    def _fresh(self, event: ListPane.FreshnessChanged) -> None:
        event.stop()
        self.set_freshness(self.inputs.state.freshness)

    @on(ListPane.Followed, "#inputs")
    def _followed(self, event: ListPane.Followed) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        self.answers.show(self.inputs.here(), self.route.runs)

    @on(InputsPane.BaselineWanted)
    def _other_baseline(self, event: InputsPane.BaselineWanted) -> None:
        event.stop()
        self.inputs.baseline = (self.inputs.baseline + 1) % len(self.route.runs)
        if self._read:
            self._pair()

    def go_back(self) -> bool:
        if self.current_pane() is self.answers:
            self.focus_pane(self.inputs)
            return True
        return self.inputs.go_back()

    def value_here(self) -> tuple[str, str] | None:
        return self.inputs.value_here()
