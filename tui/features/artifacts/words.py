"""What is said of a folder or a logged model where a file's preview would stand, and code to copy."""

from __future__ import annotations

from textual.content import Content

from tui.domain.artifact_tree import ArtifactNode, ArtifactTree
from tui.domain.preview.tree import Literal, Pairs, tree_of
from tui.domain.preview.values import TreeBody
from tui.domain.quantities import ago, count, size, stamp
from tui.domain.runs.tables import told_apart
from tui.domain.text import clean, named
from tui.services.clock import Clock
from tui.services.copies import shown_uri


def _lines(title: str, said: str, pairs: list[tuple[str, str]], hint: str) -> Content:
    """A title, what it is, names with values under each other, and the next step."""
    name_cells = max((len(name) for name, _ in pairs), default=0)
    lines = [Content.assemble((title, "bold"), (f"  {said}", "$muted")), Content("")]
    lines += [Content.assemble((f"{name:<{name_cells}}  ", "$muted"), value) for name, value in pairs if value]
    lines += [Content(""), Content.assemble((hint, "$muted"))]
    return Content("\n").join(lines)


def folder_words(node: ArtifactNode, tree: ArtifactTree | None) -> Content:
    """A folder: how much of it is known, and what to do with it."""
    children = node.children
    pairs: list[tuple[str, str]] = []
    if children is not None:
        folders = sum(1 for child in children if child.is_folder)
        known = [child.entry.size for child in children if child.entry.size is not None]
        pairs = [
            ("files", count(len(children) - folders)),
            ("folders", count(folders)),
            ("size", f"{size(sum(known))}, without what is in folders" if folders else size(sum(known))),
        ]
    if tree is not None and node is tree.top:
        return _lines("Artifacts", "", [], clean(node.note))
    hint = "enter folds or unfolds it · D downloads all of it"
    return _lines(node.title, "folder", [("path", clean(node.entry.path)), *pairs], hint)


def model_tree(node: ArtifactNode, clock: Clock) -> tuple[Content, TreeBody]:
    """A logged model: what stands above, and what MLflow keeps of it beside its files."""
    model = node.model
    assert model is not None
    made = ""
    if model.created_ms is not None:
        made = f"{stamp(model.created_ms, clock.zone)}  ({ago(model.created_ms, clock.now_ms())})"
    about = [
        ("model id", model.model_id),
        ("status", model.status.lower()),
        ("created", made),
        ("type", model.model_type),
        ("URI", model.root.uri()),
    ]
    top = Pairs((name, Literal(said)) for name, said in about if said)
    tags = {name: value for name, value in model.tags.items() if not name.startswith("mlflow.")}
    kept: list[tuple[str, object]] = [("metrics", Pairs(told_apart(model))), ("params", model.params), ("tags", tags)]
    top += [(name, values) for name, values in kept if values]
    heading = Content("\n").join(
        [
            Content.assemble((named(model.name) or clean(model.model_id), "bold"), ("  logged model", "$muted")),
            Content.assemble(("enter lists its files, MLmodel among them · D downloads all of it", "$muted")),
        ]
    )
    return heading, tree_of(top)[0]


def python_words(tracking_uri: str, node: ArtifactNode) -> str:
    """Python that brings the same file or folder."""
    return (
        f"import mlflow\nmlflow.set_tracking_uri({shown_uri(tracking_uri)!r})\n"
        f"path = mlflow.artifacts.download_artifacts({node.root.uri(node.entry.path)!r}, dst_path='.')\n"
    )
