"""Objects that only hold values under names: named tuples, dataclasses, the output objects of models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from numsan.check.modules import Several

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

_OUTPUT = ("Output", "Outputs")  # imported classes whose fields are given by keyword
_BASES = ("NamedTuple", "ModelOutput", "BaseOutput", "OrderedDict", "TypedDict")


def records_of(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """The fields of every record class of a file, in their order.

    >>> records_of(ast.parse("P = namedtuple('P', ['mu', 'logvar'])"))
    {'P': ('mu', 'logvar')}
    """
    return {name: fields for statement in tree.body for name, fields in _record(statement)}


def _record(statement: ast.stmt) -> Iterator[tuple[str, tuple[str, ...]]]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made, args=[_, fields])):
            if _last(made) == "namedtuple":
                yield name, _listed(fields)
        case ast.ClassDef(name=name, bases=bases, decorator_list=decorators, body=body):
            if any(_last(d) == "dataclass" for d in decorators) or any(_last(b) in _BASES for b in bases):
                yield name, tuple(_fields(body))
        case _:
            pass


def _last(node: ast.expr) -> str:
    match node:
        case ast.Call(func=function):
            return _last(function)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _listed(node: ast.expr) -> tuple[str, ...]:
    match node:
        case ast.Constant(value=str() as text):
            return tuple(text.replace(",", " ").split())
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            return tuple(str(e.value) for e in elts if isinstance(e, ast.Constant))
        case _:
            return ()


def _fields(body: list[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


def record_name(low: Lowering, node: ast.Call) -> bool:
    """Whether the name of what is called is that of a record; this is asked of every call."""
    function = node.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in low.records or (name.endswith(_OUTPUT) and bool(node.keywords) and name[:1].isupper())


def made_record(low: Lowering, node: ast.Call) -> Several | None:
    """`Posterior(mu, logvar=v)` by field, None for what is no record or holds nothing that is known."""
    name = _last(node.func)
    fields = low.records.get(name, ())
    given = {
        n: low.lower(a) for n, a in zip(fields, node.args, strict=False) if not isinstance(a, ast.Starred)
    }
    given |= {k.arg: low.lower(k.value) for k in node.keywords if k.arg is not None}
    return Several({f: given[f] for f in (*fields, *given) if f in given}) if given else None


def given_to(arguments: dict[str, Any], text: str) -> Any:
    """What a call gives for `posterior.logvar`, a field of its parameter, or for a parameter."""
    if text in arguments:
        return arguments[text]
    name, _, field = text.partition(".")
    held = arguments.get(name)
    return held.items.get(field) if isinstance(held, Several) else None
