"""Makes the rest of a function callable: generated syntax is compiled in the place of the original.

File name, line numbers and qualified name stay those of the original, so that a trace of the replay points
into the program. Local names become cells; a cell that an inner function of the program holds is that cell.
"""

from __future__ import annotations

import ast
import gc
import types
from collections.abc import Callable, Iterator
from typing import Any, cast

from numsan.watch.rewind.frames import Snap
from numsan.watch.rewind.resume import RT, NoWay, Rest, continuation
from numsan.watch.rewind.source import Definition, Place, definition, place_of

_FACTORY = "__numsan_factory__"
Cells = dict[str, types.CellType]


def standing(snap: Snap) -> tuple[Definition, tuple[str, ...], Place]:
    """The tree of a frame, the classes around it and where in it the frame stands."""
    known, place = definition(snap.code, snap.space), place_of(snap.code, snap.lasti)
    if known is None or place is None:
        raise NoWay(f"the source of {snap.code.co_qualname} is not available or changed")
    if snap.code.co_flags & 0x2A0:  # generator, coroutine, asynchronous generator
        raise NoWay(f"{snap.code.co_qualname} is a generator")
    return *known, place


def prepare(snap: Snap) -> tuple[Definition, tuple[str, ...], Rest]:
    """The tree of a frame, the classes around it and the rest of it after the mark."""
    tree, classes, place = standing(snap)
    return tree, classes, continuation(tree, place, first_parameter(snap.code))


def first_parameter(code: types.CodeType) -> str | None:
    return code.co_varnames[0] if code.co_argcount else None


def callable_rest(
    snap: Snap, classes: tuple[str, ...], rest: Rest, cells: Cells, runtime: Any
) -> Callable[[], Any]:
    """A function of no arguments that runs `rest` with the names of `snap`."""
    if not snap.code.co_flags & 0x1:
        return _in_namespace(snap, rest, runtime)
    names = sorted({*snap.code.co_varnames, *snap.code.co_cellvars, *snap.code.co_freevars} - {"__class__"})
    names = [n for n in names if n.isidentifier()]
    inner = _compile(snap.code, classes, rest, names)
    own = {**cells, RT: types.CellType(runtime)}
    return types.FunctionType(inner, snap.space, closure=tuple(own[n] for n in inner.co_freevars))


def _in_namespace(snap: Snap, rest: Rest, runtime: Any) -> Callable[[], Any]:
    tree = ast.fix_missing_locations(ast.Module(rest.body, []))
    code = compile(tree, snap.code.co_filename, "exec", dont_inherit=True)

    def run() -> None:
        snap.space[RT] = runtime
        exec(code, snap.space)

    return run


def _compile(code: types.CodeType, classes: tuple[str, ...], rest: Rest, names: list[str]) -> types.CodeType:
    arguments = ", ".join([*names, RT, "__class__"])
    outer = ast.parse(f"def {_FACTORY}({arguments}):\n def rest(): pass\n return rest").body[0]
    assert isinstance(outer, ast.FunctionDef)
    inner = outer.body[0]
    assert isinstance(inner, ast.FunctionDef)
    inner.name = code.co_name if code.co_name.isidentifier() else "rest"
    declared: list[ast.stmt] = [ast.Nonlocal(names=list(names))] if names else []
    globals_ = sorted(_globals(code) - set(names))
    declared += [ast.Global(names=globals_)] if globals_ else []
    inner.body = [*declared, *rest.body]
    module: ast.stmt = outer
    for name in reversed(classes[-1:]):  # private names are mangled by the innermost class
        wrapper = cast(ast.ClassDef, ast.parse(f"class {name}: pass").body[0])
        wrapper.body, module = [module], wrapper
    tree = ast.fix_missing_locations(ast.Module([module], []))
    compiled = compile(tree, code.co_filename, "exec", dont_inherit=True)
    made = next(
        c for c in _codes(compiled) if c.co_name == inner.name and RT + "." not in c.co_name and _is_inner(c)
    )
    return made.replace(co_qualname=code.co_qualname)


def _is_inner(code: types.CodeType) -> bool:
    return code.co_qualname.endswith(f"{_FACTORY}.<locals>.{code.co_name}")


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _globals(code: types.CodeType) -> set[str]:
    """Names that the code stores as globals: its `global` statements."""
    import dis

    return {i.argval for i in dis.get_instructions(code) if i.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")}


def cells_of(snap: Snap) -> Cells:
    """Cells for the names of a frame: the program's where its functions hold them, new ones elsewhere."""
    cells: Cells = {}
    for function in gc.get_referrers(snap.code):
        if isinstance(function, types.FunctionType) and function.__code__ is snap.code:
            shared = dict(zip(snap.code.co_freevars, function.__closure__ or (), strict=True))
            if (
                all(_holds(cell, snap.names.get(n)) or n == "__class__" for n, cell in shared.items())
                or not cells
            ):
                cells.update(shared)
    for held in list(snap.names.values()):
        if isinstance(held, types.FunctionType):
            for name, cell in zip(held.__code__.co_freevars, held.__closure__ or (), strict=True):
                if name in snap.code.co_cellvars:
                    cells[name] = cell
    for name in {*snap.code.co_varnames, *snap.code.co_cellvars, *snap.code.co_freevars}:
        cells.setdefault(name, types.CellType())
    return cells


def _holds(cell: types.CellType, value: Any) -> bool:
    try:
        return cell.cell_contents is value
    except ValueError:
        return value is None
