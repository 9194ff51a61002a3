"""Functions handed to a library that calls them: thread pools, background tasks, task queues."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.facts.expressions import Constant, Result
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Items
from linter.flow.values import UNKNOWN, Bound, FunctionRef, Lambda, Named, Partial, Value

if TYPE_CHECKING:
    from linter.flow.calls import Calls

_CALLABLE = (FunctionRef, Lambda, Partial)
QUEUED = frozenset({"delay", "send", "apply_async", "send_with_options", "enqueue", "kiq", "defer"})
"""Methods that task queues (Celery, Dramatiq, RQ, TaskIQ, Procrastinate) give to a decorated function."""


def _is_callable(act: Calls, value: Value) -> bool:
    """Whether a value is a function that is worth following, of the project or a sink of a library."""
    shape = value.shape
    return type(shape) in _CALLABLE or (type(shape) is Named and act.engine.sinks.knows(shape.name))


def queued(act: Calls, task: Value, name: str, args: Args) -> Value:
    """`task.delay(...)`: the function runs later, with the same arguments."""
    if name in ("apply_async", "send_with_options"):
        args = _spread(act, args.get(0, "args"), args.get(1, "kwargs"))
    act.apply(task, args.after(UNKNOWN) if _is_bound(task) else args)
    act.alive = True
    return UNKNOWN


def _is_bound(task: Value) -> bool:
    """Whether a task is handed itself first: `@shared_task(bind=True)`."""
    function = task.shape.function if type(task.shape) is FunctionRef else None
    holder = None if function is None else function.parent
    if function is None or holder is None:
        return False
    return any(
        isinstance(each.value, Result)
        and holder.scope.calls[each.value.call].keyword("bind") == Constant(True)
        for each in function.scope.decorators
    )


def _run(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`call(function, *arguments)`, whatever stands before the function."""
    for position, each in enumerate(args.positional):
        if _is_callable(act, each):
            found = act.apply(
                each, Args(args.positional[position + 1 :], args.keywords, args.rest, args.extra)
            )
            act.alive = True
            return found
    return None


def _later(act: Calls, args: Args, receiver: Value) -> Value:
    """`add_task(function, *arguments)`: nobody waits for the result, so only what is handed over counts."""
    if any(act.deep_taints(each) for each in args.all()):
        _run(act, args, receiver)
    return UNKNOWN


def _thread(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`Thread(target=function, args=(...), kwargs={...})`."""
    target = args.get(1, "target")
    if target is None or not (_is_callable(act, target) or type(target.shape) is Bound):
        return None
    act.apply(target, _spread(act, args.get(3, "args"), args.get(4, "kwargs")))
    act.alive = True
    return UNKNOWN


def _spread(act: Calls, positional: Value | None, named: Value | None) -> Args:
    found = Args()
    if positional is not None:
        found.positional, found.rest = act.elements(positional)
    record = None if named is None else act.record(named)
    if type(record) is Entries:
        found.keywords = {str(key): value for key, value in record.entries.items()}
        found.extra = record.rest
    return found


def _first(act: Calls, args: Args, receiver: Value) -> Value:
    return args.given(0)


def _all(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Items("list", tuple(args.positional), args.rest))


CALLBACKS: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    **dict.fromkeys(
        (
            "asyncio.to_thread",
            "starlette.concurrency.run_in_threadpool",
            "fastapi.concurrency.run_in_threadpool",
            "anyio.to_thread.run_sync",
            "concurrent.futures.ThreadPoolExecutor.submit",
            "concurrent.futures.ProcessPoolExecutor.submit",
            "concurrent.futures.Executor.submit",
            "concurrent.futures.thread.ThreadPoolExecutor.submit",
            "asyncio.AbstractEventLoop.run_in_executor",
            "asyncio.get_running_loop().run_in_executor",
            "asyncio.get_event_loop().run_in_executor",
            "contextvars.copy_context().run",
            "contextlib.ExitStack.callback",
            "contextlib.AsyncExitStack.callback",
            "atexit.register",
            "threading.Timer",
        ),
        _run,
    ),
    **dict.fromkeys(
        (
            "starlette.background.BackgroundTasks.add_task",
            "fastapi.BackgroundTasks.add_task",
            "fastapi.background.BackgroundTasks.add_task",
            "starlette.background.BackgroundTask",
        ),
        _later,
    ),
    **dict.fromkeys(("threading.Thread", "multiprocessing.Process"), _thread),
    **dict.fromkeys(
        (
            "asgiref.sync.sync_to_async",
            "asgiref.sync.async_to_sync",
            "asyncio.create_task",
            "asyncio.ensure_future",
            "asyncio.shield",
        ),
        _first,
    ),
    "asyncio.gather": _all,
}
"""Models of what calls back, by canonical name."""
