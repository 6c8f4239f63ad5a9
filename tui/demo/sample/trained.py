"""Small scikit-learn models, really trained on made-up customers, logged with signature and input example."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import mlflow
import mlflow.sklearn
import pandas as pd
from mlflow.models import Model, infer_signature
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tui.demo.sample.workshop import random

CHURN_COLUMNS = ("age", "plan_price", "tickets_90d", "logins_30d", "minutes_30d", "discount", "late_payments", "seats")
TENURE = "tenure_days"
"""The ninth input, which churn models have since the data team brought it."""

FRAUD_COLUMNS = ("amount", "hour", "country_risk", "card_age_days", "velocity_1h", "merchant_risk")
PRICE_COLUMNS = ("area", "nights", "lead_days", "season", "rating")

_TREES = ["sklearn.tree._tree.Tree"]  # skops wants the types that it loads to be named
_REQUIREMENTS = [f"{name}=={version(name)}" for name in ("mlflow", "scikit-learn", "pandas")]
"""Given, so that MLflow does not start a process to find them out."""


def table(name: str, columns: Sequence[str], rows: int = 400) -> pd.DataFrame:
    """Made-up customers, one float column each, the same for the same name."""
    rng = random(name)
    return pd.DataFrame({column: rng.gamma(2.0, 3.0, rows).round(3) for column in columns})


def churn(seed: int, *, tenure: bool, trees: int = 8) -> tuple[RandomForestClassifier, pd.DataFrame]:
    """A forest and the table it was trained on."""
    data = table("churn", [*CHURN_COLUMNS, *([TENURE] if tenure else [])])
    left = (data["tickets_90d"] * 1.3 - data["logins_30d"] + random(f"churn{seed}").normal(0, 2, len(data))) > 1.0
    model = RandomForestClassifier(n_estimators=trees, max_depth=4, random_state=seed)
    return model.fit(data, left.astype(int)), data


def fraud(seed: int) -> tuple[object, pd.DataFrame]:
    """A scaled logistic regression and the table it was trained on."""
    data = table("fraud", FRAUD_COLUMNS)
    bad = (data["velocity_1h"] + data["merchant_risk"] + random(f"fraud{seed}").normal(0, 3, len(data))) > 14
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.5 + seed / 10)).fit(data, bad.astype(int)), data


def pricing(seed: int) -> tuple[object, pd.DataFrame]:
    """A scaled ridge regression and the table it was trained on."""
    data = table("pricing", PRICE_COLUMNS)
    price = 40 + 9 * data["area"] + 4 * data["season"] + random(f"price{seed}").normal(0, 5, len(data))
    return make_pipeline(StandardScaler(), Ridge(alpha=1.0 + seed)).fit(data, price), data


def log(
    run_id: str, name: str, model: object, data: pd.DataFrame, *, params: dict[str, str], kind: str
) -> tuple[str, str]:
    """Log the model in its run as MLflow 3 does; answers the logged model's id and URI."""
    with mlflow.start_run(run_id=run_id):
        info = mlflow.sklearn.log_model(
            model,
            name=name,
            signature=infer_signature(data, model.predict(data)),  # type: ignore[attr-defined]  # an estimator
            input_example=data.head(3),
            pip_requirements=_REQUIREMENTS,
            skops_trusted_types=_TREES,
            params=params,
            model_type=kind,
        )
    return str(info.model_id), str(info.model_uri)


def save(folder: Path, run_id: str, model: object, data: pd.DataFrame) -> None:
    """Write the model to ``folder`` as one that is to be an artifact of its run, the layout before MLflow 3."""
    mlflow.sklearn.save_model(
        model,
        str(folder),
        mlflow_model=Model(artifact_path=folder.name, run_id=run_id),
        signature=infer_signature(data, model.predict(data)),  # type: ignore[attr-defined]  # an estimator
        input_example=data.head(3),
        pip_requirements=_REQUIREMENTS,
        skops_trusted_types=_TREES,
    )
