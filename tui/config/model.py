"""What can be set: plain frozen dataclasses, so that the way to the first frame needs no validation library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

AUTO: Final = "auto"
"""What leaves a setting to the terminal and what is known of it."""

FAMILIES: Final = ("contrast", "safe", "terminal")
"""Pairs of themes for dark and light terminals, beside the deck's own: the terminal decides which of a pair is worn."""

THEMES: Final = tuple(f"{family}-{ground}" for family in ("deck", *FAMILIES) for ground in ("dark", "light"))
"""Themes that the deck can wear; ``tui.app.themes`` has their colours."""

ACCENTS: Final = ("red", "orange", "yellow", "green", "cyan", "blue", "violet", "pink")
"""Accents that a context can have, in a shade that suits each theme."""


@dataclass(frozen=True)
class ThemeSettings:
    """A theme of one's own: one of the deck's with other colours, each ``#rrggbb``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    base: str = "deck-dark"  # one of THEMES
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None
    cursor: str | None = None
    rule: str | None = None
    muted: str | None = None


@dataclass(frozen=True)
class ContextSettings:
    """One named place to look at. ``timeout`` is in seconds; ``page_size`` is in runs."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    tracking_uri: str
    registry_uri: str | None = None  # "workspace" (the tracking server itself), "databricks-uc", or a URI
    profile: str | None = None  # a profile of ~/.databrickscfg
    experiment_path: str | None = None  # where to start; None: the user's folder on Databricks, else all
    workspace: str | None = None  # of an MLflow server that has them; none: its default one
    catalog: str | None = None  # of Unity Catalog, or catalog.schema: where one works; doctor looks what one may there
    read_only: bool = False
    protected: bool = False  # whether every move of an alias wants the model's name typed
    addresses: tuple[str, ...] = ()  # web addresses that mean this context, beside its own
    ssh: str | None = None  # a host by way of which the server is reached, as ssh knows it
    forward: str | None = None  # the server's host and port as that host knows them; none: those of the tracking URI
    accent: str | None = None  # one of ACCENTS or #rrggbb, so that one context does not look like another
    word: str | None = None  # stands before the context's name, in the accent
    columns: tuple[str, ...] = ()  # keys of the runs table's columns, in order; empty: the deck's own choice
    timeout: float = 8.0
    page_size: int = 1000


@dataclass(frozen=True)
class ModelSettings:
    """How registered models are shown, moved and judged."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    alias_columns: tuple[str, ...] = ("champion", "challenger")  # first on the board; the others in use follow
    metric: str | None = None  # of the source runs, shown and judged by; None: the one most champions have
    protected_aliases: tuple[str, ...] = ()  # to move one of these the model's name is typed
    gate: tuple[str, ...] = ()  # what a new champion is judged by on the panel of moves, as `gate` judges
    reason_required: bool = False
    mirror_tags: bool = False  # whether moves are also told in tags of the versions (deck.alias.champion.moved_by …)
    bell: bool = False  # whether the terminal's bell rings when watching sees a change
    old_after_days: int = 180
    rules: Mapping[str, str] = field(default_factory=dict)  # grades of the rules of readiness


@dataclass(frozen=True)
class PromptSettings:
    """How prompts are judged. How their aliases are moved, ``ModelSettings`` says for both."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    production_aliases: tuple[str, ...] = ("production", "champion")  # which say that a version is in production
    unused_hours: int = 24  # of traces, in which what is in production is looked for
    rules: Mapping[str, str] = field(default_factory=dict)  # grades of the rules of prompts


NOTICE_WAYS: Final = ("auto", "osc9", "osc777", "bell")
NOTICE_KINDS: Final = ("runs", "downloads", "aliases", "plugins", "conditions")


@dataclass(frozen=True)
class NoticeSettings:
    """Of what the terminal is told so that it can tell the desktop, and how."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    by: tuple[str, ...] = ("auto",)  # of NOTICE_WAYS; none is silent
    of: tuple[str, ...] = NOTICE_KINDS


@dataclass(frozen=True)
class WatchSettings:
    """Conditions that the deck looks for: they mark rows, and each is told once.

    Those of histories are read for, a request a metric whenever the runs are read again; the others cost no request.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    nan: bool = False  # a run under way of which a metric is NaN or infinite
    no_point: float = 0.0  # minutes in which no metric of a run under way has moved, as far as it was seen; 0: none
    plateau: tuple[str, ...] = ()  # METRIC:N, a run under way in which it is no better for N points
    behind: tuple[str, ...] = ()  # metrics by which a run under way is worse than the best sibling at the same step
    findings: bool = False  # a finding of the rules of models that was not there before
    serving: bool = False  # an endpoint that is not ready, or off its alias
    traces_worse_by: float = 0.0  # per cent by which an hour of traces is worse than the one before; 0: none

    @property
    def of_runs(self) -> bool:
        """Whether runs under way are looked at; known without loading what looks."""
        return self.nan or self.no_point > 0 or bool(self.plateau or self.behind)


def plateau_of(said: str) -> tuple[str, int] | None:
    """The metric and the points of ``loss:20``; None where it is none."""
    metric, _, points = said.rpartition(":")
    return (metric, int(points)) if metric and points.isdecimal() and int(points) else None


PLUGIN_VALUES: Final[Mapping[str, str]] = {
    "RUN_ID": "run",
    "RUN_IDS": "run",
    "RUN_NAME": "run with a name",
    "EXPERIMENT_ID": "experiment",
    "EXPERIMENT": "experiment",
    "MODEL": "model",
    "VERSION": "version",
    "ALIAS": "alias",
    "CONTEXT": "context",
    "TRACKING_URI": "tracking URI",
    "REGISTRY_URI": "registry URI",
    "PROFILE": "profile",
}
"""What a command of one's own can be given by name, and what each is called where there is none."""


@dataclass(frozen=True)
class PluginSettings:
    """A command of one's own: a program and its arguments, or with ``shell`` the lines of a script."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    run: tuple[str, ...]
    at: tuple[str, ...] = ("app",)  # the places where it holds
    key: str | None = None  # as people write it; none: by its name alone
    does: str | None = None  # one sentence, for the help
    shell: bool = False
    confirm: bool = False  # whether it is asked before it is run
    dangerous: bool = False  # whether it is absent where nothing may be written
    background: bool = False  # whether it runs without a pane


@dataclass(frozen=True)
class Settings:
    """Everything a configuration file can say. ``keys`` maps an action's id to Textual key names, comma-separated."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    context: str | None = None  # which context to open when nothing else decides
    contexts: Mapping[str, ContextSettings] = field(default_factory=dict)
    theme: str = AUTO  # or one of FAMILIES or THEMES, or one of one's own
    themes: Mapping[str, ThemeSettings] = field(default_factory=dict)
    ascii: bool | None = None  # None: by itself, where the terminal has no other signs
    mouse: bool = True
    ssh: bool | None = None  # whether to draw less, for a slow line; None: by itself, in an SSH session
    images: str = "auto"  # whether the terminal draws pictures itself
    readers: str = "own"  # who reads stores and plain servers that are known in every detail
    watch_seconds: int = 30
    watch_running_seconds: int = 2  # likewise, while what is watched runs
    requests_a_second: float = 5.0  # to a Databricks workspace, where many things are asked for, four at once
    views_file: str | None = None  # of named views; None: views.yaml beside the configuration
    cache: bool = True  # whether rows last seen are remembered on this machine
    tolerance: float = 1e-9  # part of the larger of two numbers that they may differ by and be the same
    metric_directions: Mapping[str, str] = field(default_factory=dict)  # of names or patterns like *_ms; else guessed
    models: ModelSettings = field(default_factory=ModelSettings)
    prompts: PromptSettings = field(default_factory=PromptSettings)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    plugins: Mapping[str, PluginSettings] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


READERS: Final = ("own", "client")
"""The deck's own readers, which MlflowClient stands behind, or MlflowClient alone."""

IMAGES: Final = ("auto", "kitty", "blocks")
"""How pictures are drawn."""

DIRECTIONS: Final = ("higher", "lower", "neither")
"""Which way a metric gets better."""

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "timeout": (0.5, 600),
    "page_size": (10, 50_000),  # MLflow's search_runs takes no more at a time
    "watch_seconds": (2, 86_400),
    "watch_running_seconds": (1, 86_400),
    "requests_a_second": (0.1, 1000),
    "tolerance": (0, 1),
    "old_after_days": (1, 36_500),
    "unused_hours": (1, 8_760),
}
"""The least and the greatest value of each number."""
