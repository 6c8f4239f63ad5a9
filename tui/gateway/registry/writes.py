"""Registered models through MlflowClient: writing. Each method is one request, never tried twice.

Who calls these has shown what will happen and has looked at the server just before: see ``services.writes``.
"""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager
from typing import Any

from tui.domain.models.values import ModelVersion
from tui.domain.problem import Kind, Problem
from tui.gateway.registry import facts as registry_facts


class RegistryWrites:
    """The writing half of a registry; ``client`` and ``told`` come from the reading half."""

    place: str
    kind: str

    @property
    @abstractmethod
    def is_catalog(self) -> bool:
        """Whether the registry is a Unity Catalog."""

    @property
    @abstractmethod
    def client(self) -> Any:
        """MLflow's client."""

    @abstractmethod
    def told(self, title: str) -> AbstractContextManager[None]:
        """Turn what is raised within into Problem."""

    @abstractmethod
    def get_version(self, name: str, version: str) -> ModelVersion: ...

    def _has(self, lacking: str) -> None:
        """Refuse what the open-source Unity Catalog's interface does not have, in words."""
        if self.kind == "uc":
            raise Problem(
                Kind.UNSUPPORTED,
                "Not done",
                f"The open-source Unity Catalog has {lacking}.",
                "What it has is models, versions and their descriptions.",
            )

    # aliases

    def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version; MLflow takes the last writer's word, whatever it pointed to."""
        with self.told(f"Could not set {alias} of {name}"):
            self._has("no aliases")
            self.client.set_registered_model_alias(name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        """Take an alias away; MLflow says nothing where there is none."""
        with self.told(f"Could not take {alias} of {name} away"):
            self._has("no aliases")
            self.client.delete_registered_model_alias(name, alias)

    # models

    def create_model(self, name: str, description: str = "") -> None:
        with self.told(f"Could not create the model {name}"):
            self.client.create_registered_model(name, description=description or None)

    def rename_model(self, name: str, new_name: str) -> None:
        with self.told(f"Could not rename {name}"):
            self._has("no renaming of models")
            self.client.rename_registered_model(name, new_name)

    def describe_model(self, name: str, description: str) -> None:
        with self.told(f"Could not describe {name}"):
            self.client.update_registered_model(name, description)

    def tag_model(self, name: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        with self.told(f"Could not tag {name}"):
            self._has("no tags")
            if value is None:
                self.client.delete_registered_model_tag(name, key)
            else:
                self.client.set_registered_model_tag(name, key, value)

    def delete_model(self, name: str) -> None:
        """Delete a model with all its versions and aliases."""
        with self.told(f"Could not delete {name}"):
            self.client.delete_registered_model(name)

    # versions

    def create_version(
        self, name: str, uri: str, *, run_id: str = "", model_id: str = "", description: str = ""
    ) -> str:
        """A new version made from ``runs:/ID/PATH``, ``models:/m-ID`` or any source; answers its number at once.

        The version may still be PENDING_REGISTRATION when this returns.
        """
        with self.told(f"Could not register {uri} as {name}"):
            made = self.client.create_model_version(
                name,
                registry_facts.source_of(uri),
                run_id=run_id or None,
                description=description or None,
                await_creation_for=0,
                model_id=model_id or registry_facts.logged_model_of(uri) or None,
            )
            return str(made.version)

    def copy_version(self, name: str, version: str, to: str) -> str:
        """Copy a version to another model, which is made where it is missing; answers the new version's number."""
        with self.told(f"Could not copy version {version} of {name} to {to}"):
            self._has("no copying of versions")
            # MLflow makes the other model first, and only then notices that there is nothing to copy.
            source = self.client.get_model_version(name, version)
            if self.is_catalog and not source.model_id:
                return self._copied_in_catalog(source, to)
            return str(self.client.copy_model_version(f"models:/{name}/{version}", to).version)

    def _copied_in_catalog(self, source: Any, to: str) -> str:
        """What ``copy_model_version`` does, for a version of Unity Catalog that was made from no logged model.

        Of such a version MLflow's client hands an empty ``model_id`` on, and then refuses that itself:
        https://github.com/mlflow/mlflow/issues/22012
        """
        try:
            self.client.create_registered_model(to)
        except Exception as error:  # only that it is there already is no failure
            if getattr(error, "error_code", "") != "RESOURCE_ALREADY_EXISTS":
                raise
        made = self.client.create_model_version(
            to,
            f"models:/{source.name}/{source.version}",
            run_id=source.run_id or None,
            tags=dict(source.tags),
            description=source.description or None,
            await_creation_for=0,
        )
        return str(made.version)

    def describe_version(self, name: str, version: str, description: str) -> None:
        with self.told(f"Could not describe version {version} of {name}"):
            self.client.update_model_version(name, version, description)

    def tag_version(self, name: str, version: str, key: str, value: str | None) -> None:
        """Set a tag, or take it away with None."""
        with self.told(f"Could not tag version {version} of {name}"):
            self._has("no tags")
            if value is None:
                self.client.delete_model_version_tag(name, version, key)
            else:
                self.client.set_model_version_tag(name, version, key, value)

    def delete_version(self, name: str, version: str) -> None:
        """Delete a version; its aliases go with it."""
        with self.told(f"Could not delete version {version} of {name}"):
            self.client.delete_model_version(name, version)
