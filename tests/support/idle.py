"""When an app in a test has done all that it was asked: a fact of its queues and threads, not a guess by the clock.

Textual's own ``wait_for_idle`` looks whether the process used little of the processor within the last 20 ms. Where
others use the processor too, that holds of an app that has not even begun; and of one that has much to do, for a second
not at all. Its screens are drawn at each tick of a clock, so that the slower a machine is the more it has to do. Here
they are drawn when nothing else is left to do: each state in which a person could look at them, once.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import textual.app
import textual.pilot
import textual.screen
from textual._compositor import LayoutUpdate
from textual._context import active_app
from textual.app import App
from textual.geometry import Region
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer

from tui.services.pool import Pool

ROUNDS = 2_000  # of the event loop; an app that gives itself more and more to do is left at that
A_THREAD_WORKS = 2.0  # seconds for one that works, without anything of it coming
A_THREAD_WAITS = 0.02  # seconds for one that waits itself, for a gate of the test or another process
SOON = 0.3  # seconds; what is done so long after a key belongs to what the key asked for
TICK = 0.5  # seconds between two drawings where a test waits for something else than ``idle``

_pools: WeakSet[Pool] = WeakSet()
_timers: WeakSet[Timer] = WeakSet()
_make_pool = Pool.__init__
_set_timer = MessagePump.set_timer
_draw_now = Screen._compositor_refresh
_run_in_executor = asyncio.BaseEventLoop.run_in_executor
_last_drawn: WeakKeyDictionary[Screen[Any], Sequence[Sequence[Strip]]] = WeakKeyDictionary()


def install() -> None:
    """Let Textual's pilot wait by this, in every test."""

    def make_known(self: Pool, *given: Any, **named: Any) -> None:
        _make_pool(self, *given, **named)
        _pools.add(self)

    def set_timer(self: MessagePump, delay: float, *given: Any, **named: Any) -> Timer:
        timer = _set_timer(self, delay, *given, **named)
        if delay <= SOON:
            _timers.add(timer)
        return timer

    Pool.__init__ = make_known  # type: ignore[method-assign]
    MessagePump.set_timer = set_timer  # type: ignore[method-assign]
    Pilot._wait_for_screen = _wait_for_screen  # type: ignore[assignment,method-assign]
    Screen._compositor_refresh = draw_later  # type: ignore[assignment,method-assign]
    textual.screen.UPDATE_PERIOD = TICK  # type: ignore[misc]
    asyncio.BaseEventLoop.run_in_executor = parsed_at_once  # type: ignore[method-assign,assignment]
    for module in (textual.app, textual.pilot):
        module.wait_for_idle = idle  # type: ignore[attr-defined]


def parsed_at_once(
    loop: asyncio.BaseEventLoop, executor: Any, function: Callable[..., Any], *given: Any
) -> asyncio.Future[Any]:
    """Let Textual parse Markdown where it is asked to: no queue tells when a thread of asyncio's own is done."""
    if type(getattr(function, "__self__", None)).__module__.partition(".")[0] != "markdown_it":
        return _run_in_executor(loop, executor, function, *given)
    parsed = loop.create_future()
    parsed.set_result(function(*given))
    return parsed


async def _wait_for_screen(_pilot: Pilot[Any], _timeout: float = 0.0) -> bool:
    await idle()
    return True


async def idle(_min_sleep: float = 0.0, _max_sleep: float = 0.0) -> None:
    """Let the app work until no message waits, everything is drawn, and no thread of its pools is at work."""
    loop = asyncio.get_running_loop()
    ready: deque[object] = loop._ready  # type: ignore[attr-defined]  # asyncio says it nowhere else
    app = active_app.get(None)
    since = loop.time()
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
        if ready or (app is not None and _ticked(app)):
            since = loop.time()
        elif loop.time() - since >= _patience_with_threads():
            break
        else:
            await asyncio.sleep(0.001)
    if app is not None:
        _draw(app)


async def rested() -> bool:
    """Wait for what an app wants to do soon, now that nobody presses a key; whether there was something."""
    loop = asyncio.get_running_loop()
    tasks: list[Any] = [timer._task for timer in _timers if timer._active.is_set()]
    waiting = [task for task in tasks if task is not None and task.get_loop() is loop and not task.done()]
    if waiting:
        await asyncio.wait(waiting, timeout=2 * SOON)
    return bool(waiting)


def draw_later(screen: Screen[Any]) -> None:
    """Leave the regions that have changed to ``idle``, where there is no terminal to draw them on."""
    app = screen.app
    if not app.is_headless or screen is not app.screen:
        _draw_now(screen)
        return
    _last_drawn.pop(screen, None)
    app._display(screen, LayoutUpdate([], Region()))
    screen._dirty_widgets.clear()
    app._update_mouse_over(screen)


def _ticked(app: App[Any]) -> bool:
    """Resize and lay out what else would wait for the next tick of a clock; whether there was something."""
    if app._resize_timer is not None:
        app._check_resize()
        return True
    screen = _shown(app)
    if screen is None:
        return False
    timer: Any = screen._update_timer
    if timer._active.is_set():
        screen._on_timer_update()
        return True
    return False


def _draw(app: App[Any]) -> None:
    """Draw what has changed, so that what cannot be drawn is found."""
    if _shown(app) is not None and not app._batch_count:
        drawn(app)


def drawn(app: App[Any]) -> Sequence[Sequence[Strip]]:
    """The lines of the screen from the top, as strips; those drawn last if nothing has changed since."""
    screen = app.screen
    last = _last_drawn.get(screen)
    changed = screen._compositor._dirty_regions or screen._dirty_widgets or screen._layout_required
    if last is None or changed:
        update = screen._compositor.render_update(full=True, screen_stack=app._background_screens)
        assert isinstance(update, LayoutUpdate)
        _last_drawn.clear()
        _last_drawn[screen] = last = [list(strips) for strips in update.strips]
    return last


def _shown(app: App[Any]) -> Screen[Any] | None:
    screen = app.screen_stack[-1] if app.is_running and app.screen_stack else None
    return screen if screen is not None and screen.is_running else None


def _patience_with_threads() -> float:
    """How long it is worth to wait for what the pools' threads bring."""
    if not any(some._queue.unfinished_tasks for some in _pools):
        return 0
    return A_THREAD_WORKS if any(map(_at_work, sys._current_frames().values())) else A_THREAD_WAITS


def _at_work(frame: FrameType) -> bool:
    """Whether this is where a thread of a pool is, and not in one of the locks by which threads wait."""
    if frame.f_code.co_filename == threading.__file__:
        return False
    above: FrameType | None = frame
    while above is not None and above.f_code is not Pool._serve.__code__:
        above = above.f_back
    return above is not None
