"""Where aliases point, asked one by one.

MLflow answers for a whole model only after it has read every version of it: 3.8 s where there are 200 000 in SQLite,
against 10 ms for one alias.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from tui.domain.models.values import RegisteredModel

_ONE_BY_ONE = ("sqlite", "postgresql", "mysql", "mssql", "http", "https")  # where a missing alias is told apart
_BY_ONE = 3  # up to so many are asked for one by one; more of them at once
_NO_ALIAS = "INVALID_PARAMETER_VALUE"  # what MLflow's stores say of an alias that is not there


class AliasReads:
    """A part of a registry; the rest of it gives the other methods."""

    kind: str

    @property
    @abstractmethod
    def client(self) -> Any:
        """MLflow's client."""

    @abstractmethod
    def told(self, title: str) -> AbstractContextManager[None]:
        """Turn what is raised within into Problem."""

    @abstractmethod
    def get_model(self, name: str) -> RegisteredModel: ...

    def aliases_at(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        """Where these aliases of a model point; one that points nowhere is absent. Raises Problem."""
        if self.kind not in _ONE_BY_ONE or len(aliases) > _BY_ONE:
            return self._of_model(name, aliases)
        found: dict[str, str] = {}
        with self.told(f"Could not read the aliases of {name}"):
            for alias in aliases:
                try:
                    found[alias] = str(self.client.get_model_version_by_alias(name, alias).version)
                except Exception as error:  # only an alias that is not there is no failure
                    code = getattr(error, "error_code", "")
                    if code == _NO_ALIAS:
                        continue
                    if code == "RESOURCE_DOES_NOT_EXIST":  # the version that it points to, or the model
                        return self._of_model(name, aliases)
                    raise
        return found

    def _of_model(self, name: str, aliases: Sequence[str]) -> dict[str, str]:
        at = self.get_model(name).aliases
        return {alias: at[alias] for alias in aliases if alias in at}
