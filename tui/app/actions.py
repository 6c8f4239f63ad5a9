"""The registry of actions: what a person can do, by which keys, in which places, and whether it writes.

``VERBS`` is the one table: a verb has its keys, its words and the places where it holds. Bindings, the hint line, the
palette and ``:`` commands, the ``?`` help, the table in docs/keys.md and a person's own keymap are all made from it. Whoever
owns a place has the handler ``action_<verb>``, and says in ``why_off`` why a verb means nothing just now.

Ids are stable: a verb's name (``filter``) is the verb wherever it holds, ``PLACE.VERB`` (``runs.filter``) in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.binding import Binding


@dataclass(frozen=True)
class At:
    """A place where a verb holds, and what it is called there where that is not its common name."""

    place: str  # one of PLACES
    hint: int = 0  # rank in the hint line, smaller first; 0 is never hinted
    title: str = ""
    help: str = ""
    was: str = ""  # the ids that it had before, which keymaps may still name, parted by a space


class Verb:
    """One thing that can be done, in one or more places. ``keys`` are Textual key names, comma-separated."""

    def __init__(
        self,
        name: str,
        keys: str,
        title: str,  # one or two words, for the hint line
        does: str,  # one sentence, for the help and the README
        *scopes: At,
        writes: bool = False,
        takes: str = "",  # what follows its name on the command line ("PLACE"); in brackets if it may be left out
        command: str = "",  # its name on the command line, where that is not its own
        was: str = "",  # the name that it had before, which keymaps may still use
    ) -> None:
        self.name = name
        self.keys = keys
        self.title = title
        self.help = does
        self.scopes = scopes
        self.writes = writes
        self.takes = takes
        self.command = command or name.replace("_", "-")
        self.was = was


@dataclass(frozen=True)
class Action:
    """A verb in one place, with the words it has there."""

    id: str
    verb: str
    where: str  # one of PLACES
    keys: str
    title: str
    help: str
    hint: int
    writes: bool
    takes: str
    command: str
    was: str
    verb_was: str

    @property
    def is_command(self) -> bool:
        """Whether it is offered by its name; how to move in a list is not, nor the command line itself."""
        return self.where not in ("grid", "bar") and self.verb != "command"

    @property
    def is_place(self) -> bool:
        """Whether it goes somewhere from anywhere, rather than does something here."""
        return bool(self.takes) or not self.keys


PLACES: Mapping[str, str] = {
    "app": "Everywhere",
    "grid": "In a list",
    "list": "In every list",
    "table": "In a table",
    "experiments": "Experiments",
    "runs": "Runs",
    "sweep": "Trials of a sweep",
    "details": "Details of a run",
    "run": "A run's page",
    "artifact_tree": "Tree of artifacts",
    "artifacts": "Artifacts",
    "logged_models": "Logged models",
    "logged_model": "A logged model's page",
    "preview": "Preview of an artifact",
    "compare": "Comparing runs or versions",
    "compare_views": "Every view of a comparison",
    "compare_groups": "Groups of the runs compared",
    "compare_files": "Files of two runs compared",
    "compare_params": "Param importance",
    "compare_plots": "Plots of the runs compared",
    "curves": "Curves",
    "images": "Images by key and step",
    "models": "Models",
    "versions": "Versions of a model",
    "registry": "A model or a version",
    "facts": "Facts of a model or a version",
    "incident": "An incident's page",
    "stores": "Board over every context",
    "prompts": "Prompts",
    "prompt_versions": "Versions of a prompt",
    "prompt": "A prompt or a version of it",
    "prompt_text": "Text of a prompt",
    "prompt_diff": "Two versions of prompts compared",
    "ledger": "Ledger",
    "serving": "Serving",
    "serving_list": "Serving endpoints",
    "traces": "Traces",
    "trace": "A trace, or those chosen in a list",
    "spans": "Waterfall of a trace",
    "span": "What a span says",
    "trace_diff": "Two traces compared",
    "trace_groups": "Traces by what they share",
    "evaluation": "Evaluation of experiments",
    "evaluations": "Evaluation runs",
    "evaluation_sets": "Evaluation datasets",
    "scorers": "Scorers",
    "evaluation_set": "An evaluation dataset",
    "records": "Records of an evaluation dataset",
    "evaluation_diff": "Evaluation runs compared",
    "bar": "In the filter bar",
    "requests": "Log of requests",
}

VERBS: tuple[Verb, ...] = (
    Verb("open_place", "", "open", "Open a run, an experiment or a model by id, name, URI or web address.", At("app"), takes="PLACE", command="open"),
    Verb("context", "", "context", "Open another context of the configuration.", At("app"), takes="NAME", command="ctx"),
    Verb("workspace", "", "workspace", "Open another workspace of this MLflow server, or choose one.", At("app"), takes="[NAME]"),
    Verb("runs", "", "runs", "Go to the runs.", At("app")),
    Verb("experiments", "1", "experiments", "Go to an experiment, or to the list of them.", At("app", was="app.browse"), takes="[NAME]"),
    Verb("models", "2", "models", "Go to a registered model, or to the list of them.", At("app"), takes="[NAME]"),
    Verb("serving", "3", "serving", "Go to the serving endpoints on Databricks, or to those of a model.", At("app"), takes="[NAME]"),
    Verb("prompts", "4", "prompts", "Go to a prompt, or to the list of them.", At("app"), takes="[NAME]"),
    Verb("traces", "5", "traces", "Go to the traces, or to those of an experiment.", At("app"), takes="[NAME]"),
    Verb("board", "0", "board", "Go to the board over the stores of every context.", At("app")),
    Verb("doctor", "", "doctor", "Look over this context: what works from here, what does not, and what to do.", At("app")),
    Verb("begin", "", "first steps", "What to begin with: log a first run, the sample store, another place, a configuration.", At("app")),
    Verb("resume", "", "resume", "Go back to where the last session was when its line was cut.", At("app")),
    Verb("theme", "", "theme", "Wear another theme, or choose one while each is shown.", At("app"), takes="[NAME]"),
    Verb("next_pane", "tab", "next pane", "Go to the next pane.", At("app")),
    Verb("previous_pane", "shift+tab", "previous pane", "Go to the previous pane.", At("app")),
    Verb("back", "escape", "back", "Stop what is loading, leave the filter, or go back one step.", At("app")),
    Verb("earlier", "ctrl+o,alt+left", "earlier page", "Go to the page that was open before, as in a browser.", At("app"), command="earlier"),
    Verb("later", "alt+right", "later page", "Go forward again, after going back.", At("app"), command="later"),
    Verb("recent", "apostrophe", "recent places", "Choose one of the pages that were open before.", At("app")),
    Verb("pin_place", "", "pin place", "Pin the experiment, model, prompt or run that is open, to stand first in :recent.", At("app"), command="pin"),
    Verb(
        "view", "K", "views", "Open a view of this list by its name, or keep what is shown as one.",
        At("app"),
        takes="[NAME]",
    ),
    Verb("command", "colon,ctrl+p", "command", "Run a command by its name.", At("app", 80)),
    Verb("help", "question_mark,f1", "help", "Show the keys that work here.", At("app", 90)),
    Verb("requests", "at", "requests", "Show the log of requests made.", At("app")),
    Verb("zoom", "z", "zoom", "Give the pane the whole screen, or give it back.", At("app")),
    Verb("refresh", "r", "refresh", "Read again from the server.", At("app", 70)),
    Verb("redraw", "ctrl+l", "draw anew", "Draw the whole screen anew, when something else has written over it.", At("app")),
    Verb("watch", "w", "watch", "Auto-refresh every few seconds, or stop.", At("app")),
    Verb("copy", "y", "copy", "Copy the value under the cursor to the terminal's clipboard.", At("app")),
    Verb("copy_as", "Y", "copy as", "Choose what to copy: id, URI, link, Python or curl.", At("app")),
    Verb("times", "ctrl+t", "times", "Show times as ages or as dates.", At("app")),
    Verb("leave", "q", "quit", "Leave this page; from the top, quit.", At("app", 95, was="app.quit")),
    Verb("up", "up,k", "up", "One row up.", At("grid")),
    Verb("down", "down,j", "down", "One row down.", At("grid")),
    Verb(
        "left", "left,h", "left", "One column to the left.",
        At("grid"),
        At("artifact_tree", title="fold", help="Close this folder, or go to the one above."),
        At("curves", 15, title="read off", help="Move the cursor to the left; the legend reads off values there."),
        At("images", 10, title="earlier step", help="The step before."),
    ),
    Verb(
        "right", "right,l", "right", "One column to the right.",
        At("grid"),
        At("artifact_tree", title="unfold", help="Open this folder or file."),
        At("curves", help="Move the cursor to the right."),
        At("images", 12, title="later step", help="The next step."),
    ),
    Verb("page_up", "pageup,ctrl+b", "page up", "One page up.", At("grid")),
    Verb("page_down", "pagedown,ctrl+f", "page down", "One page down.", At("grid")),
    Verb("half_up", "ctrl+u", "half page up", "Half a page up.", At("grid")),
    Verb("half_down", "ctrl+d", "half page down", "Half a page down.", At("grid")),
    Verb("first_row", "g,ctrl+home", "top", "The first row.", At("grid")),
    Verb("last_row", "G,ctrl+end", "end", "The last row; of runs, loads the rest first.", At("grid")),
    Verb("first_column", "home", "first column", "The first column.", At("grid")),
    Verb("count", "semicolon", "how far", "A number before a movement: ;5j is five rows down, ;40G row 40, ;9 and space nine marks.", At("grid")),
    Verb("last_column", "end", "last column", "The last column.", At("grid")),
    Verb(
        "open", "enter", "open", "Open what is under the cursor.",
        At("grid", 10),
        At("compare_plots", 10, help="Open the highlighted run.", was="plots.run"),
    ),
    Verb("mark", "space", "mark", "Mark this row, or take its mark away.", At("grid", 30)),
    Verb("mark_range", "v", "mark a range", "Begin a range of marks here; again to end it.", At("grid")),
    Verb("leave_range", "escape", "leave the range", "Leave the range of marks that was begun.", At("grid")),
    Verb("narrower", "less_than_sign", "narrower", "Make this column narrower.", At("grid")),
    Verb("wider", "greater_than_sign", "wider", "Make this column wider.", At("grid")),
    Verb("move_left", "left_curly_bracket", "move left", "Move this column to the left.", At("grid")),
    Verb("move_right", "right_curly_bracket", "move right", "Move this column to the right.", At("grid")),
    Verb(
        "filter", "slash", "filter", "Filter what is shown here, at each key.",
        At("experiments", 20, help="Filter experiments by name, at each key."),
        At("runs", 20, help="Filter the loaded runs, at each key."),
        At("details", 40, help="Filter the names and values shown."),
        At("artifact_tree", 20, help="Filter what has been read by words in paths."),
        At("compare", 45, help="Filter the rows by words in names and values."),
        At("compare_groups", 30, help="Filter the metrics."),
        At("compare_files", 30, help="Filter the files by words in their paths."),
        At("models", 30, help="Filter the loaded models, at each key."),
        At("versions", 30, help="Filter the loaded versions, at each key."),
        At("facts", 45, help="Filter the names and values shown."),
        At("ledger", 20, help="Filter the entries shown."),
        At("incident", 60, help="Filter the lines by words."),
        At("stores", 30, help="Filter the models by words, also in what differs."),
        At("sweep", 30, help="Filter the trials by words: running, would end, front, a param."),
        At("serving_list", 20, help="Filter the endpoints, at each key."),
        At("requests", 20, help="Filter the requests shown."),
        At("prompts", 30, help="Filter the prompts, at each key."),
        At("prompt_versions", 30, help="Filter the versions by words, also in their texts."),
        At("traces", 20, help="Filter the loaded traces, at each key."),
        At("spans", 40, help="Filter the spans by words in names, inputs and outputs."),
        At("span", 40, help="Filter the lines by words."),
        At("trace_diff", 40, help="Filter the pairs by words in names."),
        At("trace_groups", 30, help="Filter the groups by words."),
        At("evaluations", 30, help="Filter the evaluation runs by words."),
        At("logged_models", 20, help="Filter the logged models by words, also in params, tags and runs."),
        At("evaluation_sets", 30, help="Filter the datasets by words."),
        At("scorers", 30, help="Filter the scorers by words."),
        At("records", 30, help="Filter the records by words in what they hold."),
        At("evaluation_diff", 40, help="Filter the inputs by words, also in rationales."),
        At("curves", 56, help="Keep the charts of metrics whose names have these words."),
    ),
    Verb(
        "fold", "f", "fold", "Fold or unfold the branch under the cursor.",
        At("experiments", 40, help="Fold or unfold this folder."),
        At("runs", help="Fold or unfold the children of this run."),
        At("details", 59, help="Fold or unfold this folder of params."),
        At("serving_list", help="Fold or unfold the models of Databricks' own, paid by the token."),
        At("spans", 30, title="fold type", help="Fold or unfold every span of this type; neighbours of one type become one line."),
    ),
    Verb(
        "fold_all", "F", "fold all", "Fold or unfold every branch.",
        At("experiments", help="Fold or unfold every folder."),
        At("runs", help="Fold or unfold every parent."),
        At("details", help="Fold or unfold every folder of params."),
        At("artifact_tree", help="Fold every folder."),
        At("preview", 55, help="Fold or unfold everything in it."),
        At("compare", help="Fold or unfold every group."),
        At("spans", help="Fold every branch, or unfold all."),
        At("span", 30, help="Unfold every text, or fold them again."),
    ),
    Verb(
        "tree", "T", "tree or list", "Show a tree, or one list.",
        At("experiments", help="Show folders by the / in names, or one list."),
        At("runs", help="Show child runs under their parents, or one list."),
        At("details", 58, help="Show params as a tree by the . and / in their names, or one list."),
    ),
    Verb(
        "lifecycle", "i", "deleted", "Show the active, the deleted or all.",
        At("experiments", 50, help="Show active, deleted or all experiments."),
        At("runs", help="Show active, deleted or all runs."),
    ),
    Verb("about", "e", "about", "Show this experiment's note, tags and facts; e there edits the note.", At("experiments", 60, was="experiments.note")),
    Verb(
        "everywhere", "full_stop", "everywhere", "Go on: your own folder, every experiment, and on Databricks the shared and repo ones.",
        At("experiments"),
        At("traces", help="From all experiments to the one of this trace, or back."),
    ),
    Verb(
        "sort", "s", "sort", "Sort by this column; again to turn round, and again to stop.",
        At("table"),
        At("experiments"),
        At("runs", 40),
        At("compare", 40, help="Sort the rows of each group by this column; again to turn round, and again to stop."),
        At("compare_groups", 22, help="Sort the groups by the mean of this metric; again to turn round, and again to stop."),
        At("ledger", 40),
        At("incident"),
        At("stores"),
        At("sweep"),
        At("serving_list"),
        At("requests", 40),
        At("models", help="Sort by this column; again to turn round."),
        At("versions", help="Sort by this column; again to turn round."),
        At("prompts", help="Sort by this column; again to turn round."),
        At("prompt_versions", help="Sort by this column; again to turn round."),
        At("traces"),
        At("trace_groups"),
        At("trace_diff"),
        At("logged_models"),
        At("evaluations"),
        At("evaluation_sets"),
        At("scorers"),
        At("records"),
        At("evaluation_diff"),
    ),
    Verb(
        "create", "plus", "create", "Create one more.",
        At("experiments", 82, help="Create an experiment."),
        At("models", help="Create a registered model."),
        writes=True,
    ),
    Verb(
        "tags", "t", "tags", "Add, change or take away tags, of all that are marked at once.",
        At("experiments", 84, help="Add, change or take away tags of this experiment, or of those marked."),
        At("runs", 82, help="Add, change or take away tags of this run, or of those marked."),
        At("run", 82, help="Add, change or take away tags."),
        At("registry", help="Set, change or take away a tag, of all that are marked at once."),
        At("prompt", help="Set, change or take away a tag, of all that are marked at once."),
        At("trace", help="Add, change or take away tags of this trace, or of those marked."),
        writes=True,
    ),
    Verb(
        "rename", "M", "rename", "Rename this.",
        At("experiments", 86, help="Rename this experiment."),
        At("runs", 86, help="Rename this run."),
        At("run", 86, help="Rename this run."),
        At("registry", help="Rename this model."),
        writes=True,
    ),
    Verb(
        "delete", "X,delete", "delete", "Delete this or those marked; among the deleted, restore.",
        At("experiments", 88, help="Delete this experiment or those marked; a deleted one is restored."),
        At("runs", 88, help="Delete this run or those marked; among the deleted, restore."),
        At("run", 88, help="Delete this run, or restore it where it is deleted."),
        At("registry", help="Delete this version or model, or those marked; the name or number is typed first."),
        At("trace", help="Delete an assessment of this trace, or of those marked."),
        writes=True,
    ),
    Verb(
        "undo", "u", "undo", "Undo last change.",
        At("experiments", 61),
        At("runs", 61),
        At("run", 48),
        At("registry", 13),
        At("stores"),
        At("serving"),
        At("prompt", 13),
        At("trace", 61),
        writes=True,
    ),
    Verb(
        "unmark", "U", "unmark all", "Take every mark away.",
        At("runs"), At("models"), At("versions"), At("prompts"), At("prompt_versions"), At("traces"),
        At("logged_models"), At("evaluations"),
    ),
    Verb(
        "sort_by", "S", "sort by", "Choose what to sort by, one column or several at once.",
        At("table"),
        At("compare", help="Sort rows by name, by change from the baseline, or by spread."),
        At("experiments"),
        At("runs"),
        At("models"),
        At("versions"),
        At("ledger"),
        At("incident"),
        At("stores"),
        At("sweep"),
        At("serving_list"),
        At("requests"),
        At("prompts"),
        At("prompt_versions"),
        At("traces"),
        At("trace_groups"),
        At("trace_diff"),
        At("logged_models"),
        At("evaluations"),
        At("evaluation_sets"),
        At("scorers"),
        At("records"),
        At("evaluation_diff"),
    ),
    Verb(
        "columns", "o", "columns", "Choose and order the columns.",
        At("table"),
        At("experiments"),
        At("runs", 50),
        At("models"),
        At("versions"),
        At("ledger"),
        At("incident"),
        At("stores"),
        At("sweep"),
        At("serving_list"),
        At("requests"),
        At("prompts"),
        At("prompt_versions"),
        At("traces", 50),
        At("spans"),
        At("trace_groups"),
        At("trace_diff"),
        At("logged_models"),
        At("evaluations"),
        At("evaluation_sets"),
        At("scorers"),
        At("records"),
        At("evaluation_diff"),
    ),
    Verb(
        "differences", "x", "differing only", "Show only what differs, or everything.",
        At("runs", 60, title="varying only", help="Fold columns in which nothing differs, or not.", was="runs.constants"),
        At("compare", 20, help="Show only what differs, or all rows.", was="version_diff.all"),
        At("compare_files", 20),
        At("trace_diff", 20),
        At("evaluation_diff", 20, help="Show only the inputs of which something changed, or all."),
    ),
    Verb(
        "load_all", "ctrl+e", "load all", "Load all that there is; esc stops.",
        At("runs", help="Load every run of these experiments; esc stops."),
        At("models", help="Load every model."),
        At("versions", help="Load every version."),
        At("traces", help="Load every trace."),
        At("evaluation_set", help="Load every record."),
        At("logged_models", help="Load every logged model of these experiments; esc stops."),
    ),
    Verb(
        "compare", "c", "compare", "Compare the marked runs; one marked: with the one here; none: this one with the next.",
        At("runs", 35),
        At("trace", 35, help="Compare two traces: those marked, or this one with the next."),
        At("logged_models", 35, help="Compare the logged models marked; one marked: with the one here; none: with the next."),
        At("evaluation", 15, help="Compare evaluation runs input by input: those marked, or this one with the one before it."),
    ),
    Verb(
        "curves", "p", "curves", "Draw metrics over steps or time.",
        At("runs", 45, help="Draw the metric of this column, or a chosen one, of the marked runs or this one."),
        At("compare_views", 57, help="Open the curves of the metrics marked, or of the one here, over all these runs."),
    ),
    Verb(
        "all_curves", "O", "all metrics", "Draw every metric, a chart each, in pages.",
        At("runs", 46, help="Draw every metric of the marked runs or this one, a chart each, in pages."),
        At("run", 46, help="Draw every metric of this run, a chart each, in pages."),
    ),
    Verb(
        "images", "J", "images", "Look at images by key and step.",
        At("runs", help="Look at the images of this run by key and step, or of two marked runs in step."),
        At("run", 56, help="Look at the images of this run by key and step."),
    ),
    Verb(
        "importance", "I", "param importance", "Rank params by how they go with a metric.",
        At("runs", 74, help="Rank params by how they go with this column's metric, over all filtered runs."),
        At("compare_views", 55, help="Go to how much each param matters for a metric.", was="compare_views.params"),
        was="matter",
    ),
    Verb(
        "plots", "P", "plots", "Plot params against a metric.",
        At("runs", 76, help="Plot params against this column's metric, over all filtered runs."),
        At("compare_views", 56, help="Go to plots of params against a metric."),
    ),
    Verb("group_by", "b", "group by", "Group the runs by params, tags, the dataset or the parent run, or no longer.", At("runs")),
    Verb("pin", "asterisk", "pin", "Pin this run, or those marked, above all others; again, let them go.", At("runs")),
    Verb("hide_run", "H", "hide", "Hide this run, or those marked; of hidden ones that are shown, show them again.", At("runs")),
    Verb("show_hidden", "exclamation_mark", "hidden", "Show the hidden runs too, or not.", At("runs")),
    Verb(
        "next", "n", "next", "Go to the next mark, match or difference.",
        At("runs", title="next mark", help="Go to the next marked run.", was="runs.next_match"),
        At("artifacts", 25, title="next match", help="Go to the next place that was searched for.", was="artifacts.next_match"),
        At("compare", 35, title="next difference", help="Go to the next row in which something differs.", was="compare.next_difference"),
        At("compare_files", 25, title="next difference", help="Go to the next file, line or row that differs."),
        At("prompt_diff", 20, title="next change", help="Go to the next place that differs."),
        At("traces", 30, title="next failed", help="Go to the next trace that failed."),
        At("spans", 15, title="error", help="Go to the next span in which it failed; after the last, of the next trace that failed."),
        At("trace_diff", 25, title="next difference", help="Go to the next pair that differs."),
        At("evaluation_diff", 25, title="next difference", help="Go to the next input of which something changed."),
    ),
    Verb(
        "previous", "N", "previous", "Go to the mark, match or difference before.",
        At("runs", title="previous mark", help="Go to the previous marked run.", was="runs.previous_match"),
        At("artifacts", title="previous match", help="Go to the place before.", was="artifacts.previous_match"),
        At("compare", title="difference up", help="Go to the row before in which something differs.", was="compare.previous_difference"),
        At("compare_files", title="difference up", help="Go to the difference before."),
        At("prompt_diff", title="change before", help="Go to the place before that differs."),
        At("traces", title="failed before", help="Go to the trace before that failed."),
        At("spans", title="error before", help="Go to the failure before."),
        At("trace_diff", title="difference up", help="Go to the pair before that differs."),
        At("evaluation_diff", title="difference up", help="Go to the input before of which something changed."),
    ),
    Verb(
        "note", "e", "note", "Edit the note, here or in $EDITOR.",
        At("runs", 84, help="Edit this run's note, here or in $EDITOR."),
        At("run", 84),
        At("registry", title="describe", help="Edit the description.", was="registry.describe"),
        At("prompt", title="describe", help="Edit the description of the prompt."),
        writes=True,
    ),
    Verb(
        "next_tab", "right_square_bracket", "next tab", "The next tab.",
        At("details", 20),
        At("facts", 20),
        At("prompt_text", 20),
        At("trace_groups", 15, title="group by", help="Group by something else."),
    ),
    Verb(
        "previous_tab", "left_square_bracket", "previous tab", "The tab before.",
        At("details"),
        At("facts"),
        At("prompt_text"),
        At("trace_groups", help="Group by what came before."),
    ),
    Verb("dataset_runs", "d", "its runs", "Show every run that used the dataset here, in all experiments.", At("details", 57)),
    Verb("parent", "P", "parent", "Open the parent run.", At("run", 30)),
    Verb("children", "C", "children", "Open a child run, chosen from a list.", At("run", 40)),
    Verb(
        "register", "R", "register", "Register a model as a version.",
        At("run", 55, help="Register a model of this run as a version."),
        At("artifact_tree", 55, help="Register this model: a folder with an MLmodel file, or a logged model."),
        At("logged_model", 55, help="Register this model as a version."),
        writes=True,
    ),
    Verb("artifacts", "A", "artifacts", "Open the run's artifacts on a page of their own.", At("run", 45)),
    Verb("download", "D", "download", "Download this file or folder.", At("artifacts", 30)),
    Verb("to_preview", "tab", "preview", "Go to the preview.", At("artifacts", 35)),
    Verb("to_tree", "shift+tab", "tree", "Go back to the tree.", At("artifacts")),
    Verb(
        "more", "m", "read more", "Read more, or let all of it travel.",
        At("artifacts", 40, help="Read more of this file, or let all of it travel."),
        At("compare_files", 15, title="let them travel", help="Let two large files travel, and compare them."),
    ),
    Verb("view_as", "v", "view as", "Show this file by what it is, as text, or as bytes.", At("artifacts", 50)),
    Verb("search", "slash", "search", "Search what is shown of this file.", At("preview", 20)),
    Verb(
        "baseline", "b", "baseline", "Compare with this column.",
        At("compare", 25, help="Compare with the run or version of this column."),
        At("compare_groups", 25, help="Compare with the group of this column."),
        At("evaluation_diff", 30, title="baseline", help="Compare with the next run."),
    ),
    Verb("fold_group", "Z", "fold", "Fold or unfold this group of rows; enter on its heading does it too.", At("compare", 60, was="compare.fold")),
    Verb("flip", "T", "flip", "Make runs the rows, or the columns again.", At("compare", 65), At("compare_groups", 27, help="Make metrics the rows, or the groups again.")),
    Verb("system_tags", "t", "MLflow's tags", "Show MLflow's own tags too, or not.", At("compare")),
    Verb("mark_metrics", "m", "mark metrics", "Mark every metric shown here, for their curves, or take the marks away.", At("compare", 66)),
    Verb("drop", "minus", "drop", "Take the run of this column out of the comparison.", At("compare")),
    Verb("commits", "V", "git diff", "Show git diff of the baseline's commit and of this run's.", At("compare")),
    Verb("open_column", "o", "open run", "Open the run, or the version, of this column.", At("compare", was="compare.open")),
    Verb("rows", "d", "differences", "Go to what differs.", At("compare_views")),
    Verb("groups", "g", "groups", "Go to groups of these runs: mean and spread of each, and how they differ.", At("compare_views", 50), was="sets"),
    Verb("files", "f", "files", "Go to the files of the baseline and of the run here, and what differs in them.", At("compare_views", 52)),
    Verb("top_row", "ctrl+home", "top", "The first row; g goes to the groups here.", At("compare_views", was="compare_views.first_row")),
    Verb("add_run", "a", "add a run", "Add a run by its id, also one of another context: CONTEXT:ID.", At("compare_views", was="compare_views.add")),
    Verb(
        "export", "E", "export", "Write what is shown to a file, a row a row, or copy it.",
        At("list"),
        At("table"),
        At("compare", 58, help="Write the comparison to a file, or copy it.", was="compare_views.export"),
        At("compare_files", help="Write the differences in this file to a file, or copy them."),
        At("curves", 57, title="save chart", help="Write this chart as SVG, or its points as CSV."),
    ),
    Verb("group", "o", "group by", "Choose by what the runs are grouped.", At("compare_groups", 20)),
    Verb(
        "beside", "v", "side by side", "Show two texts beside each other, or one below the other.",
        At("compare_files", 35),
        At("prompt_diff", 30, help="Show two versions beside each other, or in one text."),
    ),
    Verb(
        "metric", "m", "metric", "Choose the metric.",
        At("compare_params", 20, help="Choose the metric that params are held against."),
        At("compare_plots", 25, help="Choose the metric that params are drawn against."),
        At("models", help="Choose the metric that models are shown and judged by."),
        At("sweep", 20, help="Choose the metric that ranks, and those of the Pareto front."),
    ),
    Verb(
        "sweep", "W", "sweep", "Rank the trials of this sweep live: at equal step, with their curves.",
        At("experiments"),
        At("run", help="Rank the child runs of this run live: at equal step, with their curves."),
    ),
    Verb("plot_kind", "v", "other plot", "Turn from parallel coordinates to a scatter plot, or back.", At("compare_plots", 20, was="compare_plots.kind")),
    Verb("next_param", "right,l", "next param", "The next param across.", At("compare_plots", 30)),
    Verb("previous_param", "left,h", "previous param", "The param before.", At("compare_plots")),
    Verb("next_run", "down,j", "next run", "Highlight the next run, best first.", At("compare_plots", 35, was="plots.next")),
    Verb("previous_run", "up,k", "previous run", "Highlight the run before.", At("compare_plots", was="plots.previous")),
    Verb("far_left", "shift+left,H", "far left", "Move the cursor a tenth of the chart to the left.", At("curves")),
    Verb("far_right", "shift+right", "far right", "Move the cursor a tenth of the chart to the right.", At("curves")),
    Verb(
        "first_point", "home,g", "first", "Move the cursor to the first point.",
        At("curves", was="curves.first"),
        At("images", help="The first step."),
    ),
    Verb(
        "last_point", "end,G", "last", "Move the cursor to the last point.",
        At("curves", was="curves.last"),
        At("images", help="The last step."),
    ),
    Verb(
        "next_curve", "n,down,j", "next curve", "Highlight the next line of the legend.",
        At("curves", 10, was="curves.next"),
        At("images", 20, title="next key", help="The images of the next key."),
    ),
    Verb(
        "previous_curve", "N,up,k", "previous curve", "Highlight the line of the legend before.",
        At("curves", was="curves.previous"),
        At("images", title="key before", help="The images of the key before."),
    ),
    Verb("alone", "enter", "alone", "Show the highlighted curve alone, or all of them.", At("curves", 20)),
    Verb("hide", "space", "hide", "Hide the highlighted curve, or show it again.", At("curves", 60)),
    Verb("log_scale", "L", "log", "Values on a log scale, or not.", At("curves", 30, was="curves.log")),
    Verb("smoother", "plus", "smoother", "Smooth more, by a debiased exponential average.", At("curves", 35)),
    Verb("rougher", "minus", "rougher", "Smooth less.", At("curves")),
    Verb("x_axis", "x", "x axis", "Along steps, time since the start, or the wall clock.", At("curves", 40, was="curves.axis")),
    Verb("zoom_in", "i", "zoom in", "Look closer, around the cursor.", At("curves", 50)),
    Verb("zoom_out", "o", "zoom out", "Look from further away.", At("curves")),
    Verb("zoom_all", "0", "everything", "Show everything from the first to the last point.", At("curves")),
    Verb("pan_left", "less_than_sign", "earlier", "Move what is zoomed into to the left.", At("curves")),
    Verb("pan_right", "greater_than_sign", "later", "Move what is zoomed into to the right.", At("curves")),
    Verb("together", "m", "one chart", "All metrics in one chart, or a chart for each.", At("curves", 55)),
    Verb("next_metrics", "right_square_bracket", "more metrics", "Turn to the charts of the metrics that follow.", At("curves", 12)),
    Verb("previous_metrics", "left_square_bracket", "metrics before", "Turn to the charts of the metrics before.", At("curves", 13)),
    Verb("all_points", "F", "all points", "Read every point of the highlighted curve; esc stops.", At("curves", 58, was="curves.whole")),
    Verb("curve_run", "P", "run", "Open the page of the highlighted run.", At("curves", was="curves.run")),
    Verb(
        "findings_only", "ctrl+z", "findings only", "Show only models in which a rule found something, with the reason.",
        At("models", 26, was="models.faults"),
        At("prompts", 26, help="Show only prompts in which a rule found something."),
        was="faults_only",
    ),
    Verb("catalog", "C", "catalog", "Show one catalog or one schema of Unity Catalog.", At("models", 28)),
    Verb("to_prompts", "P", "prompts", "Go to the prompts, which MLflow keeps among the models.", At("models", was="models.prompts")),
    Verb(
        "move_alias", "a", "move alias", "Move an alias to this version: what changes is shown first.",
        At("registry", 11, was="registry.move"),
        At("prompt", 11),
        writes=True,
    ),
    Verb(
        "diff", "d", "diff", "What differs between this version and the champion, or champion and challenger.",
        At("registry", 12),
        At("stores", 12, help="What differs between this context's champion and that of another."),
        At("prompt", 12, help="What differs between this version and that in production, word by word."),
    ),
    Verb(
        "ledger", "L", "ledger", "Everything written from this machine, this model's first.",
        At("registry", 14),
        At("prompt", 14, help="Everything written from this machine, this prompt's first."),
    ),
    Verb(
        "why", "f", "why", "What the rules of readiness found in this model, and what to do.",
        At("registry", 25, was="registry.faults"),
        At("prompt", 25, help="What the rules found in this prompt, and what to do."),
    ),
    Verb(
        "several_aliases", "A", "several", "Move several aliases in one plan, like champion=14 old=.",
        At("registry", was="registry.several"),
        At("prompt"),
        writes=True,
    ),
    Verb("swap", "W", "swap", "Exchange champion and challenger.", At("registry"), writes=True),
    Verb(
        "take_away", "minus", "take away", "Take an alias away from this version, or from those marked.",
        At("registry"),
        At("prompt"),
        writes=True,
    ),
    Verb(
        "copy_to", "p", "promote", "Copy this version to another model, with an alias and an endpoint in the same plan.",
        At("registry"),
        At("stores", 14, help="Copy the champion of this cell to another context, as a plan."),
        writes=True,
    ),
    Verb("endpoints", "V", "endpoints", "Show the endpoints that serve this model.", At("registry", was="registry.serving")),
    Verb(
        "model", "O", "model", "Open the page of this model.",
        At("registry", 40, was="registry.page"),
        At("serving", help="Open the page of the model that is served."),
    ),
    Verb(
        "run", "R", "source run", "Open the source run of this version.",
        At("registry"),
        At("serving", 50, title="run", help="Open the run that the version was made in."),
        At("evaluation", 40, title="run", help="Open the page of this evaluation run."),
        At("logged_models", 40, help="Open the run that logged this model."),
    ),
    Verb(
        "standing", "H", "who may", "Show who may do what with this, and what it depends on.",
        At("experiments", help="Show who may do what with this experiment, on Databricks."),
        At("registry", help="Show who may do what with this model, and what this version depends on, on Databricks."),
        At("serving", 45, title="health", help="Show the health of this endpoint, its events, settings and who may do what."),
    ),
    Verb("all_entries", "i", "all", "Show this model's entries, or everything.", At("ledger", 30, was="ledger.all")),
    Verb(
        "version", "V", "version", "Open the version that is served.",
        At("serving", 30),
        At("logged_models", 45, help="Open the version that was made of this model, or choose one of several."),
    ),
    Verb(
        "query", "Q", "ask it", "Send a request to this endpoint, which is shown before, and show the answer.",
        At("serving", 35),
        At("registry", help="Send a request to an endpoint that serves this version."),
    ),
    Verb("logs", "L", "logs", "Show the log of the model server, or that of the build.", At("serving", 40)),
    Verb("serve_alias", "a", "serve alias", "Serve the version that an alias says.", At("serving", 60, was="serving.align"), writes=True),
    Verb(
        "traffic", "t", "traffic", "Split the traffic in another way.",
        At("serving", 65),
        At("incident", 20, help="Split the traffic of an endpoint that serves this model."),
        writes=True,
    ),
    Verb(
        "incident", "exclamation_mark", "incident", "Who holds it, what changed, how it serves and fails since, and what to do.",
        At("registry", 16),
    ),
    Verb("proposals", "K", "proposals", "What agents have proposed of this model, with the evidence: confirm or refuse.", At("registry")),
    Verb("put_back", "b", "put back", "Point the alias to the version that held it before.", At("incident", 15), writes=True),
    Verb("jot", "n", "note", "Take a note of this incident, with its time.", At("incident", 30)),
    Verb("slowest", "right_square_bracket", "slowest", "Go to the span with the most time of its own; again, to the next.", At("spans", 20)),
    Verb("faster", "left_square_bracket", "slower one", "Go back to the span that took longer.", At("spans")),
    Verb("earlier", "comma", "earlier", "Move the line at which time is read off the bars to the left.", At("spans")),
    Verb("later", "full_stop", "later", "Move that line to the right.", At("spans")),
    Verb("fold_branch", "space", "fold branch", "Fold or unfold what is below this span.", At("spans", 45)),
    Verb("whole", "z", "whole text", "Open all of the text that this line is of.", At("span", 20)),
    Verb("period", "p", "period", "Compare another period with the one before it.", At("trace_groups", 20)),
    Verb("structure", "I", "group by", "Group the traces shown: by where they failed or were slow, session, user, version, tag.", At("traces", 40)),
    Verb("links", "L", "links", "Go to the run, model, version, prompt or session that this trace belongs to.", At("trace", 45)),
    Verb("assess", "e", "assess", "Say something of this trace, or of those marked: feedback, or what is expected.", At("trace", 38), writes=True),
    Verb("add_to_dataset", "A", "to dataset", "Add this trace, or those marked, to an evaluation dataset.", At("trace"), writes=True),
    Verb(
        "evaluation", "V", "evaluation", "Show what was evaluated: runs with what judges said, datasets, scorers.",
        At("experiments", help="Show what was evaluated in this experiment, or in those marked."),
        At("runs", help="Show what was evaluated in these experiments."),
        At("traces", 52, help="Show what was evaluated in these experiments."),
        At("evaluation_set", 15, title="its runs", help="Show the evaluation runs over this dataset."),
    ),
    Verb(
        "logged_models", "m", "logged models", "Show the models logged here.",
        At("experiments", help="Show the models logged in this experiment, or in those marked."),
        At("runs", help="Show the models logged in these experiments."),
    ),
    Verb("dataset", "d", "dataset", "Open the dataset that this evaluation run was made over.", At("evaluation", 35)),
    Verb(
        "its_traces", "B", "its traces", "Show the traces of this.",
        At("run", 57, help="Show the traces of this run."),
        At("logged_model", 30, help="Show the traces of this model."),
        At("logged_models", help="Show the traces of this model."),
        At("prompt", 45, help="Show the traces that used this version."),
        At("registry", 45, help="What its logged model's traces share since an alias points here, against those before."),
        At("evaluation", 20, help="Show the traces of this evaluation run, or of those marked together."),
        At("evaluation_set", 20, help="Show the traces of every run over this dataset."),
    ),
    Verb("accept", "enter", "keep", "Keep the filter and go back to the list.", At("bar", 10)),
    Verb("server", "ctrl+s", "ask the server", "Send the filter to the server, over all runs.", At("bar", 20)),
    Verb("clear", "escape", "clear", "Take the filter away.", At("bar", 30)),
    Verb("complete", "tab", "complete", "Complete the name or operator being typed.", At("bar", 40)),
)  # fmt: skip


def _at_each_place() -> Iterator[Action]:
    for verb in VERBS:
        for at in verb.scopes:
            yield Action(
                f"{at.place}.{verb.name}",
                verb.name,
                at.place,
                verb.keys,
                at.title or verb.title,
                at.help or verb.help,
                at.hint,
                verb.writes,
                verb.takes,
                verb.command,
                at.was,
                verb.was,
            )


ACTIONS: tuple[Action, ...] = tuple(_at_each_place())
BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

_SHOWN = {
    "slash": "/", "colon": ":", "question_mark": "?", "at": "@", "less_than_sign": "<", "greater_than_sign": ">",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "left_square_bracket": "[", "right_square_bracket": "]",
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "semicolon": ";", "comma": ",", "full_stop": ".", "minus": "-", "plus": "+", "underscore": "_", "exclamation_mark": "!", "asterisk": "*", "apostrophe": "'",
}  # fmt: skip


def show_key(key: str) -> str:
    """A Textual key name as people write it: ``slash`` is ``/``."""
    return _SHOWN.get(key, key)


def show_keys(keys: str) -> str:
    """Comma-separated Textual key names as people write them, parted by spaces."""
    return " ".join(show_key(key.strip()) for key in keys.split(",") if key.strip())


def configured_keys(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys of an action under a person's keymap (action id → Textual key names)."""
    return keymap.get(action.id, action.keys)


_keymap: ContextVar[Mapping[str, str]] = ContextVar("keymap", default=MappingProxyType({}))


def use_keymap(keymap: Mapping[str, str]) -> None:
    """From here on, words that name a key name it as this person has it."""
    _keymap.set(keymap)


def key_of(action_id: str) -> str:
    """The key of an action as people write it, for words that name one; its command where it has been left without."""
    action = BY_ID[action_id]
    return (
        show_key(configured_keys(action, _keymap.get()).partition(",")[0].strip())
        or f":{action.command or action.verb}"
    )


def with_keys(text: str) -> str:
    """A text in which ``{runs.load_all}`` stands for the key of that action; other braces stay."""
    return _NAMED_ACTION.sub(lambda found: key_of(found[1]) if found[1] in BY_ID else found[0], text)


_NAMED_ACTION = re.compile(r"\{(\w+\.\w+)\}")


def actions_at(place: str) -> tuple[Action, ...]:
    """What can be done in a place."""
    return tuple(action for action in ACTIONS if action.where == place)


def verbs_at(place: str) -> frozenset[str]:
    """The verbs that hold in a place."""
    return frozenset(action.verb for action in actions_at(place))


def bindings(place: str) -> list[Binding]:
    """Textual bindings for one place, with ids, so that Textual's own keymap can move them."""
    from textual.binding import Binding

    return [
        Binding(action.keys, action.verb, action.title, id=action.id, show=False, tooltip=action.help)
        for action in actions_at(place)
        if action.keys
    ]


@cache
def action_of(owner: type, verb: str) -> Action | None:
    """The action that a class of widget binds under a verb; None where the verb is not of this registry."""
    for base in owner.__mro__:
        for binding in base.__dict__.get("BINDINGS", ()):
            if getattr(binding, "action", "") == verb and binding.id in BY_ID:
                return BY_ID[binding.id]
    return None


def key_table(places: Iterable[str] = tuple(PLACES)) -> list[tuple[str, tuple[Action, ...]]]:
    """Actions by place, in the order of ``PLACES``: pairs of the place's title and its actions."""
    return [(PLACES[place], actions_at(place)) for place in places]
