"""A plain MLflow server's REST interface, asked without mlflow being imported."""
