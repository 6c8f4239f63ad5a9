"""What can be copied of a run, an experiment, a model, a trace: id, URI, link, Python, curl."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timezone
from urllib.parse import quote, urlsplit, urlunsplit

from tui.domain import quantities
from tui.domain.export import escaped
from tui.domain.models import model_facts
from tui.domain.models.readiness import CHAMPION
from tui.domain.models.rows import KnownOfModels, Notation, by_whom, served_cell
from tui.domain.models.values import READY, ModelVersion, RegisteredModel
from tui.domain.prompts import prompt_uri, template_of
from tui.domain.runs.run_facts import status_text
from tui.domain.serving import Endpoint, move_consequences
from tui.domain.text import clean, named, width
from tui.domain.values import RunDetail
from tui.domain.writes import change_words
from tui.domain.writes.changes import Change, Thing
from tui.services.ledger import Entry
from tui.services.ledger_rows import row as ledger_row
from tui.services.write_flow import Outcome, WriteResult


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


def as_others_reach(
    offers: Sequence[tuple[str, str]], tracking_uri: str, *, pages: str, server: str
) -> list[tuple[str, str]]:
    """What is offered to be copied, with the addresses that somebody else needs in place of the one used here.

    ``pages`` is where the web UI is seen, ``server`` where programs reach it; "" is the address used here.
    """
    own = web_address(tracking_uri)
    to = {"link": pages or server, "curl": server, "Python": server}
    return [
        (title, text.replace(own, to[title].rstrip("/")) if own and to.get(title) else text) for title, text in offers
    ]


def in_workspace(offers: Sequence[tuple[str, str]], workspace: str) -> list[tuple[str, str]]:
    """What is offered to be copied, each in its way of a workspace of its server; "" is the one that goes unsaid."""
    if not workspace:
        return list(offers)
    made = []
    for title, text in offers:
        if title == "link":
            text += f"{'&' if '?' in text.partition('#')[2] else '?'}workspace={quote(workspace)}"
        elif title == "curl":
            text = text.replace("curl -s ", f"curl -s -H 'X-MLFLOW-WORKSPACE: {workspace}' ", 1)
        elif title == "Python":
            text = python_in(text, workspace)
        made.append((title, text))
    return made


def python_in(lines: str, workspace: str) -> str:
    """Lines of Python that begin with an import of MLflow, for a workspace of its server."""
    if not workspace:
        return lines
    first, _, rest = lines.partition("\n")
    imports = first if first == "import mlflow" else f"import mlflow\n{first}"
    return f"{imports}\nmlflow.set_workspace({workspace!r})\n{rest}"


def _web(uri: str, page: str, request: str) -> list[tuple[str, str]]:
    """The address of a page and a request of the interface, where the store is a server."""
    web = web_address(uri)
    return [("link", f"{web}/#/{page}"), ("curl", f"curl -s '{web}/api/{request}'")] if web is not None else []


def _python(uri: str, line: str, of: str = "tracking") -> tuple[str, str]:
    """The lines that read the same in Python."""
    return "Python", f"import mlflow\nmlflow.set_{of}_uri({shown_uri(uri)!r})\n{line}\n"


def run_copies(tracking_uri: str, run_id: str, experiment_id: str) -> list[tuple[str, str]]:
    """Pairs of a title and a text, for one run."""
    python = _python(tracking_uri, f"run = mlflow.get_run({run_id!r})")
    offers = [("run id", run_id), ("run URI", f"runs:/{run_id}"), python]
    page = f"experiments/{quote(experiment_id)}/runs/{quote(run_id)}"
    return [*offers, *_web(tracking_uri, page, f"2.0/mlflow/runs/get?run_id={quote(run_id)}")]


def experiment_copies(tracking_uri: str, experiment_id: str, name: str) -> list[tuple[str, str]]:
    """Pairs of a title and a text, for one experiment."""
    python = _python(tracking_uri, f"runs = mlflow.search_runs(experiment_ids=[{experiment_id!r}])")
    offers = [("experiment name", name), ("experiment id", experiment_id), python]
    request = f"2.0/mlflow/experiments/get?experiment_id={quote(experiment_id)}"
    return [*offers, *_web(tracking_uri, f"experiments/{quote(experiment_id)}", request)]


def model_copies(registry_uri: str, name: str, version: str = "", aliases: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Pairs of a title and a text for a registered model, or for one version of it."""
    uris = [f"models:/{name}@{alias}" for alias in aliases]
    if version:
        uris.append(f"models:/{name}/{version}")
    offers = [("model name", name), *(("model URI", uri) for uri in uris)]
    if uris:
        offers.append(_python(registry_uri, f"model = mlflow.pyfunc.load_model({uris[0]!r})", "registry"))
    page = f"models/{quote(name)}" + (f"/versions/{quote(version)}" if version else "")
    return [*offers, *_web(registry_uri, page, f"2.0/mlflow/registered-models/get?name={quote(name)}")]


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
        offers.append(_python(registry_uri, f"prompt = mlflow.genai.load_prompt({uris[0]!r})", "registry"))
    return [
        *offers,
        *_web(registry_uri, f"prompts/{quote(name)}", f"2.0/mlflow/registered-models/get?name={quote(name)}"),
    ]


def trace_copies(tracking_uri: str, trace_id: str, experiment_id: str) -> list[tuple[str, str]]:
    """Pairs of a title and a text, for one trace."""
    python = _python(tracking_uri, f"trace = mlflow.get_trace({trace_id!r})")
    offers = [("trace id", trace_id), ("trace URI", f"traces:/{trace_id}"), python]
    page = f"experiments/{quote(experiment_id)}/traces?selectedEvaluationId={quote(trace_id)}"
    return [*offers, *_web(tracking_uri, page, f"3.0/mlflow/traces/get?trace_id={quote(trace_id)}")]


# What is told in an incident: what is under the cursor, or was just done, as plain text and as Markdown, whole.


_OUTCOMES = {Outcome.DONE: "done, read back", Outcome.PARTLY: "partly done", Outcome.UNKNOWN: "not known"}
_WAYS = {"higher": "higher is better", "lower": "lower is better"}

Fact = tuple[str, str]


@dataclass(frozen=True)
class CopiedSummary:
    """One sentence, and facts of which several may have one name; texts are not cleaned yet."""

    title: str
    facts: tuple[Fact, ...]

    def plain(self) -> str:
        """Lines of text, the names of the facts in a column."""
        room = max((width(name) for name, _ in self.facts), default=0)
        lines, last = [clean(self.title)], ""
        for name, text in self.facts:
            lines.append(f"{'' if name == last else name:<{room}}  {clean(text)}".rstrip())
            last = name
        return "\n".join(lines)

    def markdown(self) -> str:
        """The title, and a list of the facts."""
        return "\n".join(
            [f"**{escaped(self.title)}**", "", *(f"- {name}: {escaped(text)}" for name, text in self.facts)]
        )

    def offers(self, called: str = "summary") -> list[tuple[str, str]]:
        """What can be copied of it."""
        return [(called, self.plain()), (f"{called}, Markdown", self.markdown())]


def utc(at_ms: int | None) -> str:
    """A time for people in several places."""
    return "not known" if at_ms is None else f"{quantities.stamp(at_ms, timezone.utc)} UTC"


def of_written(told: WriteResult, known: KnownOfModels, *, actor: str, place: str) -> CopiedSummary:
    """What was just done, and, where aliases were moved, what that means."""
    changes = told.done or told.plan.changes
    title = change_words.done(told.done) if told.done else f"not done: {change_words.to_do(told.plan)}"
    facts: list[Fact] = [("who", actor), ("when", utc(told.at_ms))]
    if told.plan.why:
        facts.append(("why", told.plan.why))
    for change in changes:
        if change.alias:
            facts.append((change.alias, change_words.arrow(change)))
        elif change.before is not None or change.after is not None:
            facts.append((change_words.what(change) or change.verb.value, change_words.arrow(change)))
    for change in changes:
        if change.kind is Thing.MODEL and change.alias:
            facts += _of_move(change, known)
    facts.append(("outcome", _OUTCOMES.get(told.outcome, told.outcome.value)))
    number = told.report.number
    facts.append(("ledger", f"#{number}" if number is not None else "not recorded"))
    return CopiedSummary(title[0].upper() + title[1:], (*facts, ("where", place)))


def _of_move(change: Change, known: KnownOfModels) -> list[Fact]:
    """What the move of an alias means: metrics, the signature, what serves."""
    name = change.id or change.called
    before, after = (known.version(name, at) if at else None for at in (change.before, change.after))
    served = known.served(name)
    serving = list(move_consequences(change.alias, change.after, served, CHAMPION)) or [_served(name, None, known)]
    return [*_between(before, after, known), *(("serving", said) for said in serving)]


def _between(before: ModelVersion | None, after: ModelVersion | None, known: KnownOfModels) -> list[Fact]:
    """How two versions differ in what they were measured at, and in their signature."""
    facts: list[Fact] = []
    for line in model_facts.metric_rows(before, after, known, Notation(), most=None):
        way = _WAYS.get(known.better(line.metric), "")
        note = " ".join(line.note.split("  "))
        sides = line.then if before is None else f"{line.now} → {line.then}"
        facts.append(("metrics", f"{line.name} {sides}{f'  {note}' if note else ''}{f' ({way})' if way else ''}"))
    files = [known.facts(made.name, made.version) if made is not None else None for made in (before, after)]
    told = [model_facts.signature_text(one) for one in files]
    if before is None or after is None:
        facts += [("signature", text) for text in told if text]
    elif all(files):
        changes = model_facts.signature_changes(*(one.signature if one is not None else None for one in files))
        said = f"{told[0]} → {told[1]}: {'; '.join(changes)}" if changes else f"same, {told[1]}"
        facts.append(("signature", said))
    else:
        facts.append(("signature", "not read"))
    return facts


def _served(name: str, model: RegisteredModel | None, known: KnownOfModels, version: str = "") -> str:
    at = known.served(name)
    told = served_cell(model or RegisteredModel(name), at, Notation().glyphs, version)[0] if at else ""
    return told or "no endpoint is known"


def of_model(model: RegisteredModel, known: KnownOfModels, *, place: str, now_ms: int) -> CopiedSummary:
    """A registered model: who holds its aliases, and its champion beside the version that held that before."""
    at = model.aliases.get(CHAMPION)
    said = named(model.name)
    title = f"{said}: {CHAMPION} v{at}" if at is not None else f"{said}: no {CHAMPION}"
    facts = [(alias, _held(model, alias, known)) for alias in sorted(model.aliases, key=lambda a: (a != CHAMPION, a))]
    was = known.holding(model, CHAMPION).was
    made, before = (known.version(model.name, one) if one else None for one in (at, was))
    if made is not None:
        facts += _made(made, known)
        facts += [(f"{name} (v{was} → v{at})" if before is not None else name, text)
                  for name, text in _between(before, made, known)]  # fmt: skip
    facts.append(("serving", _served(model.name, model, known)))
    return CopiedSummary(title, (*facts, ("as of", utc(now_ms)), ("where", place)))


def of_version(
    made: ModelVersion, model: RegisteredModel, known: KnownOfModels, *, place: str, now_ms: int
) -> CopiedSummary:
    """A version: its aliases, how it was made, and how it differs from the champion."""
    aliases = model.aliases_of(made.version)
    held = f" ({', '.join(aliases)})" if aliases else ""
    facts: list[Fact] = [(alias, _held(model, alias, known)) for alias in aliases]
    facts += _made(made, known)
    champion = model.aliases.get(CHAMPION)
    beside = known.version(model.name, champion) if champion and champion != made.version else None
    facts += [(f"{name} (v{champion} → v{made.version})" if beside is not None else name, text)
              for name, text in _between(beside, made, known)]  # fmt: skip
    facts.append(("serving", _served(model.name, model, known, made.version)))
    return CopiedSummary(
        f"{named(made.name)} v{made.version}{held}", (*facts, ("as of", utc(now_ms)), ("where", place))
    )


def _held(model: RegisteredModel, alias: str, known: KnownOfModels) -> str:
    held = known.holding(model, alias)
    since = f"since {utc(held.since_ms)}" if held.since_ms is not None else "since when is not known"
    by = f" by {held.by}" if held.by else ""
    was = "" if held.was is None else f", was {f'v{held.was}' if held.was else 'none'}"
    return f"v{model.aliases[alias]} {since}{by}{was}"


def _made(made: ModelVersion, known: KnownOfModels) -> list[Fact]:
    who = by_whom(known, made)
    facts = [("made", f"{utc(made.created_ms)}{f' by {who}' if who else ''}")]
    if made.status not in (READY, ""):
        facts.append(("state", made.status))
    run = known.run(made.run_id) if made.run_id else None
    if made.run_id:
        facts.append(("run", f"{named(run.name)} {made.run_id}" if run is not None and run.name else made.run_id))
    return facts


def of_run(run: RunDetail, better: Callable[[str], str], *, place: str, now_ms: int) -> CopiedSummary:
    """A run: what it is, when it ran, and its metrics, with their direction as ``better`` tells it."""
    took = quantities.duration((run.end_ms or now_ms) - run.start_ms) if run.start_ms is not None else ""
    facts: list[Fact] = [
        ("run", run.run_id),
        ("experiment", named(run.experiment_name) or run.experiment_id),
        ("state", status_text(run.status, run.lifecycle, Notation().glyphs)),
        ("who", run.user or "not known"),
        ("started", utc(run.start_ms)),
        ("took" if run.end_ms is not None else "so far", took or "not known"),
    ]
    for metric in sorted(run.metrics, key=lambda one: one.key):
        way = _WAYS.get(better(metric.key), "")
        facts.append(("metrics", f"{named(metric.key)} {metric.value!r}{f' ({way})' if way else ''}"))
    return CopiedSummary(f"run {named(run.name) or run.run_id}", (*facts, ("as of", utc(now_ms)), ("where", place)))


def of_endpoint(endpoint: Endpoint, *, place: str, now_ms: int) -> CopiedSummary:
    """A serving endpoint: its state, and what it serves with which share of the traffic."""
    facts: list[Fact] = [("state", endpoint.state)]
    for called, config in (("serves", endpoint.config), ("is to serve", endpoint.pending)):
        for entity in config.entities if config is not None else ():
            share = f" {entity.traffic}%" if entity.traffic is not None else ""
            facts.append((called, f"{entity.label}{share}{f', {entity.state}' if entity.state else ''}"))
    facts += [("failure", failure) for failure in endpoint.failures]
    return CopiedSummary(f"endpoint {endpoint.name}", (*facts, ("as of", utc(now_ms)), ("where", place)))


def of_entry(entry: Entry) -> CopiedSummary:
    """An entry of the ledger."""
    told = ledger_row(entry)
    facts: list[Fact] = [("who", entry.actor), ("when", utc(entry.ended_ms or entry.at_ms))]
    facts += [("why", entry.why)] if entry.why else []
    facts += [("outcome", told.outcome), ("ledger", f"#{entry.number}"), ("where", f"{entry.context} {entry.place}")]
    return CopiedSummary(f"{entry.subject}: {told.what}", tuple(facts))
