"""What is done only after the grants have been read: a refusal is explained before anything is typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from tui.domain.grants import Deed, Refusal
from tui.domain.model_values import RegisteredModel
from tui.domain.text import clean
from tui.screens.base.asking import Asking
from tui.screens.base.page import Page
from tui.screens.base.routes import ServingRoute
from tui.services.permissions import Permissions


class Permitted(Page, Asking):
    """A page whose writes need privileges where the models are in a Unity Catalog."""

    _permissions: Permissions | None = None

    def model_here(self) -> RegisteredModel | None:
        """The model that the keys mean."""
        raise NotImplementedError  # pragma: no cover  every page says it

    def action_registry_serving(self) -> None:
        """Show the endpoints that serve the model."""
        model = self.model_here()
        if model is not None:
            self.deck.go(ServingRoute(model.name))

    def when_allowed(self, deed: Deed, model: str, go_on: Callable[[], None]) -> None:
        """Go on, or say why that would be refused; at once where there is nothing to ask."""
        catalog = self.session.catalog
        if catalog is None or model.count(".") < 2:
            go_on()
            return
        if self._permissions is None:
            self._permissions = Permissions(catalog, self.session.clock)
        permissions = self._permissions

        def got(found: tuple[Refusal, ...]) -> None:
            if not found:
                go_on()
                return
            from tui.screens.modals.refused import RefusedModal

            permissions.forget()  # somebody may grant it meanwhile
            self.app.push_screen(RefusedModal(f"You may not {deed.value}: {clean(model)}", found))

        self.ask(
            self.session.pool,
            "permissions",
            lambda: permissions.refusals(deed, model),
            got,
            lambda _problem: go_on(),  # a doubt refuses nothing
        )


P = TypeVar("P", bound=Permitted)


def needs(deed: Deed) -> Callable[[Callable[[P], None]], Callable[[P], None]]:
    """Let an action on the model of the page go on only if the deed is allowed there."""

    def guard(action: Callable[[P], None]) -> Callable[[P], None]:
        @wraps(action)
        def guarded(page: P) -> None:
            model = page.model_here()
            if model is not None:
                page.when_allowed(deed, model.name, lambda: action(page))

        return guarded

    return guard
