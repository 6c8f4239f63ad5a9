"""What is done only after the grants have been read: a refusal is explained before anything is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.domain.models.grants import Deed, Refusal
from tui.domain.problem import Problem
from tui.domain.text import named
from tui.services.permissions import Permissions, doubtful, statements, words
from tui.services.session import Session
from tui.ui.asking import Asking
from tui.ui.deck import Deck
from tui.ui.dialogs.whole_text import WholeTextModal

_SERIES = "permissions"


class Grants:
    """The grants of a context, as ``owner`` asks for them before it offers something."""

    def __init__(self, owner: Asking, session: Session) -> None:
        self._owner = owner
        self._session = session
        self._known: Permissions | None = None

    def permissions(self) -> Permissions | None:
        """The grants of the context; None where its models lie in no Unity Catalog of a workspace."""
        session = self._session
        if session.catalog is None or not session.desk.writes.catalog:
            return None
        if self._known is None:
            self._known = Permissions(session.catalog, session.clock)
        return self._known

    def when_allowed(self, deed: Deed, models: Sequence[str], go_on: Callable[[], None]) -> None:
        """Go on if the deed is allowed on each of these models, one asked about after the other."""
        if models:
            self._ask(deed, models[0], lambda: self.when_allowed(deed, models[1:], go_on))
        else:
            go_on()

    def _ask(self, deed: Deed, model: str, go_on: Callable[[], None]) -> None:
        """Go on, or say why that would be refused; at once where there is nothing to ask.

        While the grants are read a dialogue says so, and takes the keys that are typed meanwhile.
        """
        permissions = self.permissions()
        if permissions is None or model.count(".") < 2:
            go_on()
            return
        found: list[Refusal] = []

        def decide() -> None:
            if not found:
                go_on()
                return
            permissions.forget()  # somebody may grant it meanwhile
            self._owner.app.push_screen(RefusedModal(f"You may not {deed.value}: {named(model)}", tuple(found), go_on))

        if permissions.are_known(model):
            found.extend(permissions.refusals(deed, model))
            decide()
            return
        from tui.ui.dialogs.reading import ReadingModal

        said = f"Reading the grants on {named(model)}, its schema and its catalog …"
        waiting = ReadingModal(f"May you {deed.value}?", said)

        def got(refusals: tuple[Refusal, ...]) -> None:
            found.extend(refusals)
            waiting.end()

        def refused(_problem: Problem) -> None:
            waiting.end()  # a doubt refuses nothing

        def closed(read: bool | None) -> None:
            if read:
                decide()
            else:
                self._owner.forget(_SERIES)

        self._owner.app.push_screen(waiting, closed)
        self._owner.ask(self._session.pool, _SERIES, lambda: permissions.refusals(deed, model), got, refused)


class RefusedModal(WholeTextModal):
    """The reasons in full; ``y`` copies the statements, ``w`` goes on where all rests on a doubt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "go_on", show=False)]

    def __init__(self, title: str, found: tuple[Refusal, ...], go_on: Callable[[], None]) -> None:
        super().__init__(title, words(found))
        self._found = found
        self._go_on = go_on
        self._keys = "w try all the same   esc leave" if doubtful(found) else "esc leave"

    def action_go_on(self) -> None:
        """Let the server decide."""
        if doubtful(self._found):
            self.dismiss(None)
            self._go_on()

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(".dialogue").border_subtitle = Content(f" y copy the statement   {self._keys} ")

    def action_copy(self) -> None:
        said = cast(Deck, self.app).copy_text("the statement", statements(self._found))
        self.query_one(".dialogue").border_subtitle = Content(f" {said.splitlines()[0][:70]}   {self._keys} ")
