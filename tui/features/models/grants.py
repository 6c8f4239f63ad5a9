"""What is done only after the grants have been read: a refusal is explained before anything is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.domain.models.grants import Deed, Refusal
from tui.domain.problem import Problem
from tui.domain.text import named
from tui.services.permissions import Permissions
from tui.services.session import Session
from tui.ui.asking import Asking

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
            from tui.ui.dialogs.refused import RefusedModal

            permissions.forget()  # somebody may grant it meanwhile
            self._owner.app.push_screen(RefusedModal(f"You may not {deed.value}: {named(model)}", tuple(found), go_on))

        if permissions.are_known(model):
            found.extend(permissions.refusals(deed, model))
            decide()
            return
        from tui.ui.dialogs.reading import ReadingModal

        words = f"Reading the grants on {named(model)}, its schema and its catalog …"
        waiting = ReadingModal(f"May you {deed.value}?", words)

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
