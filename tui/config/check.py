"""A configuration file's text turned into settings, or a problem that names file, line and the nearest key."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tui.config import launch
from tui.config.keymap import BoundAction, KeymapError, checked, textual_key
from tui.config.model import (
    ACCENTS,
    AUTO,
    DIRECTIONS,
    FAMILIES,
    IMAGES,
    LIMITS,
    NOTICE_KINDS,
    NOTICE_WAYS,
    PLUGIN_VALUES,
    READERS,
    THEMES,
    ContextSettings,
    ModelSettings,
    NoticeSettings,
    PluginSettings,
    PromptSettings,
    Settings,
    ThemeSettings,
    WatchSettings,
    plateau_of,
)
from tui.domain import uris
from tui.domain.filter.names import ATTRIBUTES
from tui.domain.models.measures import wanted_of as gate_wanted
from tui.domain.models.readiness import GRADES, RULES
from tui.domain.models.values import alias_refusal
from tui.domain.problem import Kind, Problem
from tui.domain.prompts import PROMPT_RULES
from tui.domain.uris import SQL_KINDS

# YAML as plain data together with the line of every key and value, so that a complaint can name its line.


_MOST_VALUES = 20_000

YamlPath = tuple[str | int, ...]
"""Where a value stands: the keys and list positions that lead to it."""


class YamlError(ValueError):
    """The text is no YAML, or no YAML of ours. ``line`` counts from 1; 0 where the parser names none."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass
class Located:
    """Plain data, the line of each path (of the key, in a mapping), and each scalar as it was written."""

    data: Any = None
    lines: dict[YamlPath, int] = field(default_factory=dict)
    written: dict[YamlPath, str] = field(default_factory=dict)

    def line(self, path: YamlPath) -> int:
        """The line of a path, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Located:
    """Parse one YAML document; an empty one is None.

    Raises YamlError for bad syntax, a key given twice, a key that is no plain word, or a value inside itself.
    """
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a sign that no YAML may hold, which the reader meets before it parses
        at = getattr(error, "position", 0)
        raise YamlError(text.count("\n", 0, at) + 1, f"the sign {_sign(text, at)} cannot stand in YAML") from error
    try:
        node = loader.get_single_node()
        located = Located()
        if node is not None:
            _refuse_bombs(node)
            located.data = _build(loader, node, (), located, ())
        return located
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 0, error.problem or str(error)) from error
    except yaml.YAMLError as error:
        raise YamlError(0, " ".join(str(error).split())) from error
    except ValueError as error:
        raise error if isinstance(error, YamlError) else YamlError(0, str(error)) from error
    finally:
        loader.dispose()


def _build(loader: yaml.SafeLoader, node: yaml.Node, path: YamlPath, located: Located, above: tuple[int, ...]) -> Any:
    line = node.start_mark.line + 1
    located.lines.setdefault(path, line)
    if id(node) in above:
        raise YamlError(line, "this value contains itself")
    above = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        _refuse_doubles(node)
        loader.flatten_mapping(node)
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            name = _key(key)
            # Of a key that is also merged in by `<<`, the one written here comes last and counts.
            located.lines[(*path, name)] = key.start_mark.line + 1
            mapping[name] = _build(loader, value, (*path, name), located, above)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, value, (*path, i), located, above) for i, value in enumerate(node.value)]
    located.written[path] = node.value
    return loader.construct_object(node)


def _refuse_bombs(root: yaml.Node) -> None:
    """Refuse a text whose references, written out, would be far more than there is to set."""
    sizes: dict[int, int] = {}
    stack = [(root, False)]
    while stack:
        node, known = stack.pop()
        if not isinstance(node, yaml.CollectionNode) or (id(node) in sizes and not known):
            continue
        parts = [part for entry in node.value for part in (entry if isinstance(entry, tuple) else (entry,))]
        if known:
            sizes[id(node)] = 1 + sum(sizes.get(id(part), 1) for part in parts)
            if sizes[id(node)] > _MOST_VALUES:
                raise YamlError(node.start_mark.line + 1, f"written out, this would be more than {_MOST_VALUES} values")
        else:
            sizes[id(node)] = 1  # stands for a value that contains itself, which is refused later
            stack.append((node, True))
            stack += [(part, False) for part in parts]


def _sign(text: str, at: int) -> str:
    return f"U+{ord(text[at]):04X}" if at < len(text) else "at its end"


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise YamlError(node.start_mark.line + 1, "a key must be a plain word")
    return str(node.value)


def _refuse_doubles(node: yaml.MappingNode) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        name, line = _key(key), key.start_mark.line + 1
        if name in seen and name != "<<":
            raise YamlError(line, f"“{name}” is given twice, first on line {seen[name]}")
        seen[name] = line


_ADAPTER = TypeAdapter(Settings)
_WHERE_SECRETS_GO = (
    "Secrets stay out of this file: MLflow takes them from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD or"
    " MLFLOW_TRACKING_TOKEN, Databricks from its profiles (`databricks auth login`)."
)
_WHERE_DATABASE_SECRETS_GO = (
    "Secrets stay out of this file: leave the password to the database's own means (PGPASSWORD, ~/.pgpass, ~/.my.cnf),"
    " or give the whole URI in MLFLOW_TRACKING_URI."
)


_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_LETTERS = 16  # of the word of a context, which stands on every page

_EXPECTED = {"bool": "true or false", "string": "text", "int": "a whole number", "float": "a number", "tuple": "a list"}


class _Fault(NamedTuple):
    """One thing wrong, and on which line. What is missing may only be misspelt, so other faults are told first."""

    line: int
    message: str
    hint: str
    missing: bool = False


def check(text: str, file: Path, actions: Callable[[], Iterable[BoundAction]]) -> Settings:
    """The settings that a file says; relative stores in it count from its folder.

    Raises Problem (CONFIG) for the first fault in the file, and says how many more there are.
    """
    try:
        located = read(text)
    except YamlError as error:
        raise _problem(
            file, [_Fault(error.line, error.message, "The file is YAML; see config.example.yaml.")]
        ) from None
    faults = _secrets(located)
    if located.data is not None and not isinstance(located.data, dict):
        faults.append(_Fault(1, "the file must be settings, one `name: value` a line", ""))
    if faults:
        raise _problem(file, faults)
    # A heading with nothing under it, all commented out, is as good as none.
    data = {name: value for name, value in (located.data or {}).items() if value is not None}
    keys, key_faults = _keys(located, actions)
    for name in ("ascii", "ssh"):
        if data.get(name) == AUTO:
            data[name] = None
    data["plugins"], plugin_faults = _plugins_as_lists(data.get("plugins") or {}, located)
    key_faults += plugin_faults
    try:
        settings = _ADAPTER.validate_python({**data, "keys": keys})
    except ValidationError as error:
        faults = [_fault(entry, located) for entry in error.errors(include_url=False)]
        raise _problem(file, faults + key_faults) from None
    faults = [*_values(settings, located), *_plugins(settings, located, actions), *key_faults]
    if faults:
        raise _problem(file, faults)
    return _placed(settings, file.parent)


def _problem(file: Path, faults: Sequence[_Fault]) -> Problem:
    ordered = sorted(faults, key=lambda fault: (fault.missing, fault.line))
    first = ordered[0]
    where = f"{file}, line {first.line}" if first.line else str(file)
    more = f" ({len(ordered) - 1} more after that)" if len(ordered) > 1 else ""
    return Problem(Kind.CONFIG, "The configuration cannot be used", f"{where}: {first.message}{more}.", first.hint)


_GROUPS: Final = {
    "contexts": ContextSettings,
    "models": ModelSettings,
    "prompts": PromptSettings,
    "notices": NoticeSettings,
    "watch": WatchSettings,
    "themes": ThemeSettings,
    "plugins": PluginSettings,
}


_NAMED: Final = ("contexts", "themes", "plugins")  # groups of groups, each under a name of one's own
_HOMES: Final = {
    **{
        one.name: f"under {group}: NAME" if group in _NAMED else f"under {group}"
        for group, kind in reversed(_GROUPS.items())
        for one in fields(kind)
    },
    **{one.name: "at the top, in no group" for one in fields(Settings)},
}
"""Where each setting stands; of names in several groups the first."""


def _fault(entry: ErrorDetails, located: Located) -> _Fault:
    where = tuple(entry["loc"])
    line = located.line(where)
    name = str(where[-1]) if where else ""
    at = f" in {'.'.join(str(part) for part in where[:-1])}" if len(where) > 1 else ""
    if entry["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        group = _GROUPS.get(str(where[0])) if len(where) > 1 else None
        known = [f.name for f in fields(group or Settings)]
        homes = {**_HOMES, **dict.fromkeys(known, "")}
        near = get_close_matches(name, homes, n=1, cutoff=0.5)
        if not near:
            hint = f"There are: {', '.join(known)}."
        elif home := homes[near[0]]:
            hint = f"“{near[0]}” stands {home}."
        else:
            hint = f"Did you mean “{near[0]}”?"
        return _Fault(line, f"there is no setting “{name}”{at}", hint)
    if entry["type"] in ("missing", "missing_argument"):
        return _Fault(line, f"“{name}” is missing{at}", "", missing=True)
    said = entry["input"]
    shown = f", and is {said!r}" if isinstance(said, (str, int, float, bool)) else ""
    expected = _EXPECTED.get(entry["type"].partition("_")[0], "settings of its own, one `name: value` a line")
    return _Fault(line, f"“{name}”{at} should be {expected}{shown}", "")


def _secrets(located: Located) -> list[_Fault]:
    faults = []
    for where in located.lines:
        name = str(where[-1]) if where else ""
        named = where[:-1] != ("contexts",) and where[:1] != ("keys",) and uris.is_secret_name(name)
        text = located.written.get(where, "")
        if named or uris.holds_secret(text):
            what = f"“{name}” holds a password or a token" if not named else f"“{name}” would hold a secret"
            database = any(text.startswith(dialect) for dialect in SQL_KINDS)
            hint = _WHERE_DATABASE_SECRETS_GO if database else _WHERE_SECRETS_GO
            faults.append(_Fault(located.line(where), what, hint))
    return faults


def _keys(located: Located, actions: Callable[[], Iterable[BoundAction]]) -> tuple[dict[str, str], list[_Fault]]:
    """The keymap, from keys as they were written: ``1`` is a key, not a number."""
    data = located.data if isinstance(located.data, dict) else {}
    said = data.get("keys")
    if said is None:
        return {}, []
    if not isinstance(said, Mapping):
        line = located.line(("keys",))
        return {}, [_Fault(line, "“keys” should be a list of `action: key`", "`mlflow-deck keys` lists the actions.")]
    written: dict[str, list[str]] = {}
    for action, value in said.items():
        places: list[YamlPath] = [("keys", action)]
        if isinstance(value, list):
            places = [("keys", action, i) for i in range(len(value))]
        written[action] = [located.written[place] for place in places if located.written.get(place)]
    try:
        return checked(written, actions()), []
    except KeymapError as error:
        return {}, [_Fault(located.line(("keys", error.action)), error.message, error.hint)]


def _plugins_as_lists(said: object, located: Located) -> tuple[object, list[_Fault]]:
    """Plugins with lists where a line was written: words parted as a shell does, a script and a place whole."""
    if not isinstance(said, Mapping):
        return said, []
    made: dict[object, object] = {}
    faults: list[_Fault] = []
    for name, plugin in said.items():
        made[name] = plugin
        if not isinstance(plugin, Mapping):
            continue
        changed = made[name] = dict(plugin)
        if isinstance(plugin.get("at"), str):
            changed["at"] = [plugin["at"]]
        if "key" in plugin:
            changed["key"] = located.written.get(("plugins", name, "key"), plugin["key"])
        if isinstance(plugin.get("run"), str):
            try:
                changed["run"] = [plugin["run"]] if plugin.get("shell") is True else shlex.split(plugin["run"])
            except ValueError as error:
                changed["run"] = [plugin["run"]]
                where = ("plugins", name, "run")
                faults.append(_Fault(located.line(where), f"“run” of {name} is no command: {error}", ""))
    return made, faults


def _plugins(settings: Settings, located: Located, actions: Callable[[], Iterable[BoundAction]]) -> list[_Fault]:
    faults: list[_Fault] = []
    known = list(actions()) if settings.plugins else []
    places = {bound.where for bound in known}
    commands = {bound.verb.replace("_", "-") for bound in known} | {"open", "ctx"}
    taken = {
        (bound.where, key): bound.id for bound in known for key in settings.keys.get(bound.id, bound.keys).split(",")
    }
    for name, plugin in settings.plugins.items():
        at: YamlPath = ("plugins", name)

        def add(message: str, hint: str = "", where: YamlPath = at) -> None:
            faults.append(_Fault(located.line(where), message, hint))

        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            add(f"“{name}” is no name of a plugin", "It is its command too: small letters, digits and -.")
        if name in commands:
            add(f"“{name}” is a command of the deck's own", "Give yours another name.")
        if not plugin.run or not plugin.run[0].strip():
            add(f"“run” of {name} names no program", "", (*at, "run"))
        for said in re.findall(r"(?<!\$)\$\{?([A-Z][A-Z_]*)", "\n".join(plugin.run)) if not plugin.shell else ():
            if said not in PLUGIN_VALUES:
                near = get_close_matches(said, PLUGIN_VALUES, n=1)
                hint = f"Did you mean “${near[0]}”?" if near else f"There are: {', '.join(PLUGIN_VALUES)}."
                add(f"there is no value “${said}”", hint, (*at, "run"))
        for place in plugin.at:
            if place not in places:
                near = get_close_matches(place, places, n=1)
                hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(sorted(places))}."
                add(f"there is no place “{place}”", hint, (*at, "at"))
        key = textual_key(plugin.key) if plugin.key is not None else ""
        if key is None:
            add(f"“{plugin.key}” is no key", "Keys are written like c, G, /, esc, f5 or ctrl+s.", (*at, "key"))
        for place in (*plugin.at, "list", "table", "grid", "app") if key else ():
            if (other := taken.get((place, str(key)))) is not None:
                add(f"“{plugin.key}” is the key of “{other}” too", "Give one of them another key.", (*at, "key"))
                break
    return faults


def _values(settings: Settings, located: Located) -> list[_Fault]:
    faults: list[_Fault] = []

    def add(where: YamlPath, message: str, hint: str = "") -> None:
        faults.append(_Fault(located.line(where), message, hint))

    def in_limits(name: str, value: float, where: YamlPath) -> None:
        least, most = LIMITS[name]
        if not least <= value <= most:
            add(where, f"“{name}” should be between {least:g} and {most:g}, and is {value:g}")

    themes = (AUTO, *FAMILIES, *THEMES, *settings.themes)
    if settings.theme not in themes:
        near = get_close_matches(settings.theme, themes, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(themes)}."
        add(("theme",), f"there is no theme “{settings.theme}”", hint)
    for name, theme in settings.themes.items():
        if name in (AUTO, *FAMILIES, *THEMES):
            add(("themes", name), f"“{name}” is a theme of the deck's own", "Give yours another name.")
        if theme.base not in THEMES:
            add(("themes", name, "base"), f"“base” is one of {', '.join(THEMES)}, and not “{theme.base}”")
        for colour, value in vars(theme).items():
            if colour != "base" and value is not None and not _COLOUR.fullmatch(value):
                add(("themes", name, colour), f"“{colour}” is a colour like '#6cb6ff' in quotes, and not “{value}”")
    if settings.readers not in READERS:
        add(("readers",), f"“readers” is one of {', '.join(READERS)}, and not “{settings.readers}”")
    if settings.images not in IMAGES:
        add(("images",), f"“images” is one of {', '.join(IMAGES)}, and not “{settings.images}”")
    for name, words, ones in (("by", settings.notices.by, NOTICE_WAYS), ("of", settings.notices.of, NOTICE_KINDS)):
        for i, word in enumerate(words):
            if word not in ones:
                add(("notices", name, i), f"“{name}” of notices is of {', '.join(ones)}, and not “{word}”")
    for name in ("no_point", "traces_worse_by"):
        if getattr(settings.watch, name) < 0:
            add(("watch", name), f"“{name}” of watch is a number from 0 on")
    for i, text in enumerate(settings.watch.plateau):
        if plateau_of(text) is None:
            add(("watch", "plateau", i), f"“plateau” of watch is of METRIC:N, like loss:20, and not “{text}”")
    in_limits("watch_seconds", settings.watch_seconds, ("watch_seconds",))
    in_limits("watch_running_seconds", settings.watch_running_seconds, ("watch_running_seconds",))
    in_limits("requests_a_second", settings.requests_a_second, ("requests_a_second",))
    in_limits("tolerance", settings.tolerance, ("tolerance",))
    for metric, better in settings.metric_directions.items():
        if better not in DIRECTIONS:
            message = f"which way {metric} gets better is one of {', '.join(DIRECTIONS)}, and not “{better}”"
            add(("metric_directions", metric), message)
    in_limits("old_after_days", settings.models.old_after_days, ("models", "old_after_days"))
    for alias_list in ("alias_columns", "protected_aliases"):
        for i, alias in enumerate(getattr(settings.models, alias_list)):
            if refusal := alias_refusal(alias):
                add(("models", alias_list, i), f"“{alias}” is no alias: {refusal.rstrip('.')}")
    for i, condition in enumerate(settings.models.gate):
        try:
            gate_wanted([condition])
        except ValueError:
            hint = "It would be min auc:+0.002, max latency_ms:+5%, same-signature, data-newer or rules."
            add(("models", "gate", i), f"“{condition}” is no condition", hint)
    in_limits("unused_hours", settings.prompts.unused_hours, ("prompts", "unused_hours"))
    for i, alias in enumerate(settings.prompts.production_aliases):
        if refusal := alias_refusal(alias):
            add(("prompts", "production_aliases", i), f"“{alias}” is no alias: {refusal.rstrip('.')}")
    graded: tuple[tuple[str, Mapping[str, str], Iterable[str]], ...] = (
        ("models", settings.models.rules, RULES),
        ("prompts", settings.prompts.rules, PROMPT_RULES),
    )
    for group, grades, rules in graded:
        for rule, grade in grades.items():
            at_rule: YamlPath = (group, "rules", rule)
            if rule not in rules:
                near = get_close_matches(rule, rules, n=1, cutoff=0.5)
                hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(rules)}."
                add(at_rule, f"there is no rule “{rule}”", hint)
            elif grade not in GRADES:
                add(at_rule, f"the grade of {rule} is one of {', '.join(GRADES)}, and not “{grade}”")
    if settings.context is not None and settings.context not in settings.contexts:
        near = get_close_matches(settings.context, settings.contexts, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else "Name one that stands under contexts."
        add(("context",), f"there is no context “{settings.context}”", hint)
    for name, context in settings.contexts.items():
        at: YamlPath = ("contexts", name)
        in_limits("timeout", context.timeout, (*at, "timeout"))
        in_limits("page_size", context.page_size, (*at, "page_size"))
        if context.accent is not None and context.accent not in ACCENTS and not _COLOUR.fullmatch(context.accent):
            message = f"“accent” is one of {', '.join(ACCENTS)} or a colour like '#ff7b72', and not “{context.accent}”"
            add((*at, "accent"), message)
        faults.extend(_tunnel(context, at, located))
        for i, address in enumerate(context.addresses):
            if not re.match(r"https?://[^/\s]+", address):
                message = f"“addresses” are like https://mlflow.example.com, and not “{address}”"
                add((*at, "addresses", i), message)
        if context.word is not None and not 0 < len(context.word) <= MOST_LETTERS:
            add((*at, "word"), f"“word” has 1 to {MOST_LETTERS} letters, and this has {len(context.word)}")
        try:
            launch.check_tracking(context.tracking_uri)
        except launch.UriRefused as refused:
            add((*at, "tracking_uri"), refused.message, refused.hint)
        if context.registry_uri not in (None, "workspace"):
            try:
                launch.check_registry(str(context.registry_uri))
            except launch.UriRefused as refused:
                hint = "It is workspace, databricks-uc, or a URI like the tracking URI."
                add((*at, "registry_uri"), refused.message, hint)
        faults.extend(_profile(context, at, located))
        known = [name for name, attribute in ATTRIBUTES.items() if attribute.title]
        for i, column in enumerate(context.columns):
            if column not in known and not re.match(r"(metrics|params|tags)\..", column):
                near = get_close_matches(column, known, n=1, cutoff=0.5)
                hint = f"Did you mean “{near[0]}”? " if near else ""
                hint += f"There are metrics.KEY, params.KEY, tags.KEY, {', '.join(known)}."
                add((*at, "columns", i), f"there is no column “{column}”", hint)
    return faults


def _tunnel(context: ContextSettings, at: YamlPath, located: Located) -> list[_Fault]:
    if context.ssh is None:
        if context.forward is None:
            return []
        return [_Fault(located.line((*at, "forward")), "“forward” is for a context with “ssh”", "Name the host there.")]
    faults = []
    if not launch.DESTINATION.fullmatch(context.ssh):
        message = f"“ssh” is a host like bastion or user@bastion, and not “{context.ssh}”"
        faults.append(_Fault(located.line((*at, "ssh")), message, "What else it needs is said in ~/.ssh/config."))
    if context.forward is not None and not launch.FORWARD.fullmatch(context.forward):
        message = f"“forward” is a host and a port like mlflow.internal:5000, and not “{context.forward}”"
        faults.append(_Fault(located.line((*at, "forward")), message, ""))
    if not context.tracking_uri.startswith("http://"):
        message = "a context with “ssh” has a tracking URI like http://mlflow.internal:5000"
        hint = "A certificate would be of another name than this machine's; ssh keeps the way secret as it is."
        faults.append(_Fault(located.line((*at, "tracking_uri")), message, hint))
    return faults


def _profile(context: ContextSettings, at: YamlPath, located: Located) -> list[_Fault]:
    if context.profile is None:
        return []
    line = located.line((*at, "profile"))
    if not uris.is_databricks(context.tracking_uri):
        return [_Fault(line, "a “profile” is for a tracking URI of databricks", "Remove it, or say databricks there.")]
    if uris.profile_of(context.tracking_uri) not in (None, context.profile):
        return [_Fault(line, "“profile” and the tracking URI name different profiles", "Say it in one place.")]
    return []


def _placed(settings: Settings, folder: Path) -> Settings:
    def place(context: ContextSettings) -> ContextSettings:
        registry = context.registry_uri
        return replace(
            context,
            tracking_uri=launch.absolute(context.tracking_uri, folder),
            registry_uri=registry if registry in (None, "workspace") else launch.absolute(str(registry), folder),
        )

    contexts = {name: place(context) for name, context in settings.contexts.items()}
    views = str(folder / Path(settings.views_file).expanduser()) if settings.views_file else None
    return replace(settings, contexts=contexts, views_file=views)


def as_plain(settings: Settings) -> dict[str, Any]:
    """Settings as plain data in the file's own shape."""
    plain: dict[str, Any] = _ADAPTER.dump_python(settings, mode="json")
    return plain
