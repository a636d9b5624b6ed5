"""What stands inside comprehensions and lambdas, and what iterating over a value gives.

A list of tensors is taken as what one of them is: `[p.log() for p in ps]` is a logarithm, and so is each
element of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from numsan.check.copies import doubted
from numsan.core.op import Leaf, Op
from numsan.core.syntax import walk

if TYPE_CHECKING:
    from numsan.check.lower import Lowering

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


_CUTTING = frozenset(("split", "chunk", "unbind", "tensor_split", "array_split", "unstack"))


def bind_element(low: Lowering, target: ast.expr, iterable: ast.expr) -> None:
    """Names of `for target in iterable` hold an element of what is iterated over."""
    for name, of in _pairs(target, iterable):
        held = None if of is None else low.lower(of)
        for node in walk(name):
            if isinstance(node, ast.Name):
                low.env[node.id] = low.named(node.id)
        if isinstance(name, ast.Name) and of is not None and (values := _values_of(of)) is not None:
            low.env[name.id] = Leaf(name.id, half=low.half, call=("unique", low.lower(values)))
        elif isinstance(name, ast.Name) and isinstance(held, Op):
            low.env[name.id] = doubted(low, low.op(of or name, "view", held))


def _values_of(iterable: ast.expr) -> ast.expr | None:
    """`x` of `torch.unique(x)` and of `x.unique()`: each value of it occurs."""
    match iterable:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="torch" | "np" | "numpy"), attr="unique"), args=[of, *_]
        ):
            return of
        case ast.Call(func=ast.Attribute(value=of, attr="unique"), args=[]):
            return of
        case _:
            return None


def _pairs(target: ast.expr, iterable: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Each name with what it runs over: through `zip` and `enumerate`."""
    match target, iterable:
        case ast.Tuple(elts=[count, inner]), ast.Call(func=ast.Name(id="enumerate"), args=[of, *_]):
            yield count, None
            yield from _pairs(inner, of)
        case ast.Tuple(elts=names), ast.Call(func=ast.Name(id="zip"), args=args) if len(names) == len(args):
            for name, of in zip(names, args, strict=True):
                yield from _pairs(name, of)
        case ast.Tuple(elts=names), _:
            yield from ((name, None) for name in names)
        case _, ast.Call(func=ast.Name(id="list" | "tuple" | "reversed" | "sorted"), args=[of]):
            yield target, of
        case _, ast.Call(func=ast.Attribute(value=of, attr=attr), args=args) if attr in _CUTTING:
            library = isinstance(of, ast.Name) and of.id in ("torch", "np", "numpy", "jnp", "tf")
            yield target, (args[0] if args else iterable) if library else of
        case _:
            yield target, iterable


def inside(low: Lowering, node: Comprehension | ast.Lambda) -> dict[str, Any]:
    """The names as they are inside; the caller puts the answer, the names outside, back."""
    outside, low.env = low.env, dict(low.env)
    if isinstance(node, ast.Lambda):
        for argument in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs):
            low.env[argument.arg] = low.named(argument.arg)
    else:
        for generator in node.generators:
            bind_element(low, generator.target, generator.iter)
    return outside


def element(low: Lowering, node: Comprehension) -> Any:
    """What a comprehension yields, for all of what it makes."""
    made = node.value if isinstance(node, ast.DictComp) else node.elt
    outside = inside(low, node)
    held = low.lower(made)
    low.env = outside
    return low.op(node, "view", held) if isinstance(held, Op) else low.leaf(node)


def parts(node: Comprehension | ast.Lambda) -> list[ast.expr]:
    """Expressions that are evaluated with the inner names."""
    match node:
        case ast.Lambda(body=body):
            return [body]
        case ast.DictComp(key=key, value=value, generators=generators):
            made = [key, value]
        case ast.ListComp(elt=elt, generators=generators) | ast.SetComp(elt=elt, generators=generators):
            made = [elt]
        case ast.GeneratorExp(elt=elt, generators=generators):
            made = [elt]
    return [*(test for g in generators for test in g.ifs), *made]
