"""What is done only after the grants have been read: a refusal is explained before anything is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TypeVar, cast

from tui.domain.models.grants import Deed, Refusal
from tui.domain.models.values import RegisteredModel
from tui.domain.problem import Problem
from tui.domain.text import clean
from tui.services.permissions import Permissions
from tui.ui.asking import Asking
from tui.ui.page import Page
from tui.ui.routes import ServingRoute

_SERIES = "permissions"


class Permitting(Asking):
    """The part of a page that asks what may be done before it is offered."""

    _grants_known: Permissions | None = None

    def permissions(self) -> Permissions | None:
        """The grants of the context; None where its models lie in no Unity Catalog of a workspace."""
        session = cast(Page, self).session
        if session.catalog is None or not session.capabilities.three_levels:
            return None
        if self._grants_known is None:
            self._grants_known = Permissions(session.catalog, session.clock)
        return self._grants_known

    def when_allowed(self, deed: Deed, model: str, go_on: Callable[[], None]) -> None:
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
            self.app.push_screen(RefusedModal(f"You may not {deed.value}: {clean(model)}", tuple(found)))

        if permissions.are_known(model):
            found.extend(permissions.refusals(deed, model))
            decide()
            return
        from tui.ui.dialogs.reading import ReadingModal

        words = f"Reading the grants on {clean(model)}, its schema and its catalog …"
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
                self.forget(_SERIES)

        self.app.push_screen(waiting, closed)
        self.ask(cast(Page, self).session.pool, _SERIES, lambda: permissions.refusals(deed, model), got, refused)


class Permitted(Page, Permitting):
    """A page whose writes need privileges where the models are in a Unity Catalog."""

    def model_here(self) -> RegisteredModel | None:
        """The model that the keys mean."""
        raise NotImplementedError  # pragma: no cover  every page says it

    def models_meant(self, deed: Deed) -> Sequence[str]:
        """The names of the models that such a deed would be done to."""
        model = self.model_here()
        return [model.name] if model is not None else []

    def action_endpoints(self) -> None:
        """Show the endpoints that serve the model."""
        model = self.model_here()
        if model is not None:
            self.deck.go(ServingRoute(model.name))


P = TypeVar("P", bound=Permitted)


def needs(deed: Deed) -> Callable[[Callable[[P], None]], Callable[[P], None]]:
    """Let an action on the models that are meant go on only if the deed is allowed on each of them."""

    def guard(action: Callable[[P], None]) -> Callable[[P], None]:
        @wraps(action)
        def guarded(page: P) -> None:
            names = page.models_meant(deed)
            if names:
                _each(page, deed, names, lambda: action(page))

        return guarded

    return guard


def _each(page: Permitting, deed: Deed, names: Sequence[str], go_on: Callable[[], None]) -> None:
    """Ask about one model after the other."""
    if not names:
        go_on()
        return
    page.when_allowed(deed, names[0], lambda: _each(page, deed, names[1:], go_on))
