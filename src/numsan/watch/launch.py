"""Runs the user's program in this process as if numsan were not there: argv, `__main__`, path, tracebacks."""

from __future__ import annotations

import builtins
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import signal
import sys
import threading
import types
from collections.abc import Callable
from typing import NoReturn

from numsan.core.config import RunOptions

INTERRUPTED = -signal.SIGINT


class BadProgram(Exception):
    """The program cannot be started; the message is the one line to print."""


def prepare(options: RunOptions) -> tuple[types.CodeType, types.ModuleType]:
    """Compiles the program and makes its `__main__` module, argv and path ready."""
    if options.module is not None:
        code, module = _module(options.module)
        sys.path[0:1] = [os.getcwd()]
    else:
        code, module = _script(options.script or "")
        sys.path[0:1] = [os.path.dirname(os.path.realpath(options.script or ""))]
    sys.argv = [str(module.__file__) if options.module else str(options.script), *options.args]
    sys.modules["__main__"] = module
    return code, module


def _script(path: str) -> tuple[types.CodeType, types.ModuleType]:
    full = os.path.abspath(path)  # as Python does: it survives a change of the working folder
    with io.open_code(full) as file:
        text = file.read()
    try:
        code = compile(text, full, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise BadProgram(
            f"{path}{f':{line}' if line else ''} does not parse: {getattr(error, 'msg', error)}"
        ) from None
    module = types.ModuleType("__main__")
    vars(module).update(
        __file__=full, __builtins__=builtins, __spec__=None, __cached__=None, __annotations__={}
    )
    module.__loader__ = importlib.machinery.SourceFileLoader("__main__", full)
    return code, module


def _module(name: str) -> tuple[types.CodeType, types.ModuleType]:
    sys.path[0:1] = [os.getcwd()]
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError) as error:
        raise BadProgram(f"cannot find module {name!r}: {error}") from None
    loader = spec.loader if spec is not None else None
    get_code = getattr(loader, "get_code", None)
    if spec is None or get_code is None:
        raise BadProgram(f"cannot find module {name!r} that can be run")
    try:
        code = get_code(spec.name)
    except SyntaxError as error:
        raise BadProgram(f"{error.filename}:{error.lineno} does not parse: {error.msg}") from None
    if code is None:
        raise BadProgram(f"module {name!r} has no code to run")
    module = types.ModuleType("__main__")
    vars(module).update(
        __file__=spec.origin, __builtins__=builtins, __spec__=spec, __package__=spec.parent,
        __loader__=loader, __cached__=spec.cached, __annotations__={},
    )  # fmt: skip
    return code, module


def execute(code: types.CodeType, module: types.ModuleType, stopped: Callable[[], bool]) -> int:
    """Runs it to its end, threads included, and gives its exit status; tracebacks show no frame of ours.

    `stopped`: a failure was found, so an interrupt comes from the thread that found it and is no news.
    """
    status = _main(code, module, stopped)
    try:
        getattr(threading, "_shutdown")()  # noqa: B009 - not public; Python itself calls it next, and again in vain
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _main(code: types.CodeType, module: types.ModuleType, stopped: Callable[[], bool]) -> int:
    try:
        exec(code, module.__dict__)
    except SystemExit as stop:
        return exit_status(stop)
    except KeyboardInterrupt as error:
        if not stopped():
            _print_exception(error)
        return INTERRUPTED
    except BaseException as error:
        _print_exception(error)
        return 1
    return 0


def end_by_interrupt() -> NoReturn:
    """Ends as Python ends what did not catch Ctrl-C: after its `atexit` functions, by the signal."""
    sys.excepthook = _silent  # the traceback is printed already
    raise KeyboardInterrupt


def _silent(*_: object) -> None:
    return


def exit_status(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    if isinstance(stop.code, int):
        return stop.code
    print(stop.code, file=sys.stderr)
    return 1


def _print_exception(error: BaseException) -> None:
    """The traceback begins at the user's first frame, and `sys.excepthook` of the program is respected."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = _without_wrappers(link.__traceback__)
        link = link.__cause__ or link.__context__
    with contextlib.suppress(OSError):  # standard error may be gone
        sys.excepthook(type(error), error, error.__traceback__)


def _without_wrappers(tb: types.TracebackType | None) -> types.TracebackType | None:
    """Leaves out the wrappers around backward, step and construction, at any depth."""
    own = os.path.dirname(os.path.abspath(__file__))
    kept: list[types.TracebackType] = []
    while tb is not None:
        if not tb.tb_frame.f_code.co_filename.startswith(own):
            kept.append(tb)
        tb = tb.tb_next
    rest: types.TracebackType | None = None
    for item in reversed(kept):
        rest = types.TracebackType(rest, item.tb_frame, item.tb_lasti, item.tb_lineno)
    return rest
