"""The simulated workspace on a port of 127.0.0.1; ``python -m tui.demo.simulated.server`` until its input closes."""

from __future__ import annotations

import contextlib
import json
import math
import random
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tui.demo.simulated import governance, models, serving, tracking
from tui.demo.simulated.state import (
    Answer,
    Endpoint,
    Experiment,
    Json,
    Model,
    Request,
    Routes,
    Run,
    TableTrace,
    Update,
    Version,
    Workspace,
    respond,
)


def routes() -> Routes:
    """Every path that is answered."""
    table = Routes()
    for add_to in (
        tracking.add_to,
        tracking.add_files,
        tracking.add_traces,
        models.add_to,
        models.add_prompts,
        models.add_native_models,
        models.add_workspace_models,
        governance.add_to,
        serving.add_to,
    ):
        add_to(table)
    return table


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one write: apart, each answer would wait for the other side's delayed acknowledgement.
    wbufsize = -1
    workspace: Workspace
    table: Routes

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length) if length else b""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        host = self.headers.get("Host") or ""
        lists = parse_qs(parts.query, keep_blank_values=True)
        query = {name: values[-1] for name, values in lists.items()}
        request = Request(self.command, unquote(parts.path), query, content, f"http://{host}", lists)
        answer = respond(self.workspace, self.table, request, token if scheme == "Bearer" else "")
        self._write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve

    def _write(self, answer: Answer) -> None:
        content, status, headers = answer.content, answer.status, dict(answer.headers)
        asked = self.headers.get("Range", "")
        if status == 200 and asked.startswith("bytes=") and answer.content_type == "application/octet-stream":
            first, _, last = asked[6:].partition("-")
            start, end = int(first or 0), int(last) if last else len(content) - 1
            headers["Content-Range"] = f"bytes {start}-{min(end, len(content) - 1)}/{len(content)}"
            content, status = content[start : end + 1], 206
        self.send_response(status)
        for name, value in {"Content-Type": answer.content_type, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's own name for it
        """Say nothing: the screen belongs to the deck."""


class Server(ThreadingHTTPServer):
    """A running simulation; ``address`` is what to give as the workspace's host."""

    daemon_threads = True

    def __init__(self, workspace: Workspace, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"workspace": workspace, "table": routes()})
        super().__init__(("127.0.0.1", port), handler)
        self._handler = handler
        self.workspace = workspace

    def show(self, workspace: Workspace) -> None:
        """Put another workspace behind the same address."""
        self.workspace = workspace
        self._handler.workspace = workspace  # type: ignore[attr-defined]  # made just above, of _Handler

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event."""


@contextlib.contextmanager
def serving_on_loopback(workspace: Workspace) -> Iterator[Server]:
    """The simulation, answering until the block ends."""
    with Server(workspace) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


# Sample data of a simulated workspace: two teams, dev and prod, endpoints in every state; all of it made up.


NOW_MS = 1_795_300_000_000
_HOUR, _DAY = 3_600_000, 86_400_000
_ADA, _BEN = "ada@example.com", "ben@example.com"

_MLMODEL = """artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.pkl
    python_version: 3.11.9
  sklearn:
    pickled_model: model.pkl
    sklearn_version: 1.7.2
    serialization_format: cloudpickle
mlflow_version: 3.17.2
model_size_bytes: 2048
run_id: {run}
signature:
  inputs: '[{{"type": "double", "name": "tenure", "required": true}}, {{"type": "string", "name": "plan"}}]'
  outputs: '[{{"type": "double", "required": true}}]'
  params: null
utc_time_created: '2026-11-20 09:12:44.123456'
"""
_REQUIREMENTS = "mlflow==3.17.2\nscikit-learn==1.7.2\ncloudpickle==3.1.1\n"


def workspace(now_ms: int = NOW_MS) -> Workspace:
    """The sample, as of a time in milliseconds since the epoch; the same each time."""
    made = Workspace(clock_ms=now_ms)
    _experiments(made, now_ms)
    _catalogs(made)
    _models(made, now_ms)
    _legacy(made, now_ms)
    _endpoints(made, now_ms)
    _genai(made, now_ms)
    return made


def _experiments(made: Workspace, now_ms: int) -> None:
    names = [
        ("101", f"/Users/{_ADA}/churn", 2 * _HOUR),
        ("102", f"/Users/{_ADA}/churn/features", 3 * _DAY),
        ("103", f"/Users/{_ADA}/scratch", 40 * _DAY),
        ("201", f"/Users/{_BEN}/pricing", _DAY),
        ("301", "/Shared/fraud/cards", 5 * _HOUR),
        ("302", "/Shared/fraud/transfers", 9 * _DAY),
        ("401", f"/Repos/{_ADA}/ml-jobs/train", 6 * _DAY),
    ]
    for number, (key, name, age) in enumerate(names):
        owner = _BEN if key == "201" else _ADA
        tags = {"mlflow.ownerEmail": owner, "mlflow.experimentType": "MLFLOW_EXPERIMENT"}
        made.experiments[key] = Experiment(key, name, now_ms - age, now_ms - age - 90 * _DAY, tags=tags)
        for at in range(14 if key == "101" else 4):
            _run(made, key, number * 100 + at, now_ms - age - at * 7 * _HOUR, owner)


def _run(made: Workspace, experiment: str, seed: int, start_ms: int, user: str) -> None:
    chance = random.Random(seed)
    rate, depth = chance.choice(("0.1", "0.03", "0.01")), chance.choice((4, 6, 8))
    best = 0.86 + 0.01 * depth / 2 + chance.random() * 0.04
    steps = range(40)
    run = Run(
        id=f"{seed + 1:032x}",
        experiment_id=experiment,
        name=f"{chance.choice(('calm', 'brave', 'gallant', 'quiet'))}-{chance.choice(('ox', 'elk', 'bee'))}-{seed}",
        user=user,
        start_ms=start_ms,
        end_ms=start_ms + chance.randint(60, 3000) * 1000,
        status="FAILED" if chance.random() < 0.12 else "FINISHED",
        params={"learning_rate": rate, "depth": str(depth), "features": "v3"},
        metrics={
            "val_auc": [(best * (1 - math.exp(-(step + 1) / 9)), start_ms + step * 1000, step) for step in steps],
            "val_loss": [(0.7 * math.exp(-step / 12) + 0.2, start_ms + step * 1000, step) for step in steps],
        },
        tags=_tags(made, seed),
    )
    made.runs[run.id] = run
    made.files[f"{run.folder}/notes.txt"] = f"Notes of {run.name}.\n".encode()
    made.files[f"{run.folder}/model/MLmodel"] = _MLMODEL.format(run=run.id).encode()
    made.files[f"{run.folder}/model/requirements.txt"] = _REQUIREMENTS.encode()
    made.files[f"{run.folder}/model/model.pkl"] = bytes(2048)


def _tags(made: Workspace, seed: int) -> dict[str, str]:
    """Every third run is a job's, from a git folder, whose tags are not MLflow's own."""
    if seed % 3:
        return {"mlflow.source.name": "train.py", "mlflow.source.git.commit": f"{seed:07x}ab", "team": "growth"}
    own = {
        "jobID": "812",
        "jobRunID": str(55_000 + seed),
        "jobType": "NORMAL",
        "notebookID": "4410",
        "notebookPath": f"/Repos/{_ADA}/ml-jobs/train",
        "notebookRevisionID": str(1_795_000_000_000 + seed),
        "workspaceURL": "simulated.cloud.databricks.example",
        "workspaceID": made.id,
        "gitRepoUrl": "https://git.example/growth/ml-jobs.git",
        "gitRepoProvider": "gitHub",
        "gitRepoCommit": f"{seed:07x}" + "c0ffee" * 5 + "abc",
        "gitRepoReference": "main",
        "gitRepoReferenceType": "branch",
        "gitRepoRelativePath": "train",
        "gitRepoStatus": "clean",
    }
    named = {f"mlflow.databricks.{key}": value for key, value in own.items()}
    return {"mlflow.source.name": own["notebookPath"], "mlflow.source.type": "NOTEBOOK", "team": "growth", **named}


def _catalogs(made: Workspace) -> None:
    made.catalogs = {
        "dev": {"ml": "Everybody's models in the making", "sandbox": ""},
        "main": {"default": ""},
        "prod": {"ml": "Models that serve", "agents": "Agents that serve"},
        "finance": {"risk": ""},
    }
    made.owners = {
        "dev": "platform-admins",
        "dev.ml": _ADA,
        "dev.sandbox": "platform-admins",
        "main": "platform-admins",
        "main.default": "platform-admins",
        "prod": "platform-admins",
        "prod.ml": "ml-platform",
        "prod.agents": "ml-platform",
        "finance": "finance-admins",
        "finance.risk": "finance-admins",
    }
    made.grants = {
        "dev": {"ds-readers": ["USE_CATALOG"]},
        "dev.ml": {"ds-readers": ["USE_SCHEMA", "CREATE_MODEL"]},
        "main": {"account users": ["USE_CATALOG"]},
        "main.default": {"account users": ["USE_SCHEMA"]},
        "prod": {"ds-readers": ["USE_CATALOG"], "account users": ["BROWSE"]},
        "prod.ml": {"ds-readers": ["USE_SCHEMA", "EXECUTE"]},
        "prod.agents": {"ds-readers": ["USE_SCHEMA", "EXECUTE"]},
        "prod.ml.fraud-cards": {_ADA: ["APPLY_TAG"]},
    }


def _models(made: Workspace, now_ms: int) -> None:
    churn = _model(made, "prod.ml.churn", _ADA, now_ms, range(9, 15), "Who leaves within 30 days.")
    churn.aliases = {"champion": 12, "challenger": 13, "previous": 11}
    churn.tags = {"tier": "1", "team": "growth"}
    churn.versions[14].fails_to_deploy = "Could not find a version that satisfies the requirement lightgbm==9.9"
    churn.versions[12].tags = {"validation_status": "passed"}
    for number, version in churn.versions.items():
        version.depends_on = [("table", "prod.ml.customer_features"), ("function", "prod.ml.days_since")]
        example = json.dumps({"dataframe_split": {"columns": ["tenure", "plan"], "data": [[12.0, "gold"], [1.0, "s"]]}})
        made.files[f"{churn.folder(number)}/serving_input_example.json"] = example.encode()
    churn.versions[13].deployment = {
        "job_id": "907",
        "run_id": "66013",
        "job_state": "DEPLOYMENT_JOB_CONNECTION_STATE_CONNECTED",
        "run_state": "APPROVAL",
        "current_task_name": "Approval_Check",
    }
    dev = _model(made, "dev.ml.churn", _ADA, now_ms, range(27, 32), "The same in the making.")
    dev.aliases = {"candidate": 31}
    fraud = _model(made, "prod.ml.fraud-cards", "ml-platform", now_ms, range(1, 5), "Card transactions.")
    fraud.aliases = {"champion": 4}
    _model(made, "prod.agents.helpdesk", "ml-platform", now_ms, range(1, 4), "Answers tickets.").aliases = {
        "champion": 3
    }
    _model(made, "dev.ml.o'brien_uplift", _ADA, now_ms, range(1, 2), "A name that needs quoting.")
    _model(made, "finance.risk.limits", "finance-admins", now_ms, range(1, 3), "Not to be seen by everybody.")


def _genai(made: Workspace, now_ms: int) -> None:
    """Two prompts in two schemas, and traces of an agent in the tables of one of them."""
    reply = made.prompts["prod.ml.support_reply"] = Model("prod.ml.support_reply", _ADA, now_ms - 30 * _DAY, "Replies.")
    reply.tags = {"owner": "ada"}
    texts = ("Answer {{ name }} kindly: {{ question }}", "Answer {{ name }} kindly, in {{ language }}: {{ question }}")
    for number, text in enumerate(texts, start=1):
        said = f"Version {number}"
        reply.add(Version(number, now_ms - (30 - number) * _DAY, _ADA, json.dumps(text), description=said))
    reply.aliases = {"production": 1}
    triage = made.prompts["dev.ml.triage"] = Model("dev.ml.triage", _ADA, now_ms - 9 * _DAY)
    chat = [{"role": "system", "content": "You sort tickets."}, {"role": "user", "content": "{{ ticket }}"}]
    triage.add(Version(1, now_ms - 9 * _DAY, _ADA, json.dumps(chat)))
    made.warehouses = {"w-small": "STOPPED", "w-shared": "RUNNING"}
    made.traces = [
        TableTrace(
            f"{number + 1:032x}", "prod.agents", "agent.run", now_ms - number * 60_000, 400 + 10 * number,
            f"where is order {number}?", "" if number % 10 == 3 else "on its way",
            "TimeoutError: no answer" if number % 10 == 3 else "", f"s-{number // 4}",
        )
        for number in range(40)
    ]  # fmt: skip


def _model(made: Workspace, name: str, owner: str, now_ms: int, numbers: range, description: str) -> Model:
    model = made.models[name] = Model(name, owner, now_ms - 200 * _DAY, description)
    runs = list(made.runs.values())
    for number in numbers:
        run = runs[number % 14]
        source = f"{run.artifact_uri}/model"
        age = (numbers.stop - number) * 6 * _DAY
        model.add(Version(number, now_ms - age, _ADA, source, run.id, run.experiment_id, f"Weekly training {number}"))
        folder = model.folder(number)
        made.files[f"{folder}/MLmodel"] = _MLMODEL.format(run=run.id).encode()
        made.files[f"{folder}/requirements.txt"] = _REQUIREMENTS.encode()
        made.files[f"{folder}/model.pkl"] = bytes(2048)
    return model


def _legacy(made: Workspace, now_ms: int) -> None:
    old = made.legacy_models["churn-legacy"] = Model("churn-legacy", _BEN, now_ms - 900 * _DAY, "Before Unity Catalog.")
    run = next(iter(made.runs.values()))
    for number, stage in ((1, "Archived"), (2, "Production"), (3, "Staging")):
        made_ms = now_ms - (900 - number * 30) * _DAY
        old.add(Version(number, made_ms, _BEN, f"{run.artifact_uri}/model", run.id, run.experiment_id, stage=stage))


def served(model: str, version: int, *, size: str = "Small", kind: str = "CPU", zero: bool = True) -> Json:
    """A served entity that is a version of a registered model, ready."""
    return {
        "name": f"{model.rsplit('.', 1)[-1]}-{version}",
        "entity_name": model,
        "entity_version": str(version),
        "workload_size": size,
        "workload_type": kind,
        "scale_to_zero_enabled": zero,
        "creator": _ADA,
        "state": {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""},
    }


def config(entities: list[Json], *percentages: int, version: int = 1) -> Json:
    """A config in which the entities get these shares of the traffic."""
    routes = [
        {"served_model_name": entity["name"], "traffic_percentage": share}
        for entity, share in zip(entities, percentages, strict=True)
    ]
    return {"served_entities": entities, "traffic_config": {"routes": routes}, "config_version": version}


def _endpoints(made: Workspace, now_ms: int) -> None:
    def add(name: str, age: int, current: Json, **more: object) -> Endpoint:
        endpoint = Endpoint(name, _ADA, now_ms - 100 * _DAY, now_ms - age, current, id=f"ep-{len(made.endpoints) + 1}")
        for key, value in more.items():
            setattr(endpoint, key, value)
        made.endpoints[name] = endpoint
        return endpoint

    churn, fraud = "prod.ml.churn", "prod.ml.fraud-cards"
    live = add("churn-prod", 9 * _DAY, config([served(churn, 11, zero=False), served(churn, 10)], 90, 10, version=7))
    live.logs = {"churn-11": _server_log(11), "churn-10": _server_log(10)}
    live.build_logs = {"churn-11": "Building the container image ...\nPushed the image.\n"}
    canary = add("churn-canary", _HOUR, config([served(churn, 12)], 100, version=3))
    coming = config([served(churn, 13)], 100, version=4)
    coming["served_entities"][0]["state"] = {
        "deployment": "DEPLOYMENT_CREATING",
        "deployment_state_message": "Container creation in progress",
    }
    canary.update = Update(coming, 30, now_ms - 120_000)
    cards = add(
        "fraud-scoring", 3 * _DAY, config([served(fraud, 4, size="Medium")], 100, version=2), permission="CAN_VIEW"
    )
    broken = config([served(fraud, 3, size="Medium")], 100, version=3)
    why = "Failed to load the model: No module named 'catboost'"
    broken["served_entities"][0]["state"] = {"deployment": "DEPLOYMENT_FAILED", "deployment_state_message": why}
    cards.failed = Update(broken, 0, now_ms - 3 * _HOUR, why)
    cards.build_logs = {"fraud-cards-3": f"Building the container image ...\nERROR: {why}\n"}
    cards.logs = {"fraud-cards-4": _server_log(4)}
    helpdesk = served("prod.agents.helpdesk", 3) | {
        "name": "prod-agents-helpdesk_3",
        "environment_vars": {"ENABLE_MLFLOW_TRACING": "true", "SEARCH_KEY": "{{secrets/agents/search}}"},
    }
    add("helpdesk-agent", 2 * _DAY, config([helpdesk], 100), task="agent/v1/responses")
    tile = {"tile_id": "4f1c2a7e-0001", "tile_model_name": "mas-base", "problem_type": "MULTI_AGENT_SUPERVISOR"}
    add("mas-4f1c2a7e-endpoint", 8 * _DAY, {}, task="agent/v1/responses", more={"tile_endpoint_metadata": tile})
    gateway = {
        "name": "gpt",
        "external_model": {
            "provider": "openai",
            "name": "gpt-4.1",
            "task": "llm/v1/chat",
            "openai_config": {"openai_api_key": "{{secrets/llm/openai}}"},
        },
        "state": {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""},
    }
    add("llm-gateway", 20 * _DAY, config([gateway], 100), task="llm/v1/chat", permission="CAN_QUERY")
    for name, shown, task in (
        ("databricks-gte-large", "GTE Large", "llm/v1/embeddings"),
        ("databricks-llama-4", "Llama 4", "llm/v1/chat"),
    ):
        foundation = {"name": name, "entity_name": f"system.ai.{name}"}
        foundation["foundation_model"] = {"name": f"system.ai.{name}", "display_name": shown, "price": "1.0"}  # type: ignore[assignment]  # JSON
        add(name, 60 * _DAY, {"served_entities": [foundation]}, task=task, is_own=True).more = {
            "endpoint_type": "FOUNDATION_MODEL_API"
        }
    provisioned = {
        "name": "llama_batch-2",
        "entity_name": "system.ai.llama_batch",
        "entity_version": "2",
        "min_provisioned_throughput": 0,
        "max_provisioned_throughput": 19000,
        "creator": _ADA,
        "state": {"deployment": "DEPLOYMENT_CREATING", "deployment_state_message": "Creating resources"},
    }
    batch = add("llama-batch", 60_000, {}, ready=False, task="llm/v1/chat")
    batch.update = Update(config([provisioned], 100), 30, now_ms - 60_000)
    night = served(churn, 9) | {"min_provisioned_concurrency": 4, "max_provisioned_concurrency": 32}
    del night["workload_size"]
    add("scores-night", 5 * _DAY, config([night], 100, version=2), ready=False, stopped=True)
    features = {
        "name": "customer-features",
        "entity_name": "prod.ml.customer_features",
        "workload_size": "Small",
        "scale_to_zero_enabled": True,
        "state": {"deployment": "DEPLOYMENT_RECOVERING", "deployment_state_message": "Waking up from zero"},
    }
    add("customer-features", 30 * _DAY, config([features], 100), ready=False)
    legacy = served("churn-legacy", 2)
    add("churn-old", 400 * _DAY, config([legacy], 100))


def _server_log(number: int) -> str:
    lines = [f"[2026-11-22 09:00:{at:02d} +0000] [7] [INFO] POST /invocations 200 {11 + at % 5} ms" for at in range(12)]
    start = f"[2026-11-22 08:59:58 +0000] [7] [INFO] Loaded version {number} of the model"
    return "\n".join([start, *lines]) + "\n"


def main() -> None:
    """Print the address, then the token, a line each; end when whoever started this closes the other end."""
    with serving_on_loopback(workspace(int(time.time() * 1000))) as server:
        sys.stdout.write(f"{server.address}\n{server.workspace.token}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
