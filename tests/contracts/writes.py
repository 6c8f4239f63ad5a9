"""Every write of the deck: the actions of the registry that it stands for, its keys, and what the server holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

from tests.contracts.lists import go_to
from tests.contracts.shop import MODEL_URI
from tests.support.artifact_files import MODEL_ID
from tests.support.deck import World, enter_runs
from tests.support.driver import Deck
from tests.support.fakes import NOW_MS, FakeTracking
from tests.support.models import models, open_models
from tests.support.prompts import prompts
from tests.support.traced import assessment, many_infos
from tests.support.writing import OX, note_read
from tui.app.actions import BY_ID
from tui.domain.problem import Kind, Problem
from tui.domain.serving import Share
from tui.ui.dialogs.edit_text import TagsModal
from tui.ui.routes import (
    ArtifactsRoute,
    IncidentRoute,
    LoggedModelRoute,
    ModelRoute,
    PromptRoute,
    RunRoute,
    VersionRoute,
)

Steps = Callable[[Deck[int]], Awaitable[None]]
Effect = Callable[[], None]


@dataclass(frozen=True)
class WriteRow:
    """One write. ``holds`` reads the server behind the deck's back; ``old`` and ``new`` are told before it is done.

    ``open`` comes to the place, the key of the first action begins, ``fill`` goes on until the plan is shown, and
    ``typed`` is what has to be typed to go on. ``method`` is the port's, ``crossed`` what somebody else does in
    between. ``taken_back`` is the key that undoes it, "" where that cannot be and is said. ``beneath`` are texts that
    this page and those opened before it show of the new state, the nearest first.
    """

    name: str
    actions: tuple[str, ...]
    open: Steps
    fill: Steps
    method: str
    holds: Callable[[World], object]
    before: object
    after: object
    crossed: Callable[[World], None]
    old: str = ""
    new: str = ""
    typed: str = ""
    taken_back: str = "u"
    of_prompts: bool = False  # whether the port of prompts is meant, whose methods are called as the registry's
    beneath: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return BY_ID[self.actions[0]].keys.split(",")[0]

    def written(self, world: World) -> int:
        """How many times the write has been sent."""
        ports = (world.writes, world.registry, world.prompts, world.serving, world.trace_writes)
        return sum(port.called(self.method) for port in ports if port is not None)

    def fails(self, world: World, trouble: Callable[[Effect], None]) -> None:
        """Let this happen to the next write."""
        if hasattr(world.trace_writes, self.method):
            world.trace_writes.trouble.append(trouble)
        elif hasattr(world.registry, self.method):
            (world.prompts if self.of_prompts else world.registry).strike(self.method, trouble)
        elif hasattr(world.writes, self.method):
            world.writes.trouble.append(trouble)
        else:
            assert world.serving is not None
            world.serving.trouble.append(trouble)


def never_answered(_effect: Effect) -> None:
    """The request is given up; it may still arrive."""
    raise Problem(Kind.TIMEOUT, "Could not ask", "No answer came within 8 s.")


def is_asking(deck: Deck[int]) -> bool:
    """Whether something lies over the page."""
    return isinstance(deck.app.screen, ModalScreen)


async def shown(deck: Deck[int], row: WriteRow) -> None:
    """From the first key to the plan, with old and new on the screen."""
    await row.open(deck)
    await deck.settle()
    await deck.press(row.key)
    await deck.until(lambda: is_asking(deck), f"{row.key} asks something")
    await row.fill(deck)
    for text in (row.old, row.new):
        await deck.until_text(text)
    await deck.settle()


async def go_on(deck: Deck[int], row: WriteRow, world: World) -> None:
    """Confirm what is shown, as often as is asked for, until it has been sent, refused or told."""
    if row.typed:
        await deck.type(row.typed)
    for _ in range(3):
        before, screens = deck.text(), len(deck.app.screen_stack)
        await deck.press("enter")

        def moved(before: str = before) -> bool:
            return deck.text() != before or row.written(world) > 0

        await deck.until(moved, "enter does something")
        await deck.settle()
        if row.written(world) or len(deck.app.screen_stack) < screens or "enter does it" not in deck.text():
            return


# where one writes


async def _at_experiments(deck: Deck[int]) -> None:
    await deck.until_text("gallant-ox-12")


def _champion_of_dev(world: World) -> str | None:
    made = world.registry.models.get("dev.churn")
    return made.aliases.get("champion") if made is not None else None


async def _at_stores(deck: Deck[int]) -> None:
    await deck.press("0")
    await deck.until_text("dev 5 models")
    await deck.until_text("prod 5 models")


async def _at_runs(deck: Deck[int]) -> None:
    await enter_runs(deck, "gallant-ox-12")


async def _at_run(deck: Deck[int]) -> None:
    await _at_runs(deck)
    await go_to(RunRoute(OX), "[Params 2]")(deck)


async def _at_board(deck: Deck[int]) -> None:
    await open_models(deck)


async def _at_versions(deck: Deck[int]) -> None:
    await open_models(deck)
    await deck.press("tab")
    models(deck).versions.grid.move_to("11")
    await deck.settle()


async def _at_model(deck: Deck[int]) -> None:
    await open_models(deck)
    await go_to(ModelRoute("churn"), "challenger")(deck)
    await deck.press("g")


async def _at_version(deck: Deck[int]) -> None:
    await open_models(deck)
    await go_to(ModelRoute("churn"), "challenger")(deck)
    await go_to(VersionRoute("churn", "11"), "models › churn › v11")(deck)
    await deck.until_text("old-prod")


async def _at_prompts(deck: Deck[int]) -> None:
    await deck.press("4")
    await deck.until_text("with findings")
    await deck.until(lambda: "so far" not in deck.text(), "they are judged")
    prompts(deck).list.grid.move_to("support_reply")
    await deck.until_text("support_reply · 4 versions")


async def _at_prompt_versions(deck: Deck[int]) -> None:
    await _at_prompts(deck)
    await deck.press("tab")
    prompts(deck).versions.grid.move_to("3")
    await deck.settle()


async def _at_prompt(deck: Deck[int]) -> None:
    await _at_prompts(deck)
    await go_to(PromptRoute("support_reply", "3"), "support_reply v3")(deck)


async def _at_endpoints(deck: Deck[int]) -> None:
    await open_models(deck)
    await deck.press("3")
    await deck.until_text("off their alias")
    await deck.press("down")
    await deck.until_text("churn-10")


async def _at_traces(deck: Deck[int]) -> None:
    await deck.until_text("weekly")
    await deck.press("5")
    await deck.until_text("12m")
    await deck.press("down")  # from the newest to one that failed and was judged


# what is given


async def _nothing(_deck: Deck[int]) -> None:
    """The key alone leads to the plan."""


def _line(text: str, *, instead: bool = False) -> Steps:
    """A line is asked for: this is typed, behind what stands there or instead of it."""

    async def fill(deck: Deck[int]) -> None:
        await deck.until(lambda: isinstance(deck.app.focused, Input), "a line is asked for")
        if instead:
            assert isinstance(deck.app.focused, Input)
            deck.app.focused.value = ""
        await deck.type(text)
        screen = deck.app.screen
        await deck.press("enter")
        await deck.until(lambda: deck.app.screen is not screen or screen.query("Grid"), "the line is taken")

    return fill


def _tag(key: str, value: str) -> Steps:
    async def fill(deck: Deck[int]) -> None:
        await deck.until(lambda: isinstance(deck.app.screen, TagsModal), "the tags are shown")
        await deck.settle()
        await deck.press("a")
        await deck.until_text("Its key:")
        await deck.type(key)
        await deck.press("enter")
        await deck.until_text(f"Tag {key}")
        await deck.press("ctrl+u", "ctrl+k")
        await deck.type(value)
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, TagsModal), "the tag is taken")
        await deck.press("ctrl+s")

    return fill


async def _several(deck: Deck[int]) -> None:
    await deck.until(lambda: isinstance(deck.app.focused, Input), "a line is asked for")
    await deck.type("champion=14 old-prod=10")
    await deck.until_text("v14")


async def _note(deck: Deck[int]) -> None:
    await note_read(deck)
    await deck.type("New. ")
    await deck.press("ctrl+s")


async def _note_of_experiment(deck: Deck[int]) -> None:
    await deck.until_text("e edit the note")
    await deck.press("e")
    await _note(deck)


async def _description(deck: Deck[int]) -> None:
    await deck.until(lambda: isinstance(deck.app.focused, TextArea), "the description can be edited")
    await deck.type("New. ")
    await deck.press("ctrl+s")


async def _several_of_prompt(deck: Deck[int]) -> None:
    await deck.until(lambda: isinstance(deck.app.focused, Input), "a line is asked for")
    await deck.type("production=3 blue=1")
    await deck.until_text("v3")


async def _choose(deck: Deck[int]) -> None:
    await deck.until_text("champion")
    await deck.press("enter")
    await deck.until_text("→")


async def _alias_field(deck: Deck[int]) -> None:
    await deck.until_text("v11")


async def _first(deck: Deck[int]) -> None:
    """The first of what is offered is taken."""
    await deck.until(lambda: is_asking(deck), "something is offered")
    await deck.settle()
    await deck.press("enter")


# what the server holds


def _promoted(world: World) -> object:
    """Where the target's alias points, and what is served there."""
    assert world.serving is not None
    served = [share.version for share in world.serving.kept["fraud-scoring"].config.split]
    return world.registry.models["fraud_score"].aliases.get("champion"), served


def _experiment(number: str, field: str) -> Callable[[World], object]:
    return lambda world: getattr(world.writes.experiment(number), field)


def _run(field: str) -> Callable[[World], object]:
    return lambda world: getattr(world.writes.run(OX), field)


def _run_tag(key: str) -> Callable[[World], object]:
    return lambda world: world.writes.run(OX).tags.get(key)


def _aliases(world: World) -> object:
    return dict(world.registry.models["churn"].aliases)


def _prompt_aliases(world: World) -> object:
    return dict(world.prompts.models["support_reply"].aliases)


def _prompt(field: str) -> Callable[[World], object]:
    return lambda world: getattr(world.prompts.models["support_reply"], field)


def _change_prompt(**fields: object) -> Callable[[World], None]:
    def cross(world: World) -> None:
        before = world.prompts.models["support_reply"]
        world.prompts.models["support_reply"] = replace(before, **fields)  # type: ignore[arg-type]

    return cross


def _prompt_tag(world: World) -> object:
    return world.prompts.by_model["support_reply"]["3"].tags.get("checked")


def _model(field: str) -> Callable[[World], object]:
    return lambda world: getattr(world.registry.models["churn"], field)


def _version(field: str) -> Callable[[World], object]:
    return lambda world: getattr(world.registry.by_model["churn"]["11"], field)


def _split(world: World) -> object:
    assert world.serving is not None
    return [(share.version, share.percent) for share in world.serving.kept["churn-prod"].config.split]


def _said_of_trace(world: World) -> object:
    return {name: (one.value, one.source_id) for name, one in world.traces.info(FAILED_TRACE).said.items()}


def _trace_tag(world: World) -> object:
    return world.traces.info(FAILED_TRACE).tags.get("seen")


def _say_of_trace(name: str) -> Callable[[World], None]:
    """Somebody else says something of the trace."""
    theirs = assessment(name, "theirs", source_id="ben", created_ms=NOW_MS + 1)
    return lambda world: world.trace_writes.alter(FAILED_TRACE, assessments=(theirs,))


def _change_model(**fields: object) -> Callable[[World], None]:
    def cross(world: World) -> None:
        world.registry.models["churn"] = replace(world.registry.models["churn"], **fields)  # type: ignore[arg-type]

    return cross


def _serve(world: World) -> None:
    assert world.serving is not None
    world.serving.serve("churn-prod", (Share("churn-11", "churn", "11", 80), Share("churn-10", "churn", "10", 20)))


def _taken(world: World) -> None:
    tracking: FakeTracking = world.tracking
    tracking.experiments.append(replace(tracking.experiments[0], id="77", name="churn/nightly"))


FAILED_TRACE = many_infos(2)[1].id
NOTE = "Trained **each week** from the warehouse."
BEST = "# Best so far\n\nWith the *new* features."
START = {"champion": "12", "challenger": "14", "old-prod": "11"}
RENAMED = _run("name")
USED = {"production": "2", "staging": "3"}
ABOUT = "What the support agent answers with."

WRITES: tuple[WriteRow, ...] = (
    # experiments
    WriteRow(
        "create an experiment",
        ("experiments.create",),
        _at_experiments,
        _line("nightly"),
        "create_experiment",
        lambda world: [e.name for e in world.tracking.experiments if "nightly" in e.name and e.lifecycle == "active"],
        [],
        ["churn/nightly"],
        _taken,
        new="churn/nightly",
    ),
    WriteRow(
        "rename an experiment",
        ("experiments.rename", "experiments.undo"),
        _at_experiments,
        _line("2"),
        "rename_experiment",
        _experiment("1", "name"),
        "churn/weekly",
        "churn/weekly2",
        lambda world: world.writes.change_experiment("1", name="theirs"),
        old="churn/weekly",
        new="churn/weekly2",
        beneath=("weekly2",),
    ),
    WriteRow(
        "tag an experiment",
        ("experiments.tags",),
        _at_experiments,
        _tag("tier", "gold"),
        "tag_experiment",
        lambda world: world.writes.experiment("1").tags.get("tier"),
        None,
        "gold",
        lambda world: world.writes.change_experiment("1", tags={"tier": "theirs"}),
        new="gold",
    ),
    WriteRow(
        "note of an experiment",
        ("experiments.about",),
        _at_experiments,
        _note_of_experiment,
        "tag_experiment",
        _experiment("1", "note"),
        NOTE,
        f"New. {NOTE}",
        lambda world: world.writes.change_experiment("1", tags={"mlflow.note.content": "theirs"}),
        old=NOTE,
        new="New. ",
    ),
    WriteRow(
        "delete an experiment",
        ("experiments.delete",),
        _at_experiments,
        _nothing,
        "delete_experiment",
        _experiment("1", "lifecycle"),
        "active",
        "deleted",
        lambda world: world.writes.change_experiment("1", lifecycle="deleted"),
        old="active",
        new="deleted",
    ),
    # runs
    WriteRow(
        "rename a run",
        ("runs.rename", "runs.undo"),
        _at_runs,
        _line("3"),
        "rename_run",
        RENAMED,
        "gallant-ox-12",
        "gallant-ox-123",
        lambda world: world.writes.change_run(OX, name="theirs"),
        old="gallant-ox-12",
        new="gallant-ox-123",
        beneath=("gallant-ox-123",),
    ),
    WriteRow(
        "tag a run",
        ("runs.tags",),
        _at_runs,
        _tag("tier", "gold"),
        "tag_run",
        _run_tag("tier"),
        None,
        "gold",
        lambda world: world.writes.tag(OX, "tier", "theirs"),
        new="gold",
    ),
    WriteRow(
        "note of a run",
        ("runs.note",),
        _at_runs,
        _note,
        "tag_run",
        _run_tag("mlflow.note.content"),
        BEST,
        f"New. {BEST}",
        lambda world: world.writes.tag(OX, "mlflow.note.content", "theirs"),
        old="Best so far",
        new="New. ",
    ),
    WriteRow(
        "delete a run",
        ("runs.delete",),
        _at_runs,
        _nothing,
        "delete_run",
        _run("lifecycle"),
        "active",
        "deleted",
        lambda world: world.writes.change_run(OX, lifecycle="deleted"),
        old="active",
        new="deleted",
    ),
    # a run's page
    WriteRow(
        "rename a run on its page",
        ("run.rename", "run.undo"),
        _at_run,
        _line("3"),
        "rename_run",
        RENAMED,
        "gallant-ox-12",
        "gallant-ox-123",
        lambda world: world.writes.change_run(OX, name="theirs"),
        old="gallant-ox-12",
        new="gallant-ox-123",
        beneath=("gallant-ox-123", "gallant-ox-123"),
    ),
    WriteRow(
        "tag a run on its page",
        ("run.tags",),
        _at_run,
        _tag("tier", "gold"),
        "tag_run",
        _run_tag("tier"),
        None,
        "gold",
        lambda world: world.writes.tag(OX, "tier", "theirs"),
        new="gold",
        beneath=("Tags 3",),
    ),
    WriteRow(
        "note of a run on its page",
        ("run.note",),
        _at_run,
        _note,
        "tag_run",
        _run_tag("mlflow.note.content"),
        BEST,
        f"New. {BEST}",
        lambda world: world.writes.tag(OX, "mlflow.note.content", "theirs"),
        old="Best so far",
        new="New. ",
    ),
    WriteRow(
        "delete a run on its page",
        ("run.delete",),
        _at_run,
        _nothing,
        "delete_run",
        _run("lifecycle"),
        "active",
        "deleted",
        lambda world: world.writes.change_run(OX, lifecycle="deleted"),
        old="active",
        new="deleted",
        beneath=("deleted", "brave-elk-771"),
    ),
    # models
    WriteRow(
        "register a model of a run",
        ("run.register",),
        _at_run,
        _line("ltv"),
        "create_version",
        lambda world: [made.source for made in world.registry.by_model["ltv"].values()],
        [],
        [MODEL_URI],
        lambda world: world.registry.add("ltv", 1),
        new="ltv",
        taken_back="",
    ),
    WriteRow(
        "register a model among the files",
        ("artifact_tree.register",),
        go_to(ArtifactsRoute("run", OX, "gallant-ox-12", "model"), "notes.txt"),
        _line("ltv"),
        "create_version",
        lambda world: [made.source for made in world.registry.by_model["ltv"].values()],
        [],
        [MODEL_URI],
        lambda world: world.registry.add("ltv", 1),
        new="ltv",
        taken_back="",
    ),
    WriteRow(
        "register a logged model",
        ("logged_model.register",),
        go_to(LoggedModelRoute(OX, MODEL_ID), "classifier"),
        _line("ltv"),
        "create_version",
        lambda world: [made.source for made in world.registry.by_model["ltv"].values()],
        [],
        [f"models:/{MODEL_ID}"],
        lambda world: world.registry.add("ltv", 1),
        new="ltv",
        taken_back="",
    ),
    WriteRow(
        "create a model",
        ("models.create",),
        _at_board,
        _line("uplift"),
        "create_model",
        lambda world: "uplift" in world.registry.models,
        False,
        True,
        lambda world: world.registry.add("uplift"),
        new="uplift",
        taken_back="",
        beneath=("uplift",),
    ),
    WriteRow(
        "rename a model",
        ("registry.rename",),
        _at_board,
        _line("2"),
        "rename_model",
        lambda world: sorted(name for name in world.registry.models if name.startswith("churn")),
        ["churn"],
        ["churn2"],
        lambda world: world.registry.rename_model("churn", "theirs"),
        old="churn",
        new="churn2",
        beneath=("churn2",),
    ),
    WriteRow(
        "tag a model",
        ("registry.tags",),
        _at_board,
        _tag("owner", "ml"),
        "tag_model",
        lambda world: world.registry.models["churn"].tags.get("owner"),
        "growth",
        "ml",
        _change_model(tags={"owner": "theirs"}),
        old="growth",
        new="ml",
        beneath=(" ml ",),
    ),
    WriteRow(
        "describe a model",
        ("registry.note",),
        _at_board,
        _description,
        "describe_model",
        _model("description"),
        "Who leaves within **30 days**.",
        "New. Who leaves within **30 days**.",
        _change_model(description="theirs"),
        old="Who leaves",
        new="New. ",
    ),
    WriteRow(
        "delete a model",
        ("registry.delete",),
        _at_board,
        _nothing,
        "delete_model",
        lambda world: "churn" in world.registry.models,
        True,
        False,
        lambda world: world.registry.add("churn", 15),
        old="churn",
        typed="churn",
        taken_back="",
        beneath=("pricing",),
    ),
    # versions
    WriteRow(
        "tag a version",
        ("registry.tags",),
        _at_versions,
        _tag("approved_by", "ana"),
        "tag_version",
        lambda world: world.registry.by_model["churn"]["11"].tags.get("approved_by"),
        None,
        "ana",
        lambda world: world.registry.change_version("churn", "11", tags={"approved_by": "theirs"}),
        new="ana",
        beneath=("approved_by=ana",),
    ),
    WriteRow(
        "describe a version",
        ("registry.note",),
        _at_versions,
        _description,
        "describe_version",
        _version("description"),
        "",
        "New. ",
        lambda world: world.registry.change_version("churn", "11", description="theirs"),
        new="New. ",
    ),
    WriteRow(
        "delete a version",
        ("registry.delete",),
        _at_versions,
        _nothing,
        "delete_version",
        lambda world: "11" in world.registry.by_model["churn"],
        True,
        False,
        lambda world: world.registry.move("churn", "champion", "11"),
        old="old-prod",
        typed="churn",
        taken_back="",
        beneath=("v12",),
    ),
    WriteRow(
        "copy a version",
        ("registry.copy_to",),
        _at_versions,
        _line("ltv"),
        "copy_version",
        lambda world: len(world.registry.by_model["ltv"]),
        0,
        1,
        lambda world: world.registry.add("ltv", 1),
        new="ltv",
        taken_back="",
    ),
    WriteRow(
        "promote a version",
        ("registry.copy_to",),
        _at_versions,
        _line("fraud_score @champion on fraud-scoring"),
        "copy_version",
        _promoted,
        ("7", ["7"]),
        ("8", ["8"]),
        lambda world: world.registry.move("fraud_score", "champion", "3"),
        old="v7",
        new="v8",
    ),
    WriteRow(
        "promote to another context",
        ("stores.copy_to", "stores.undo"),
        _at_stores,
        _nothing,
        "copy_version",
        lambda world: (
            world.registry.models["dev.churn"].aliases.get("champion") if "dev.churn" in world.registry.models else None
        ),
        None,
        "1",
        lambda world: world.registry.add("dev.churn", 1),
        old="v12",
        new="dev.churn",
    ),
    # aliases
    WriteRow(
        "move an alias",
        ("registry.move_alias", "registry.undo"),
        _at_versions,
        _alias_field,
        "set_alias",
        _aliases,
        START,
        {**START, "champion": "11"},
        lambda world: world.registry.move("churn", "champion", "13"),
        old="v12",
        new="v11",
        beneath=("champion · since now",),
    ),
    WriteRow(
        "move an alias on a version's page",
        ("registry.move_alias",),
        _at_version,
        _alias_field,
        "set_alias",
        _aliases,
        START,
        {**START, "champion": "11"},
        lambda world: world.registry.move("churn", "champion", "13"),
        old="v12",
        new="v11",
        beneath=("champion  old-prod", "champion · since now", "v11 "),
    ),
    WriteRow(
        "move an alias on a model's page",
        ("registry.move_alias",),
        _at_model,
        _alias_field,
        "set_alias",
        _aliases,
        START,
        {**START, "champion": "14"},
        lambda world: world.registry.move("churn", "champion", "13"),
        old="v12",
        new="v14",
        beneath=("champion", "v14"),
    ),
    WriteRow(
        "move several aliases",
        ("registry.several_aliases",),
        _at_board,
        _several,
        "set_alias",
        _aliases,
        START,
        {**START, "champion": "14", "old-prod": "10"},
        lambda world: world.registry.move("churn", "champion", "13"),
        old="v12",
        new="v14",
        beneath=("v14",),
    ),
    WriteRow(
        "swap aliases",
        ("registry.swap",),
        _at_board,
        _nothing,
        "set_alias",
        _aliases,
        START,
        {**START, "champion": "14", "challenger": "12"},
        lambda world: world.registry.move("churn", "champion", "13"),
        old="v12",
        new="v14",
    ),
    WriteRow(
        "take an alias away",
        ("registry.take_away",),
        _at_versions,
        _nothing,
        "delete_alias",
        _aliases,
        START,
        {"champion": "12", "challenger": "14"},
        lambda world: world.registry.move("churn", "old-prod", "10"),
        old="v11",
        new="old-prod",
    ),
    # serving
    WriteRow(
        "serve an alias",
        ("serving.serve_alias", "serving.undo"),
        _at_endpoints,
        _choose,
        "change",
        _split,
        [("11", 90), ("10", 10)],
        [("12", 90), ("10", 10)],
        _serve,
        old="v11",
        new="v12",
        beneath=("churn v12 90%",),
    ),
    WriteRow(
        "split the traffic",
        ("serving.traffic",),
        _at_endpoints,
        _line("50 50", instead=True),
        "change",
        _split,
        [("11", 90), ("10", 10)],
        [("11", 50), ("10", 50)],
        _serve,
        old="90",
        new="50",
        beneath=("churn v11 50%",),
    ),
    # from an incident
    WriteRow(
        "put an alias back",
        ("incident.put_back",),
        go_to(IncidentRoute("churn", "old-prod"), "put old-prod back on v10"),
        _nothing,
        "set_alias",
        _aliases,
        START,
        {**START, "old-prod": "10"},
        lambda world: world.registry.move("churn", "old-prod", "13"),
        old="v11",
        new="v10",
    ),
    WriteRow(
        "split the traffic from an incident",
        ("incident.traffic",),
        go_to(IncidentRoute("churn", "champion"), "split the traffic"),
        _line("50 50", instead=True),
        "change",
        _split,
        [("11", 90), ("10", 10)],
        [("11", 50), ("10", 50)],
        _serve,
        old="90",
        new="50",
    ),
    # prompts
    WriteRow(
        "tag a prompt",
        ("prompt.tags",),
        _at_prompts,
        _tag("tier", "gold"),
        "tag_model",
        lambda world: world.prompts.models["support_reply"].tags.get("tier"),
        None,
        "gold",
        _change_prompt(tags={"mlflow.prompt.is_prompt": "true", "tier": "theirs"}),
        new="gold",
        of_prompts=True,
        beneath=("tier=gold",),
    ),
    WriteRow(
        "describe a prompt",
        ("prompt.note", "prompt.undo"),
        _at_prompts,
        _description,
        "describe_model",
        _prompt("description"),
        ABOUT,
        f"New. {ABOUT}",
        _change_prompt(description="theirs"),
        new="New. ",
        of_prompts=True,
        beneath=("New. What",),
    ),
    WriteRow(
        "tag a prompt's version",
        ("prompt.tags",),
        _at_prompt_versions,
        _tag("checked", "yes"),
        "tag_version",
        _prompt_tag,
        None,
        "yes",
        lambda world: world.prompts.change_version(
            "support_reply", "3", tags={**world.prompts.by_model["support_reply"]["3"].tags, "checked": "theirs"}
        ),
        new="yes",
        of_prompts=True,
    ),
    WriteRow(
        "move a prompt's alias",
        ("prompt.move_alias",),
        _at_prompt_versions,
        _nothing,
        "set_alias",
        _prompt_aliases,
        USED,
        {**USED, "production": "3"},
        lambda world: world.prompts.move("support_reply", "production", "4"),
        old="v2",
        new="v3",
        of_prompts=True,
        beneath=("production staging",),
    ),
    WriteRow(
        "move a prompt's alias on its page",
        ("prompt.move_alias",),
        _at_prompt,
        _nothing,
        "set_alias",
        _prompt_aliases,
        USED,
        {**USED, "production": "3"},
        lambda world: world.prompts.move("support_reply", "production", "4"),
        old="v2",
        new="v3",
        of_prompts=True,
        beneath=("production staging", "production staging"),
    ),
    WriteRow(
        "move several aliases of a prompt",
        ("prompt.several_aliases",),
        _at_prompts,
        _several_of_prompt,
        "set_alias",
        _prompt_aliases,
        USED,
        {**USED, "production": "3", "blue": "1"},
        lambda world: world.prompts.move("support_reply", "production", "4"),
        old="v2",
        new="v3",
        of_prompts=True,
        beneath=("blue",),
    ),
    WriteRow(
        "take a prompt's alias away",
        ("prompt.take_away",),
        _at_prompt_versions,
        _nothing,
        "delete_alias",
        _prompt_aliases,
        USED,
        {"production": "2"},
        lambda world: world.prompts.move("support_reply", "staging", "4"),
        old="v3",
        new="–",
        of_prompts=True,
        beneath=("production",),
    ),
    # traces
    WriteRow(
        "assess a trace",
        ("trace.assess", "trace.undo"),
        _at_traces,
        _line("tone = 4 # kind"),
        "assess",
        _said_of_trace,
        {"correctness": (False, "judge")},
        {"correctness": (False, "judge"), "tone": (4, "ana")},
        _say_of_trace("tone"),
        new="4 by ana: kind",
    ),
    WriteRow(
        "overwrite an assessment",
        ("trace.assess",),
        _at_traces,
        _line("correctness = true # it was read again"),
        "assess",
        _said_of_trace,
        {"correctness": (False, "judge")},
        {"correctness": (True, "ana")},
        _say_of_trace("correctness"),
        old="false by judge",
        new="true by ana",
    ),
    WriteRow(
        "delete an assessment",
        ("trace.delete",),
        _at_traces,
        _first,
        "unassess",
        _said_of_trace,
        {"correctness": (False, "judge")},
        {},
        _say_of_trace("correctness"),
        old="false by judge",
    ),
    WriteRow(
        "tag a trace",
        ("trace.tags",),
        _at_traces,
        _tag("seen", "yes"),
        "tag",
        _trace_tag,
        None,
        "yes",
        lambda world: world.trace_writes.alter(FAILED_TRACE, tags={"seen": "theirs"}),
        new="yes",
    ),
    WriteRow(
        "add a trace to a dataset",
        ("trace.add_to_dataset",),
        _at_traces,
        _first,
        "add_to_set",
        lambda world: sorted(world.traces.sets["d-1"][1]),
        [],
        [FAILED_TRACE],
        lambda world: world.traces.sets["d-1"][1].add(FAILED_TRACE),
        new="golden",
        taken_back="",
    ),
)
