"""What MLflow takes as the name of an alias, a model or a tag, with its rules in words."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST_ALIAS = 255
LONGEST_TAG_KEY = 250
CATALOG_LEVELS = 3

_ALIAS = re.compile(r"[\w-]+")
_VERSION_ALIAS = re.compile(r"[vV]\d+")
_TAG_KEY = re.compile(r"[\w\-. :/]+")
_CATALOG_PART = re.compile(r"[^\x00-\x20./\x7f]+")


def alias_refusal(alias: str) -> str:
    """Why MLflow would not take this alias, as one sentence; "" where it would."""
    if not alias:
        return "An alias needs a name."
    if not _ALIAS.fullmatch(alias):
        return "An alias holds letters, digits, _ and - only: no spaces, dots or other signs."
    if len(alias) > LONGEST_ALIAS:
        return f"An alias has at most {LONGEST_ALIAS} characters; this one has {len(alias)}."
    if alias.lower() == "latest":
        return "“latest” is reserved: MLflow itself resolves it to the newest version."
    if _VERSION_ALIAS.fullmatch(alias):
        return f"“{alias}” is reserved: v and a number always mean that version."
    return ""


def alias_twin(alias: str, in_use: Iterable[str]) -> str:
    """Why this alias cannot stand beside those in use, as one sentence; "" where it can, or is one of them.

    A server over MySQL takes names that differ in case only for one and the same, so that setting ``Champion`` there
    would move ``champion`` without a word.
    """
    others = tuple(in_use)
    twin = next((other for other in others if other.casefold() == alias.casefold()), alias)
    if twin == alias or alias in others:
        return ""
    return f"“{twin}” is in use, and some servers take “{alias}” for the same alias: write it as it is in use."


def model_name_refusal(name: str, *, catalog: bool = False) -> str:
    """Why a registry would not take this name of a model; ``catalog`` is set for Unity Catalog's three levels."""
    if not name.strip():
        return "A model needs a name."
    if catalog:
        parts = name.split(".")
        if len(parts) != CATALOG_LEVELS or not all(_CATALOG_PART.fullmatch(part) for part in parts):
            return "In Unity Catalog a model is named by three levels: catalog.schema.model."
        return ""
    if "/" in name or ":" in name:
        return "A model's name holds neither / nor :, because models:/NAME/VERSION is how it is addressed."
    return ""


def tag_key_refusal(key: str) -> str:
    """Why MLflow would not take this name of a tag."""
    if not key.strip():
        return "A tag needs a name."
    if not _TAG_KEY.fullmatch(key):
        return "A tag's name holds letters, digits, spaces and _ - . : / only."
    if len(key) > LONGEST_TAG_KEY:
        return f"A tag's name has at most {LONGEST_TAG_KEY} characters; this one has {len(key)}."
    return ""
