"""The registry of actions: what a person can do, by which keys, where, and whether it writes.

Bindings, the hint line, the palette and ``:`` commands, the ``?`` help, the README's table and a person's own
keymap are all made from ``ACTIONS``. Ids are stable; keys can be remapped by id in the configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.binding import Binding


@dataclass(frozen=True)
class Action:
    """One thing that can be done. ``keys`` are Textual key names, comma-separated."""

    id: str
    keys: str
    title: str  # one or two words, for the hint line
    help: str  # one sentence, for the help and the README
    where: str  # one of PLACES
    hint: int = 0  # rank in the hint line, smaller first; 0 is never hinted
    writes: bool = False
    dangerous: bool = False

    @property
    def method(self) -> str:
        """The Textual action that a binding runs: ``action_<this>`` on the widget that owns the place."""
        return self.id.replace(".", "_")


PLACES: Mapping[str, str] = {
    "app": "Everywhere",
    "grid": "In a list",
    "experiments": "Experiments",
    "runs": "Runs",
    "details": "Details of a run",
    "run": "A run's page",
    "artifact_tree": "Tree of artifacts",
    "artifacts": "Artifacts",
    "logged_model": "A logged model's page",
    "preview": "Preview of an artifact",
    "compare": "Comparing runs or versions",
    "compare_views": "Every view of a comparison",
    "compare_sets": "Sets of the runs compared",
    "compare_files": "Files of two runs compared",
    "compare_params": "Which params matter",
    "compare_plots": "Plots of the runs compared",
    "curves": "Curves",
    "models": "Models",
    "versions": "Versions of a model",
    "registry": "A model or a version",
    "facts": "Facts of a model or a version",
    "ledger": "Ledger",
    "serving": "Serving",
    "serving_list": "Serving endpoints",
    "bar": "In the filter bar",
    "requests": "Log of requests",
}

ACTIONS: tuple[Action, ...] = (
    # everywhere
    Action("app.browse", "1", "experiments", "Go to experiments and runs.", "app"),
    Action("app.models", "2", "models", "Go to the registered models.", "app"),
    Action("app.serving", "3", "serving", "Go to the serving endpoints, on Databricks.", "app"),
    Action("app.next_pane", "tab", "next pane", "Go to the next pane.", "app"),
    Action("app.previous_pane", "shift+tab", "previous pane", "Go to the previous pane.", "app"),
    Action("app.back", "escape", "back", "Stop what is loading, leave the filter, or go back one step.", "app"),
    Action("app.command", "colon,ctrl+p", "command", "Run a command by its name.", "app", hint=80),
    Action("app.help", "question_mark,f1", "help", "Show the keys that work here.", "app", hint=90),
    Action("app.requests", "at", "requests", "Show the log of requests made.", "app"),
    Action("app.zoom", "z", "zoom", "Give the pane the whole screen, or give it back.", "app"),
    Action("app.refresh", "r", "refresh", "Read again from the server.", "app", hint=70),
    Action("app.redraw", "ctrl+l", "draw anew", "Draw the whole screen anew, when something else has written over it.", "app"),
    Action("app.watch", "w", "watch", "Refresh by itself every few seconds, or stop.", "app"),
    Action("app.copy", "y", "copy", "Copy the value under the cursor to the terminal's clipboard.", "app"),
    Action("app.copy_as", "Y", "copy as", "Choose what to copy: id, URI, link, Python or curl.", "app"),
    Action("app.times", "ctrl+t", "times", "Show times as ages or as dates.", "app"),
    Action("app.quit", "q", "quit", "Leave this page; from the top, quit.", "app", hint=95),
    # in a list
    Action("grid.up", "up,k", "up", "One row up.", "grid"),
    Action("grid.down", "down,j", "down", "One row down.", "grid"),
    Action("grid.left", "left,h", "left", "One column to the left.", "grid"),
    Action("grid.right", "right,l", "right", "One column to the right.", "grid"),
    Action("grid.page_up", "pageup,ctrl+b", "page up", "One page up.", "grid"),
    Action("grid.page_down", "pagedown,ctrl+f", "page down", "One page down.", "grid"),
    Action("grid.half_up", "ctrl+u", "half page up", "Half a page up.", "grid"),
    Action("grid.half_down", "ctrl+d", "half page down", "Half a page down.", "grid"),
    Action("grid.first_row", "g,ctrl+home", "top", "The first row.", "grid"),
    Action("grid.last_row", "G,ctrl+end", "end", "The last row; of runs, loads the rest first.", "grid"),
    Action("grid.first_column", "home", "first column", "The first column.", "grid"),
    Action("grid.last_column", "end", "last column", "The last column.", "grid"),
    Action("grid.open", "enter", "open", "Open what is under the cursor.", "grid", hint=10),
    Action("grid.mark", "space", "mark", "Mark this row, or take its mark away.", "grid", hint=30),
    Action("grid.mark_range", "v", "mark a range", "Begin a range of marks here; again to end it.", "grid"),
    Action("grid.leave_range", "escape", "leave the range", "Leave the range of marks that was begun.", "grid"),
    Action("grid.narrower", "less_than_sign", "narrower", "Make this column narrower.", "grid"),
    Action("grid.wider", "greater_than_sign", "wider", "Make this column wider.", "grid"),
    Action("grid.move_left", "left_curly_bracket", "move left", "Move this column to the left.", "grid"),
    Action("grid.move_right", "right_curly_bracket", "move right", "Move this column to the right.", "grid"),
    # experiments
    Action("experiments.filter", "slash", "filter", "Filter experiments by name, at each key.", "experiments", hint=20),
    Action("experiments.fold", "f", "fold", "Fold or unfold this folder.", "experiments", hint=40),
    Action("experiments.fold_all", "F", "fold all", "Fold or unfold every folder.", "experiments"),
    Action("experiments.tree", "T", "tree or list", "Show folders by the / in names, or one list.", "experiments"),
    Action("experiments.lifecycle", "i", "deleted", "Show active, deleted or all experiments.", "experiments", hint=50),
    Action("experiments.note", "e", "about", "Show this experiment's note, tags and facts; e there edits the note.", "experiments", hint=60),
    Action("experiments.everywhere", "full_stop", "everywhere", "Go on: your own folder, every experiment, and on Databricks the shared and repo ones.", "experiments"),
    Action("experiments.sort", "s", "sort", "Sort by name or by last update.", "experiments"),
    Action("experiments.create", "C", "create", "Create an experiment.", "experiments", hint=82, writes=True),
    Action("experiments.tags", "t", "tags", "Add, change or take away tags of this experiment, or of those marked.", "experiments", hint=84, writes=True),
    Action("experiments.rename", "M", "rename", "Rename this experiment.", "experiments", hint=86, writes=True),
    Action("experiments.delete", "X,delete", "delete", "Delete this experiment or those marked; a deleted one is restored.", "experiments", hint=88, writes=True, dangerous=True),
    Action("experiments.undo", "u", "take back", "Take back what was last written: restore what was deleted.", "experiments", hint=61, writes=True),
    # runs
    Action("runs.filter", "slash", "filter", "Filter the loaded runs, at each key.", "runs", hint=20),
    Action("runs.unmark", "U", "unmark all", "Take every mark away.", "runs"),
    Action("runs.sort", "s", "sort", "Sort by this column; again to turn round, and again to stop.", "runs", hint=40),
    Action("runs.sort_by", "S", "sort by", "Choose what to sort by, several columns at once.", "runs"),
    Action("runs.columns", "o", "columns", "Choose and order the columns.", "runs", hint=50),
    Action("runs.constants", "x", "varying only", "Fold columns in which nothing differs, or not.", "runs", hint=60),
    Action("runs.fold", "f", "fold", "Fold or unfold the children of this run.", "runs"),
    Action("runs.fold_all", "F", "fold all", "Fold or unfold every parent.", "runs"),
    Action("runs.tree", "T", "tree or list", "Show child runs under their parents, or one list.", "runs"),
    Action("runs.lifecycle", "i", "deleted", "Show active, deleted or all runs.", "runs"),
    Action("runs.load_all", "ctrl+e", "load all", "Load every run of these experiments; esc stops.", "runs"),
    Action("runs.compare", "c", "compare", "Compare the marked runs; one marked: with the one here; none: this one with the next.", "runs", hint=35),
    Action("runs.curves", "p", "curves", "Draw the metric of this column, or a chosen one, of the marked runs or this one.", "runs", hint=45),
    Action("runs.matter", "I", "which matter", "Rank params by how they go with this column's metric, over all filtered runs.", "runs", hint=74),
    Action("runs.plots", "P", "plots", "Plot params against this column's metric, over all filtered runs.", "runs", hint=76),
    Action("runs.next_match", "n", "next mark", "Go to the next marked run.", "runs"),
    Action("runs.previous_match", "N", "previous mark", "Go to the previous marked run.", "runs"),
    Action("runs.tags", "t", "tags", "Add, change or take away tags of this run, or of those marked.", "runs", hint=82, writes=True),
    Action("runs.note", "e", "note", "Edit this run's note, here or in $EDITOR.", "runs", hint=84, writes=True),
    Action("runs.rename", "M", "rename", "Rename this run.", "runs", hint=86, writes=True),
    Action("runs.delete", "X,delete", "delete", "Delete this run or those marked; among the deleted, restore.", "runs", hint=88, writes=True, dangerous=True),
    Action("runs.undo", "u", "take back", "Take back what was last written: restore what was deleted.", "runs", hint=61, writes=True),
    # details
    Action("details.next_tab", "right_square_bracket", "next tab", "The next tab.", "details", hint=20),
    Action("details.previous_tab", "left_square_bracket", "previous tab", "The tab before.", "details"),
    Action("details.filter", "slash", "filter", "Filter the names and values shown.", "details", hint=40),
    Action("details.tree", "T", "tree or list", "Show params as a tree by the . and / in their names, or one list.", "details", hint=58),
    Action("details.fold", "f", "fold", "Fold or unfold this folder of params.", "details", hint=59),
    Action("details.fold_all", "F", "fold all", "Fold or unfold every folder of params.", "details"),
    # a run's page
    Action("run.parent", "P", "parent", "Open the parent run.", "run", hint=30),
    Action("run.children", "C", "children", "Open a child run, chosen from a list.", "run", hint=40),
    Action("run.tags", "t", "tags", "Add, change or take away tags.", "run", hint=82, writes=True),
    Action("run.note", "e", "note", "Edit the note, here or in $EDITOR.", "run", hint=84, writes=True),
    Action("run.rename", "M", "rename", "Rename this run.", "run", hint=86, writes=True),
    Action("run.delete", "X,delete", "delete", "Delete this run, or restore it where it is deleted.", "run", hint=88, writes=True, dangerous=True),
    Action("run.undo", "u", "take back", "Take back what was last written: restore what was deleted.", "run", hint=48, writes=True),
    Action("run.register", "R", "register", "Register a model of this run as a version.", "run", hint=55, writes=True),
    Action("run.artifacts", "A", "artifacts", "Open the run's artifacts on a page of their own.", "run", hint=45),
    # artifacts
    Action("artifact_tree.filter", "slash", "filter", "Filter what has been read by words in paths.", "artifact_tree", hint=20),
    Action("artifact_tree.fold_all", "F", "fold all", "Fold every folder.", "artifact_tree"),
    Action("artifact_tree.register", "R", "register", "Register this model: a folder with an MLmodel file, or a logged model.", "artifact_tree", hint=55, writes=True),
    Action("logged_model.register", "R", "register", "Register this model as a version.", "logged_model", hint=55, writes=True),
    Action("artifacts.download", "D", "download", "Download this file or folder.", "artifacts", hint=30),
    Action("artifacts.to_preview", "tab", "preview", "Go to the preview.", "artifacts", hint=35),
    Action("artifacts.to_tree", "shift+tab", "tree", "Go back to the tree.", "artifacts"),
    Action("artifacts.more", "m", "read more", "Read more of this file, or let all of it travel.", "artifacts", hint=40),
    Action("artifacts.view_as", "v", "view as", "Show this file by what it is, as text, or as bytes.", "artifacts", hint=50),
    Action("artifacts.next_match", "n", "next match", "Go to the next place that was searched for.", "artifacts", hint=25),
    Action("artifacts.previous_match", "N", "previous match", "Go to the place before.", "artifacts"),
    Action("preview.search", "slash", "search", "Search what is shown of this file.", "preview", hint=20),
    Action("preview.fold_all", "F", "fold all", "Fold or unfold everything in it.", "preview", hint=55),
    # comparing runs
    Action("compare.differences", "x", "differing only", "Show only what differs, or all rows.", "compare", hint=20),
    Action("compare.baseline", "b", "baseline", "Compare with the run or version of this column.", "compare", hint=25),
    Action("compare.next_difference", "n", "next difference", "Go to the next row in which something differs.", "compare", hint=35),
    Action("compare.previous_difference", "N", "difference up", "Go to the row before in which something differs.", "compare"),
    Action("compare.sort", "s", "sort", "Sort rows by name, by change from the baseline, or by spread.", "compare", hint=40),
    Action("compare.filter", "slash", "filter", "Filter the rows by words in names and values.", "compare", hint=45),
    Action("compare.fold", "Z", "fold", "Fold or unfold this group of rows; enter on its heading does it too.", "compare", hint=60),
    Action("compare.fold_all", "F", "fold all", "Fold or unfold every group.", "compare"),
    Action("compare.flip", "T", "flip", "Make runs the rows, or the columns again.", "compare", hint=65),
    Action("compare.system_tags", "t", "MLflow's tags", "Show MLflow's own tags too, or not.", "compare"),
    Action("compare.mark_metrics", "m", "mark metrics", "Mark every metric shown here, for their curves, or take the marks away.", "compare", hint=66),
    Action("compare.drop", "minus", "drop", "Take the run of this column out of the comparison.", "compare"),
    Action("compare.commits", "V", "git diff", "Show git diff of the baseline's commit and of this run's.", "compare"),
    Action("compare.open", "o", "open run", "Open the run, or the version, of this column.", "compare"),
    Action("compare_views.rows", "d", "differences", "Go to what differs.", "compare_views"),
    Action("compare_views.sets", "g", "sets", "Go to sets of these runs: mean and spread of each, and how they differ.", "compare_views", hint=50),
    Action("compare_views.params", "i", "which matter", "Go to which params matter for a metric.", "compare_views", hint=55),
    Action("compare_views.plots", "p", "plots", "Go to plots of params against a metric.", "compare_views", hint=56),
    Action("compare_views.files", "f", "files", "Go to the files of the baseline and of the run here, and what differs in them.", "compare_views", hint=52),
    Action("compare_views.curves", "c", "curves", "Open the curves of the metrics marked, or of the one here, over all these runs.", "compare_views", hint=57),
    Action("compare_views.first_row", "ctrl+home", "top", "The first row; g goes to the sets here.", "compare_views"),
    Action("compare_views.add", "a", "add a run", "Add a run by its id, also one of another context: CONTEXT:ID.", "compare_views"),
    Action("compare_views.export", "E", "export", "Write the comparison to a file, or copy it.", "compare_views", hint=58),
    Action("compare_sets.group", "o", "group by", "Choose by what the runs are grouped.", "compare_sets", hint=20),
    Action("compare_sets.baseline", "b", "baseline", "Compare with the set of this column.", "compare_sets", hint=25),
    Action("compare_sets.filter", "slash", "filter", "Filter the metrics.", "compare_sets", hint=30),
    Action("compare_files.differences", "x", "differing only", "Show only what differs, or everything.", "compare_files", hint=20),
    Action("compare_files.next", "n", "next difference", "Go to the next file, line or row that differs.", "compare_files", hint=25),
    Action("compare_files.previous", "N", "difference up", "Go to the difference before.", "compare_files"),
    Action("compare_files.filter", "slash", "filter", "Filter the files by words in their paths.", "compare_files", hint=30),
    Action("compare_files.more", "m", "let them travel", "Let two large files travel, and compare them.", "compare_files", hint=15),
    Action("compare_files.beside", "v", "side by side", "Show two texts beside each other, or one below the other.", "compare_files", hint=35),
    Action("compare_params.metric", "m", "metric", "Choose the metric that params are held against.", "compare_params", hint=20),
    Action("compare_plots.kind", "v", "other plot", "Turn from parallel coordinates to a scatter plot, or back.", "compare_plots", hint=20),
    Action("compare_plots.metric", "m", "metric", "Choose the metric that params are drawn against.", "compare_plots", hint=25),
    Action("compare_plots.next_param", "right,l", "next param", "The next param across.", "compare_plots", hint=30),
    Action("compare_plots.previous_param", "left,h", "previous param", "The param before.", "compare_plots"),
    Action("compare_plots.next_run", "down,j", "next run", "Highlight the next run, best first.", "compare_plots", hint=35),
    Action("compare_plots.previous_run", "up,k", "previous run", "Highlight the run before.", "compare_plots"),
    Action("compare_plots.open", "enter", "open", "Open the highlighted run.", "compare_plots", hint=10),
    # curves
    Action("curves.left", "left,h", "read off", "Move the cursor to the left; the legend reads off values there.", "curves", hint=15),
    Action("curves.right", "right,l", "right", "Move the cursor to the right.", "curves"),
    Action("curves.far_left", "shift+left,H", "far left", "Move the cursor a tenth of the chart to the left.", "curves"),
    Action("curves.far_right", "shift+right", "far right", "Move the cursor a tenth of the chart to the right.", "curves"),
    Action("curves.first", "home,g", "first", "Move the cursor to the first point.", "curves"),
    Action("curves.last", "end,G", "last", "Move the cursor to the last point.", "curves"),
    Action("curves.next", "n,down,j", "next curve", "Highlight the next line of the legend.", "curves", hint=10),
    Action("curves.previous", "N,up,k", "previous curve", "Highlight the line of the legend before.", "curves"),
    Action("curves.alone", "enter", "alone", "Show the highlighted curve alone, or all of them.", "curves", hint=20),
    Action("curves.hide", "space", "hide", "Hide the highlighted curve, or show it again.", "curves", hint=60),
    Action("curves.log", "L", "log", "Values on a log scale, or not.", "curves", hint=30),
    Action("curves.smoother", "plus", "smoother", "Smooth more, by a debiased exponential average.", "curves", hint=35),
    Action("curves.rougher", "minus", "rougher", "Smooth less.", "curves"),
    Action("curves.axis", "X", "x axis", "Along steps, time since the start, or the wall clock.", "curves", hint=40),
    Action("curves.zoom_in", "i", "zoom in", "Look closer, around the cursor.", "curves", hint=50),
    Action("curves.zoom_out", "o", "zoom out", "Look from further away.", "curves"),
    Action("curves.zoom_all", "0", "everything", "Show everything from the first to the last point.", "curves"),
    Action("curves.pan_left", "less_than_sign", "earlier", "Move what is zoomed into to the left.", "curves"),
    Action("curves.pan_right", "greater_than_sign", "later", "Move what is zoomed into to the right.", "curves"),
    Action("curves.together", "m", "one chart", "All metrics in one chart, or a chart for each.", "curves", hint=55),
    Action("curves.next_metrics", "right_square_bracket", "more metrics", "Turn to the charts of the metrics that follow.", "curves", hint=12),
    Action("curves.previous_metrics", "left_square_bracket", "metrics before", "Turn to the charts of the metrics before.", "curves", hint=13),
    Action("curves.whole", "F", "all points", "Read every point of the highlighted curve; esc stops.", "curves", hint=58),
    Action("curves.run", "P", "run", "Open the page of the highlighted run.", "curves"),
    # models
    Action("models.filter", "slash", "filter", "Filter the loaded models, at each key.", "models", hint=30),
    Action("models.faults", "ctrl+z", "faults only", "Show only models in which a rule found a fault, with the reason.", "models", hint=26),
    Action("models.sort", "s", "sort", "Sort by this column; again to turn round.", "models"),
    Action("models.columns", "o", "columns", "Choose and order the columns.", "models"),
    Action("models.metric", "m", "metric", "Choose the metric that models are shown and judged by.", "models"),
    Action("models.catalog", "C", "catalog", "Show one catalog or one schema of Unity Catalog.", "models", hint=28),
    Action("models.prompts", "P", "prompts", "Show prompts, which MLflow keeps among the models, or models.", "models"),
    Action("models.load_all", "ctrl+e", "load all", "Load every model.", "models"),
    Action("models.create", "plus", "create", "Create a registered model.", "models", writes=True),
    # versions
    Action("versions.filter", "slash", "filter", "Filter the loaded versions, at each key.", "versions", hint=30),
    Action("versions.sort", "s", "sort", "Sort by this column; again to turn round.", "versions"),
    Action("versions.columns", "o", "columns", "Choose and order the columns.", "versions"),
    Action("versions.load_all", "ctrl+e", "load all", "Load every version.", "versions"),
    # a model or a version
    Action("registry.move", "a", "move alias", "Move an alias to this version: what changes is shown first.", "registry", hint=11, writes=True, dangerous=True),
    Action("registry.diff", "d", "diff", "What differs between this version and the champion, or champion and challenger.", "registry", hint=12),
    Action("registry.undo", "u", "undo", "Undo the last move of this model's aliases, if nobody has moved them since.", "registry", hint=13, writes=True, dangerous=True),
    Action("registry.ledger", "L", "ledger", "Everything written from this machine, this model's first.", "registry", hint=14),
    Action("registry.faults", "f", "why", "What the rules of readiness found in this model, and what to do.", "registry", hint=25),
    Action("registry.several", "A", "several", "Move several aliases in one plan, like champion=14 old=.", "registry", writes=True, dangerous=True),
    Action("registry.swap", "X", "swap", "Exchange champion and challenger.", "registry", writes=True, dangerous=True),
    Action("registry.take_away", "minus", "take away", "Take an alias away from this version, or from those marked.", "registry", writes=True, dangerous=True),
    Action("registry.describe", "e", "describe", "Edit the description.", "registry", writes=True),
    Action("registry.tags", "t", "tags", "Set, change or take away a tag, of all that are marked at once.", "registry", writes=True),
    Action("registry.copy_to", "p", "promote", "Copy this version to another model.", "registry", writes=True),
    Action("registry.rename", "E", "rename", "Rename this model.", "registry", writes=True),
    Action("registry.delete", "delete,ctrl+x", "delete", "Delete this version or model, or those marked; the name or number is typed first.", "registry", writes=True, dangerous=True),
    Action("registry.serving", "V", "endpoints", "Show the endpoints that serve this model.", "registry"),
    Action("registry.page", "M", "model", "Open the page of this model.", "registry", hint=40),
    Action("registry.run", "R", "source run", "Open the source run of this version.", "registry"),
    # facts
    Action("facts.next_tab", "right_square_bracket", "next tab", "The next tab.", "facts", hint=20),
    Action("facts.previous_tab", "left_square_bracket", "previous tab", "The tab before.", "facts"),
    Action("facts.filter", "slash", "filter", "Filter the names and values shown.", "facts", hint=45),
    # the ledger
    Action("ledger.filter", "slash", "filter", "Filter the entries shown.", "ledger", hint=20),
    Action("ledger.all", "i", "all", "Show this model's entries, or everything.", "ledger", hint=30),
    # serving
    Action("serving.version", "V", "version", "Open the version that is served.", "serving", hint=30),
    Action("serving.model", "M", "model", "Open the page of the model that is served.", "serving"),
    Action("serving.run", "R", "run", "Open the run that the version was made in.", "serving", hint=50),
    Action("serving.logs", "L", "logs", "Show the log of the model server, or that of the build.", "serving", hint=40),
    Action("serving.align", "a", "serve alias", "Serve the version that an alias says.", "serving", hint=60, writes=True),
    Action("serving.traffic", "t", "traffic", "Split the traffic in another way.", "serving", hint=65, writes=True),
    Action("serving.undo", "u", "undo", "Take back the last change of this endpoint made here.", "serving", writes=True),
    Action("serving_list.filter", "slash", "filter", "Filter the endpoints, at each key.", "serving_list", hint=20),
    # the filter bar
    Action("bar.accept", "enter", "keep", "Keep the filter and go back to the list.", "bar", hint=10),
    Action("bar.server", "ctrl+s", "ask the server", "Send the filter to the server, over all runs.", "bar", hint=20),
    Action("bar.clear", "escape", "clear", "Take the filter away.", "bar", hint=30),
    Action("bar.complete", "tab", "complete", "Complete the name or operator being typed.", "bar", hint=40),
    # the log of requests
    Action("requests.filter", "slash", "filter", "Filter the requests shown.", "requests", hint=20),
)  # fmt: skip

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}

_SHOWN = {
    "slash": "/", "colon": ":", "question_mark": "?", "at": "@", "less_than_sign": "<", "greater_than_sign": ">",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "left_square_bracket": "[", "right_square_bracket": "]",
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "comma": ",", "full_stop": ".", "minus": "-", "plus": "+", "underscore": "_", "exclamation_mark": "!",
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


def bindings(where: str) -> list[Binding]:
    """Textual bindings for one place, with ids, so that Textual's own keymap can move them."""
    from textual.binding import Binding

    return [
        Binding(action.keys, action.method, action.title, id=action.id, show=False, tooltip=action.help)
        for action in ACTIONS
        if action.where == where
    ]


def key_table(keymap: Mapping[str, str], places: Iterable[str] = tuple(PLACES)) -> list[tuple[str, list[Action]]]:
    """Actions by place, in the order of ``PLACES``: pairs of the place's title and its actions."""
    return [(PLACES[place], [a for a in ACTIONS if a.where == place]) for place in places]
