"""A Databricks workspace that is none: a server on this machine that speaks its documented REST interface.

It is for trying the deck without a workspace, and for its tests. What it answers follows the published interface and
the field names that MLflow's client and the Databricks SDK parse; how a real workspace behaves beyond that is not
known to it.
"""
