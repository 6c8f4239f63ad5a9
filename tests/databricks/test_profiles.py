"""The workspace that the deck looks for and names is the one that the Databricks SDK signs in to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.gateway import guard

ONE, TWO, THREE = "https://one.example", "https://two.example", "https://three.example"
PROFILES = f"[DEFAULT]\nhost = {ONE}\ntoken = t\n[two]\nhost = {TWO}\ntoken = t\n[bare]\ntoken = t\n"
CHOSEN = "[__settings__]\ndefault_profile = two\n"


@pytest.mark.parametrize("file", [PROFILES, CHOSEN + PROFILES, PROFILES + CHOSEN], ids=["plain", "before", "after"])
@pytest.mark.parametrize("named", ["", "two", "bare", "DEFAULT"])
@pytest.mark.parametrize(
    "environ", [{}, {"DATABRICKS_CONFIG_PROFILE": "two"}, {"DATABRICKS_HOST": THREE, "DATABRICKS_TOKEN": "t"}], ids=str
)
def test_the_deck_and_the_sdk_mean_the_same(
    calm_environment: Path, monkeypatch: pytest.MonkeyPatch, file: str, named: str, environ: dict[str, str]
) -> None:
    from databricks.sdk import config
    from databricks.sdk.core import Config

    (calm_environment / ".databrickscfg").write_text(file)
    monkeypatch.setattr(config, "get_host_metadata", _silent, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    told = guard.databricks_host(f"databricks://{named}" if named else "databricks")
    profile = named or environ.get("DATABRICKS_CONFIG_PROFILE", "")
    wanted = {"profile": profile} if profile else {}
    try:
        signed_in = Config(**wanted).host  # type: ignore[arg-type]  # settings by their names
    except ValueError:
        signed_in = ""
    assert told == (signed_in or "")


def _silent(*_args: object, **_how: object) -> None:
    raise ValueError("nobody is asked")
