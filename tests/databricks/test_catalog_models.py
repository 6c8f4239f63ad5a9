"""Registered models of Unity Catalog through the gateway."""

from __future__ import annotations

import pytest

from tui.domain.problem import Kind, Problem
from tui.gateway.registry import ClientRegistry
from tui.gateway.session import Session
from tui.gateway.simulated.state import Workspace

CHURN = "prod.ml.churn"


def test_a_version_is_copied_from_one_catalog_to_another(session: Session, workspace: Workspace) -> None:
    registry = ClientRegistry(session)
    workspace.models["dev.ml.churn"].versions[31].tags = {"validation_status": "passed"}
    number = registry.copy_version("dev.ml.churn", "31", CHURN)
    made = registry.get_version(CHURN, number)
    assert (made.version, made.status, made.source) == ("15", "READY", "models:/dev.ml.churn/31")
    assert made.tags == {"validation_status": "passed"} and made.run_id
    assert workspace.files[f"/Models/prod/ml/churn/{number}/MLmodel"].startswith(b"artifact_path: model")
    assert registry.copy_version(CHURN, number, "dev.ml.brought_back") == "1"


def test_a_refusal_says_what_the_server_said_and_nothing_of_the_settings(session: Session) -> None:
    with pytest.raises(Problem) as caught:
        ClientRegistry(session).copy_version("dev.ml.churn", "31", "prod.ml.fraud-cards")
    assert caught.value.kind is Kind.FORBIDDEN
    assert "does not have MANAGE on Function 'prod.ml.fraud-cards'" in str(caught.value)
    assert "token" not in str(caught.value) and "Config" not in str(caught.value)
