"""Models of a Unity Catalog by catalog and schema: each chosen from a list, as far as one may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.domain.glyphs import Glyphs
from tui.domain.problem import Problem
from tui.domain.text import named
from tui.services.session import Session
from tui.ui.asking import Asking

EVERYTHING = ""


def choose_schema(
    pane: Asking,
    session: Session,
    glyphs: Glyphs,
    chosen: Callable[[str], None],
    refused: Callable[[Problem], None],
) -> None:
    """Ask for a catalog, then for a schema of it; ``chosen`` is given ``catalog``, ``catalog.schema``, or ""."""
    catalog = session.catalog
    assert catalog is not None

    def offer(title: str, names: Sequence[str], everything: str, go_on: Callable[[str], None]) -> None:
        from tui.ui.dialogs.choices import Choice, ChoiceModal

        choices = [Choice(EVERYTHING, everything, ""), *(Choice(name, named(name), "") for name in names)]
        pane.app.push_screen(
            ChoiceModal(title, choices, glyphs), lambda choice: None if choice is None else go_on(choice.id)
        )

    def of_catalog(name: str) -> None:
        if name == EVERYTHING:
            chosen(EVERYTHING)
            return
        pane.ask(
            session.pool,
            "schemas",
            lambda: catalog.schemas(name),
            lambda schemas: offer(
                f"Schemas of {named(name)}",
                schemas,
                "every schema",
                lambda schema: chosen(f"{name}.{schema}" if schema else name),
            ),
            refused,
        )

    pane.ask(
        session.pool,
        "catalogs",
        catalog.catalogs,
        lambda names: offer("Catalogs", names, "every catalog", of_catalog),
        refused,
    )
