"""The lists of prompts: all of them with what the rules find, and the versions of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from tui.app.actions import bindings, key_of
from tui.domain.columns import ColumnSpec, SortOrder, SpecTable
from tui.domain.glyphs import Glyphs
from tui.domain.models.rows import Notation
from tui.domain.models.values import ModelsPage, ModelVersion, RegisteredModel, VersionsPage
from tui.domain.problem import Problem
from tui.domain.prompts import prompt_columns, searched_prompt, searched_version, version_columns
from tui.domain.quantities import count
from tui.domain.text import named
from tui.services.pool import PREFETCH
from tui.services.session import Session
from tui.ui.asking import Rest
from tui.ui.list_pane import HeldPane
from tui.ui.routes import PromptRoute

PAGE = 200  # prompts, or versions, asked for at a time; the pages follow each other
REST_SECONDS = 0.12
JUDGED_AT_ONCE = 10


class PromptsPane(HeldPane[RegisteredModel]):
    """The list of prompts."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompts")]
    filter_hint = "words in names, aliases (@production), tags, descriptions"
    nothing_to_ask = "Every prompt is loaded: there is nothing more to ask the server"
    things = ("prompt", "prompts")
    comes_back = True
    first_sort: SortOrder = (("name", False),)
    may_rest = False

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="prompts")
        self.findings_only = False
        self._rest = Rest(self, REST_SECONDS, self._judge)

    # reading

    def start(self) -> None:
        """Begin to read."""
        self.recall()
        self.grid.placeholder = "Reading prompts …"
        self.read_again()

    def read_again(self) -> None:
        """Read every prompt anew; what is shown stays until then."""
        if lacking := self.session.capabilities.no_prompts:
            self.grid.placeholder = lacking
            self.complete = True
            self.state.live()
            self.fill()
            return
        self._seen = set()
        self.state.loading()
        self._ask_page(None)

    def _ask_page(self, token: str | None) -> None:
        prompts = self.session.prompts
        self.ask(
            self.session.pool,
            "prompts",
            lambda: prompts.search_models(max_results=PAGE, token=token),
            self._got,
            self._refused,
        )

    def _got(self, page: ModelsPage) -> None:
        judging = self.session.prompt_desk.judging
        for prompt in page.models:
            if self.held.get(prompt.name) != prompt:
                judging.forget(prompt.name)
        self.take_in(page.models)
        self.complete = page.next_token is None
        if self.complete:
            self.drop_unseen()
            self.state.live()
        else:
            self._ask_page(page.next_token)
        self.fill()

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "No prompts could be read.")
        self.fill()

    def take(self, prompt: RegisteredModel) -> None:
        """Show a prompt as it has just been read."""
        self.session.prompt_desk.judging.forget(prompt.name)
        self.take_in([prompt])
        self.fill()

    # what it says of itself

    def _findings(self, prompt: RegisteredModel) -> Sequence[object]:
        return self.session.prompt_desk.judging.findings(prompt)

    def specs(self) -> Sequence[ColumnSpec[RegisteredModel]]:
        reading = Notation(self.session.clock.now_ms(), self.zone, self.glyphs)
        return prompt_columns(list(self.held.values()), reading, self.session.prompt_desk.judging.findings)

    def rows(self) -> Sequence[RegisteredModel]:
        found = sorted(self.held.values(), key=lambda prompt: prompt.name)
        return [prompt for prompt in found if self._findings(prompt)] if self.findings_only else found

    def key_of(self, row: RegisteredModel) -> str:
        return row.name

    def searched(self, row: RegisteredModel) -> str:
        return searched_prompt(row)

    def count_words(self) -> str:
        parts = [self.loaded_words()]
        if found := sum(1 for prompt in self.held.values() if self._findings(prompt)):
            judged = all(map(self.session.prompt_desk.judging.is_known, self.held.values()))
            parts.append(f"{count(found)} with findings{'' if judged else ' so far'}")
        return " · ".join(parts)

    def notes(self) -> Sequence[str]:
        return ("findings only", f"{key_of('prompts.findings_only')} shows all") if self.findings_only else ()

    def empty_words(self) -> str:
        if self.held and self.findings_only:
            return f"No rule found anything in any prompt.\n{key_of('prompts.findings_only')} shows all of them"
        if not self.complete or self.held:
            return ""
        return self.session.capabilities.no_prompts or (
            "No prompt is registered here.\nmlflow.genai.register_prompt(name, template) makes one"
        )

    # the cursor

    def shown(self) -> None:
        self.find()
        self.moved()

    def moved(self) -> None:
        self.tell_followed()
        self._want_findings()

    def open_row(self, key: str) -> None:
        if key in self.held:
            self.deck.go(PromptRoute(key))

    # what the rules find in the prompts in view, when the cursor rests

    def _want_findings(self) -> None:
        if not self._rest.is_on and not self.is_asking("findings"):
            self._rest.begin()

    def _judge(self) -> None:
        judging = self.session.prompt_desk.judging
        table = self.grid.table
        if not isinstance(table, SpecTable) or self.is_asking("findings"):
            return
        top = self.grid.scroll_offset.y
        seen: list[RegisteredModel] = table.rows[top : top + max(1, self.grid.size.height)]
        unknown = [prompt for prompt in seen if not judging.is_known(prompt)][:JUDGED_AT_ONCE]
        if unknown:

            def learn() -> None:
                for prompt in unknown:
                    judging.gather(prompt)

            self.ask(
                self.session.pool,
                "findings",
                learn,
                lambda _nothing: self.fill(),
                self.notice.problem,
                urgency=PREFETCH,
            )

    # keys

    def action_findings_only(self) -> None:
        self.findings_only = not self.findings_only
        self.fill()

    def go_back(self) -> bool:
        """Take back the filter, then the marks, then what narrows the list; False if there was none of it."""
        if super().go_back():
            return True
        if self.findings_only:
            self.action_findings_only()
            return True
        return False


class PromptVersionsPane(HeldPane[ModelVersion]):
    """The versions of the prompt that it follows."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("prompt_versions")]
    filter_hint = "words in texts, commit messages, aliases (@production), tags"
    nothing_to_ask = "Every version is loaded: there is nothing more to ask the server"
    things = ("version", "versions")
    first_sort: SortOrder = (("version", True),)
    may_rest = False

    @dataclass
    class Opened(Message):
        """The text of the version under the cursor is to have the keys."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(session, glyphs, id="prompt-versions")
        self.prompt: RegisteredModel | None = None
        self._rest = Rest(self, REST_SECONDS, self.read_again)
        self._placed = False

    def on_mount(self) -> None:
        self.recall()
        self.set_title("Versions")

    def follow(self, prompt: RegisteredModel | None, *, at_once: bool = False) -> None:
        """Show a prompt's versions as soon as the cursor has rested on it; of the same one what has changed."""
        before, self.prompt = self.prompt, prompt
        same = prompt is not None and before is not None and prompt.name == before.name
        if same and prompt == before and not at_once:
            return
        self._rest.end()
        if not same:
            self.forget("versions")
            self.held, self.complete, self._placed = {}, False, False
            self.query_text, self.grid.marks = "", []
            self.close_bar(keep=False)
            self.notice.clear()
            self.grid.placeholder = "Reading versions …" if prompt is not None else "No prompt is under the cursor."
            if prompt is not None:
                self.held = {made.version: made for made in reversed(prompt.latest)}
        self.fill()
        if prompt is not None and at_once:
            self.read_again()
        elif prompt is not None:
            self._rest.begin()

    def point_at(self, version: str) -> None:
        self._placed = True
        super().point_at(version)

    def read_again(self) -> None:
        """Read the versions anew; what is shown stays until they come."""
        self._seen = set()
        self._read(None)

    def _read(self, token: str | None) -> None:
        if self.prompt is None:
            return
        prompts, name = self.session.prompts, self.prompt.name
        self.ask(
            self.session.pool,
            "versions",
            lambda: prompts.search_versions(name, max_results=PAGE, token=token),
            self._got,
            self._refused,
        )

    def _got(self, page: VersionsPage) -> None:
        self.take_in(page.versions)
        self.complete = page.next_token is None
        if self.complete:
            self.drop_unseen()
            self.state.live()
        else:
            self._read(page.next_token)
        self.fill()

    def _refused(self, problem: Problem) -> None:
        self.state.failed(problem, "The versions could not be read.")
        self.fill()

    # what it says of itself

    def specs(self) -> Sequence[ColumnSpec[ModelVersion]]:
        if self.prompt is None:
            return ()
        reading = Notation(self.session.clock.now_ms(), self.zone, self.glyphs)
        return version_columns(self.prompt, list(self.held.values()), reading)

    def key_of(self, row: ModelVersion) -> str:
        return row.version

    def searched(self, row: ModelVersion) -> str:
        return searched_version(self.prompt, row) if self.prompt is not None else ""

    def fill(self) -> None:
        if self.prompt is None:
            self.set_title("Versions")
            self.grid.table = None
            self.tell_followed()
            return
        super().fill()

    def title_parts(self) -> Sequence[str]:
        return (named(self.prompt.name),) if self.prompt is not None else ("Versions",)

    def count_words(self) -> str:
        return self.loaded_words()

    def empty_words(self) -> str:
        return "This prompt has no version yet." if not self.held and self.complete else ""

    def shown(self) -> None:
        if not self._placed and self.complete and self.prompt is not None:
            # One comes here about what is in production.
            self._placed = True
            production = self.session.prompt_desk.settings.production_aliases
            held = (self.prompt.aliases.get(alias) for alias in production)
            self._point_at = next((version for version in held if version is not None), "")
        self.find()
        self.tell_followed()

    def open_row(self, key: str) -> None:
        if key in self.held:
            self.post_message(self.Opened())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.prompt is not None

    def why_off(self, verb: str) -> str:
        """Why a verb means nothing just now."""
        return "No prompt is chosen" if self.prompt is None else ""
