"""What can be copied of a run, an experiment, a model, a trace: id, URI, link, Python, curl."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit, urlunsplit

from tui.domain.models.values import ModelVersion
from tui.domain.prompts.values import prompt_uri, template_of


def web_address(tracking_uri: str) -> str | None:
    """The address of the server's web UI without credentials; None for a store that has none."""
    parts = urlsplit(tracking_uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if parts.port:
        host += f":{parts.port}"
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))


def shown_uri(tracking_uri: str) -> str:
    """The tracking URI with its credentials taken out: what is copied may end in a chat."""
    parts = urlsplit(tracking_uri)
    if "@" not in parts.netloc:
        return tracking_uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def run_copies(tracking_uri: str, run_id: str, experiment_id: str) -> list[tuple[str, str]]:
    """Pairs of a title and a text, for one run."""
    python = f"import mlflow\nmlflow.set_tracking_uri({shown_uri(tracking_uri)!r})\nrun = mlflow.get_run({run_id!r})\n"
    offers = [("run id", run_id), ("run URI", f"runs:/{run_id}"), ("Python", python)]
    web = web_address(tracking_uri)
    if web is not None:
        offers.append(("link", f"{web}/#/experiments/{quote(experiment_id)}/runs/{quote(run_id)}"))
        offers.append(("curl", f"curl -s '{web}/api/2.0/mlflow/runs/get?run_id={quote(run_id)}'"))
    return offers


def experiment_copies(tracking_uri: str, experiment_id: str, name: str) -> list[tuple[str, str]]:
    """Pairs of a title and a text, for one experiment."""
    python = (
        f"import mlflow\nmlflow.set_tracking_uri({shown_uri(tracking_uri)!r})\n"
        f"runs = mlflow.search_runs(experiment_ids=[{experiment_id!r}])\n"
    )
    offers = [("experiment name", name), ("experiment id", experiment_id), ("Python", python)]
    web = web_address(tracking_uri)
    if web is not None:
        offers.append(("link", f"{web}/#/experiments/{quote(experiment_id)}"))
        offers.append(("curl", f"curl -s '{web}/api/2.0/mlflow/experiments/get?experiment_id={quote(experiment_id)}'"))
    return offers


def model_copies(registry_uri: str, name: str, version: str = "", aliases: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Pairs of a title and a text for a registered model, or for one version of it."""
    uris = [f"models:/{name}@{alias}" for alias in aliases]
    if version:
        uris.append(f"models:/{name}/{version}")
    offers = [("model name", name), *(("model URI", uri) for uri in uris)]
    if uris:
        python = (
            f"import mlflow\nmlflow.set_registry_uri({shown_uri(registry_uri)!r})\n"
            f"model = mlflow.pyfunc.load_model({uris[0]!r})\n"
        )
        offers.append(("Python", python))
    web = web_address(registry_uri)
    if web is not None:
        offers.append(("link", f"{web}/#/models/{quote(name)}" + (f"/versions/{quote(version)}" if version else "")))
        offers.append(("curl", f"curl -s '{web}/api/2.0/mlflow/registered-models/get?name={quote(name)}'"))
    return offers


def prompt_copies(
    registry_uri: str, name: str, made: ModelVersion | None = None, aliases: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Pairs of a title and a text for a prompt, or for one version of it."""
    uris = [prompt_uri(name, alias=alias) for alias in aliases]
    if made is not None:
        uris.append(prompt_uri(name, made.version))
    offers = [("prompt name", name), *(("prompt URI", uri) for uri in uris)]
    if made is not None:
        offers.append(("text", template_of(made).text))
    if uris:
        python = (
            f"import mlflow\nmlflow.set_registry_uri({shown_uri(registry_uri)!r})\n"
            f"prompt = mlflow.genai.load_prompt({uris[0]!r})\n"
        )
        offers.append(("Python", python))
    web = web_address(registry_uri)
    if web is not None:
        offers.append(("link", f"{web}/#/prompts/{quote(name)}"))
        offers.append(("curl", f"curl -s '{web}/api/2.0/mlflow/registered-models/get?name={quote(name)}'"))
    return offers


def trace_copies(tracking_uri: str, trace_id: str, experiment_id: str) -> list[tuple[str, str]]:
    """Pairs of a title and a text, for one trace."""
    python = (
        f"import mlflow\nmlflow.set_tracking_uri({shown_uri(tracking_uri)!r})\ntrace = mlflow.get_trace({trace_id!r})\n"
    )
    offers = [("trace id", trace_id), ("trace URI", f"traces:/{trace_id}"), ("Python", python)]
    web = web_address(tracking_uri)
    if web is not None:
        page = f"{web}/#/experiments/{quote(experiment_id)}/traces?selectedEvaluationId={quote(trace_id)}"
        offers.append(("link", page))
        offers.append(("curl", f"curl -s '{web}/api/3.0/mlflow/traces/get?trace_id={quote(trace_id)}'"))
    return offers
