"""Lists of Unity Catalog's models: what its search cannot do is done here, and what it leaves out is read.

The search of a metastore takes no filter and no order, and tells neither aliases nor tags; one schema can be listed by
the Databricks SDK alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tui.domain.problem import Kind, Problem
from tui.gateway import problems
from tui.gateway.databricks.catalog import SdkCatalog

AT_ONCE = 8  # models that are read at the same time
MOST = 100  # models of a page, each of which is a request
_NAME = re.compile(r"\s*name\s*(=|(?:I?LIKE))\s*(?:'([^']*)'|\"([^\"]*)\")\s*", re.IGNORECASE)


class CatalogModels:
    """Lists of models through MLflow's client and the SDK."""

    def __init__(self, client: Callable[[], Any], catalog: SdkCatalog, place: str) -> None:
        self._client = client
        self._catalog = catalog
        self._place = place

    def page(self, filter_string: str, max_results: int, token: str | None) -> tuple[list[Any], str | None]:
        """Models as MLflow's client gives them, each read whole, and the token of the next page."""
        matches, prefix = _filter(filter_string, self._place)
        most = min(max_results, MOST)
        scope = prefix.split(".")
        if len(scope) >= 3:
            # The literal beginning names a schema, which can be listed by itself.
            names = [name for name in self._catalog.models(scope[0], scope[1]) if matches(name)]
            start = int(token or 0)
            following = start + most
            found: Sequence[Any] = [_Named(name) for name in names[start:following]]
            return self._whole(found), str(following) if following < len(names) else None
        listed = self._client().search_registered_models(max_results=most, page_token=token)
        return self._whole([model for model in listed if matches(str(model.name))]), listed.token or None

    def _whole(self, listed: Sequence[Any]) -> list[Any]:
        if not listed:
            return []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="models") as threads:
            return [model for model in threads.map(self._read, listed) if model is not None]

    def _read(self, listed: Any) -> Any:
        """The model whole, or ``Unread`` where it may be listed but not read; None where it is gone."""
        try:
            return self._client().get_registered_model(listed.name)
        except Exception as error:  # only a refusal, and that it is gone meanwhile, are answers
            problem = problems.of(error, f"Could not read the model {listed.name}", self._place)
            if problem.kind is Kind.NOT_FOUND:
                return None
            if problem.kind is not Kind.FORBIDDEN:
                raise problem from error
            return Unread(listed)


class _Named:
    """A model of which only the name is known."""

    creation_timestamp = last_updated_timestamp = None
    description = ""

    def __init__(self, name: str) -> None:
        self.name = name


class Unread:
    """A model as it was listed, whose aliases and tags may not be read."""

    def __init__(self, listed: Any) -> None:
        self._listed = listed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listed, name)


def _filter(filter_string: str, place: str) -> tuple[Callable[[str], bool], str]:
    """Whether a name fits a filter, and the beginning that every fitting name has."""
    if not filter_string.strip():
        return lambda _name: True, ""
    found = _NAME.fullmatch(filter_string)
    if found is None:
        raise Problem(
            Kind.UNSUPPORTED,
            "Could not search the models",
            f"Unity Catalog ({place}) cannot be searched by that: of its models only names can be looked for.",
            "Filter by name LIKE 'catalog.schema.%', or filter what is loaded with /.",
        )
    op, pattern = found[1].upper(), found[2] if found[2] is not None else found[3]
    if op == "=":
        return lambda name: name == pattern, pattern
    words = ".*".join(re.escape(part).replace("_", ".") for part in pattern.split("%"))
    fits = re.compile(words, re.IGNORECASE | re.DOTALL if op == "ILIKE" else re.DOTALL)
    literal = "" if op == "ILIKE" else pattern.partition("%")[0]
    return lambda name: fits.fullmatch(name) is not None, literal


def no_prompts(place: str) -> Problem:
    """The problem of looking for prompts among the models of a Unity Catalog."""
    return Problem(
        Kind.UNSUPPORTED,
        "Could not list the prompts",
        f"Unity Catalog ({place}) keeps prompts apart from models, and tells them of one schema only.",
        "They are on the Prompts page of an experiment in the workspace.",
    )


def no_filters(place: str) -> Problem:
    """The problem of having the models of an open-source Unity Catalog filtered by it."""
    return Problem(
        Kind.UNSUPPORTED,
        "Could not list the registered models",
        f"The open-source Unity Catalog ({place}) lists models and filters none.",
        "Filter those that are loaded.",
    )
