"""``mlflow-deck completion``: what a shell offers while a command is typed; names are asked of the context itself."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.services.session import Session

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_MLFLOW_DECK_COMPLETE"
"""Set by a shell that asks what could come next."""

_PLAIN = re.compile(r"[\w./@:+-]+\Z")
PATIENCE = "MLFLOW_DECK_COMPLETE_SECONDS"
"""Names how long a shell may wait for names of experiments and models; 3 where it is not set."""

_WAIT_S = 3.0
_MOST = 200


_BASH = """\
_mlflow_deck_completion() {
    local line="${COMP_LINE:0:COMP_POINT}" type value word typed=""
    # Bash takes a word apart at : @ and =, and replaces only what is behind the last of them, an @ with it.
    word="${line##*[[:space:]]}"
    [[ $word == *[\\"\\']* ]] || typed="${word%%"${word##*["$COMP_WORDBREAKS"]}"}"
    typed="${typed%%@}"
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${value#"$typed"}") ;;
        esac
    done < <(COMP_WORDS="$line" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F _mlflow_deck_completion %(prog_name)s
"""


class _WithWholeWords(ShellComplete):
    """Completion that keeps the name of an option before ``=``, which a shell would replace with its value."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        option, equals, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if equals and option.startswith("-"):
            for item in found:
                if item.type == "plain" and not item.value.startswith(option):
                    item.value = f"{option}={item.value}"
        return found


class _Bash(_WithWholeWords, BashComplete):
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_WORDS", "")
        words = split_arg_string(line)[1:]
        return (words, "") if line[-1:].isspace() or not words else (words[:-1], words[-1])


class _Zsh(_WithWholeWords, ZshComplete):
    pass


class _Fish(_WithWholeWords, FishComplete):
    # What an offer is may hold commas of its own.
    source_template = FishComplete.source_template.replace('split ","', 'split --max 1 ","')


for _shell in (_Bash, _Zsh, _Fish):
    add_completion_class(_shell)


def script(program: click.Command, shell: str) -> str:
    """What a shell sources so that it completes the command."""
    made = get_completion_class(shell)
    assert made is not None  # one of SHELLS
    return made(program, {}, "mlflow-deck", VARIABLE).source_template % {
        "complete_func": "_mlflow_deck_completion",
        "complete_var": VARIABLE,
        "prog_name": "mlflow-deck",
    }


def contexts(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The contexts of the configuration file."""

    def names() -> Iterator[str]:
        from tui.app.start import settings_of

        yield from settings_of(_given(ctx))[0].contexts

    return _offered(names, incomplete)


def experiments(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of experiments of the context that the words before say."""
    from tui.console.runs import every_experiment

    return _offered(lambda: _asked(ctx, lambda session: (one.name for one in every_experiment(session))), incomplete)


def models(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of registered models; after ``NAME@`` the aliases of that model."""
    from tui.console.models import every_model

    prefix = "models:/" if incomplete.startswith("models:/") else ""
    name, at, _ = incomplete.removeprefix(prefix).partition("@")

    def names(session: Session) -> Iterator[str]:
        if at:
            yield from (f"{prefix}{name}@{alias}" for alias in sorted(session.registry.get_model(name).aliases))
            return
        yield from (f"{prefix}{model.name}" for page in every_model(session) for model in page)

    return _offered(lambda: _asked(ctx, names), incomplete)


def commands(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The commands of the program, and of a group what it has."""
    group: Any = ctx.find_root().command
    for word in ctx.params.get("words") or ():
        group = group.commands.get(word) if isinstance(group, click.Group) else None
    return _offered(lambda: iter(group.commands if isinstance(group, click.Group) else ()), incomplete)


def _offered(names: Callable[[], Iterator[str]], incomplete: str) -> list[CompletionItem]:
    """The names that begin so; none that a shell would take for more than a name, and none where they cannot be had."""
    found: list[str] = []

    def look() -> None:
        try:
            for name in names():
                if name.startswith(incomplete) and _PLAIN.match(name) and clean(name) == name:
                    found.append(name)
                if len(found) >= _MOST:
                    return
        except Exception:  # a shell that asks is told nothing of troubles
            return

    # A server that does not answer must not hold the shell.
    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    said = os.environ.get(PATIENCE, "")
    looking.join(float(said) if said.isdecimal() else _WAIT_S)
    return [CompletionItem(name) for name in tuple(found)]


def _asked(ctx: click.Context, names: Callable[[Session], Iterator[str]]) -> Iterator[str]:
    from tui.app.start import GivenOptions
    from tui.console.command import opened

    with opened(GivenOptions(), vars(_given(ctx))) as session:
        yield from names(session)


def _given(ctx: click.Context) -> Any:
    """The options of the context as far as they have been typed, the later ones over the earlier."""
    from tui.app.start import GivenOptions

    chain: list[click.Context] = []
    at: click.Context | None = ctx
    while at is not None:
        chain.insert(0, at)
        at = at.parent
    given = GivenOptions()
    for one in chain:
        named = {name: value for name, value in one.params.items() if name in vars(given)}
        given = GivenOptions(**named).over(given)
    return given
