"""A keyboard-driven terminal UI for MLflow."""
