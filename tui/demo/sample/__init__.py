"""The sample store: a believable team's experiments, runs and models, made through MLflow's own client.

``marker`` is all that the deck imports; the rest is run as ``python -m tui.demo.sample FOLDER`` in its own process.
"""
