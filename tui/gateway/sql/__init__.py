"""MLflow's SQL schema, read directly: SQLite by the standard library, other databases by SQLAlchemy Core."""
