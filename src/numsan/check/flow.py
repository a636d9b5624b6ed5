"""The scopes of a file: its module level, its functions and methods, each with what is known from outside."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from numsan.check.attributes import defaults, methods_of, properties_of, settings_of
from numsan.check.bindings import Flow, Scope
from numsan.check.casts import CASTS
from numsan.check.composed import COMPOSED
from numsan.check.copies import renamed
from numsan.check.elsewhere import Elsewhere
from numsan.check.functions import Inner, inner_scopes
from numsan.check.lasting import LARGEST, lasting, numbers_of, small
from numsan.check.lower import Lowering
from numsan.check.modules import Instance, Module, Several
from numsan.check.neighbours import Defined, definitions
from numsan.check.purpose import begun_for, converted_to
from numsan.check.records import records_of
from numsan.check.resolve import RENAMED, VIEWS, Names
from numsan.check.returns import Returned, full_name, one_of, parameters_of
from numsan.check.running import runs_in_half
from numsan.check.source import Source
from numsan.check.statements import block
from numsan.core.names import PARAMETERS
from numsan.core.op import Op

_MODEL = re.compile(
    r"(^|[._])(model|net|network|module|actor|critic|policy|dqn|q_?net|encoder|decoder|generator|discriminator)$"
)  # called: the forward of a file's one module
# what objects of libraries have, too
_COMMON = frozenset(
    (
        *PARAMETERS, *COMPOSED, *RENAMED, *VIEWS, *CASTS, "sample", "rsample", "log_prob", "entropy", "prob",
        "fit", "transform", "predict", "score", "get", "update", "step", "append", "items", "backward", "zero_grad",
        "forward", "train", "eval", "load", "save", "reset", "call", "build", "run", "apply", "to", "close", "add",
        "parameters", "state_dict", "__init__", "__call__", "size", "inverse", "scale", "group",
    )
)  # fmt: skip
_DEEPEST = 8  # calls within calls
_AGAIN = 3  # times that one function is walked with what calls give to it
_SHORT = 30  # lines of a function that is walked again for what its arguments are
_LINES = 80  # of a function that is


def scopes_of(source: Source, alone: bool = False) -> Flow:
    """Walks the module, its functions and its classes; unless `alone`, with what it imports from files beside it."""
    return walked(source, alone).flow


def unwalked(source: Source) -> Flow:
    """A file of which only the names are known."""
    return Flow(source, Lowering(source, Names(source.tree)))


def walked(source: Source, alone: bool) -> _Walk:
    names = Names(source.tree)
    lowering = Lowering(source, names, half=runs_in_half(source.text, source.tree, names))
    lowering.buffers = converted_to(source.text)
    lowering.classes = frozenset(s.name for s in source.tree.body if isinstance(s, ast.ClassDef))
    lowering.properties = properties_of(source.tree)
    lowering.records = records_of(source.tree)
    lowering.settings = settings_of(source.tree)
    flow = Flow(source, lowering)
    walk = _Walk(flow)
    walk.bases = {
        s.name: [b.id for b in s.bases if isinstance(b, ast.Name) and b.id in lowering.classes]
        for s in source.tree.body
        if isinstance(s, ast.ClassDef)
    }
    walk.methods = methods_of(source.tree)
    walk.forwards = {cls.lower(): cls for cls in walk.methods.get("forward", ())}
    lowering.returned, lowering.again, lowering.parameters = walk.returned, walk.again, walk.parameters
    if not alone and os.path.isfile(source.filename):
        for local, defined in definitions(source.text, source.filename).items():
            lowering.beside_file[local] = Elsewhere(defined.is_class, partial(_answer, flow, defined))
    walk.scope(source.tree.body, Scope(""), {})
    return walk


def _answer(flow: Flow, defined: Defined, method: str) -> Returned | None:
    """What a definition of another file returns, walked there."""
    other = _elsewhere(defined)
    if other is None:
        return None
    flow.lowering.foreign |= other.flow.lowering.foreign
    flow.lowering.plain |= other.flow.lowering.plain
    return other.returned(f"{defined.name}{method}")


@lru_cache(maxsize=500)
def _elsewhere(defined: Defined) -> _Walk | None:
    try:
        return walked(Source(defined.text, defined.path), alone=True)
    except (SyntaxError, RecursionError):
        return None


@dataclass(slots=True)
class _Walk:
    """Every scope is walked once: in its place, or before, when a call asks what the function returns."""

    flow: Flow
    waiting: dict[str, Inner] = field(default_factory=dict[str, Inner])
    answers: dict[str, Returned | None] = field(default_factory=dict[str, Returned | None])
    known: dict[str, Inner] = field(default_factory=dict[str, Inner])
    bases: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # of classes, in this file
    methods: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # which classes define them
    forwards: dict[str, str] = field(
        default_factory=dict[str, str]
    )  # modules, by their names in small letters
    turns: dict[str, int] = field(default_factory=dict[str, int])
    depth: int = 0

    def scope(self, body: list[ast.stmt], scope: Scope, env: dict[str, Any], nested: bool = True) -> Any:
        """Walks one body, then the functions in it; answers with what its names hold at its end."""
        flow = self.flow
        outer, outer_env, outer_name = flow.scope, flow.lowering.env, flow.lowering.function
        flow.scopes.append(scope)
        around = {**env, **dict(numbers_of(body))}
        inner = list(inner_scopes(flow, body, scope.function, around)) if nested else []
        self.known |= {i.name: i for i in inner}
        if len({i.name for i in inner}) == len(inner):
            self.waiting |= {i.name: i for i in inner}
        flow.scope, flow.lowering.env, flow.lowering.function = scope, dict(env), scope.function
        block(flow, body)
        end = flow.lowering.env
        around |= {k: v for k, v in end.items() if lasting(v)}
        if inner and scope.function:  # a closure sees what the function around it has made
            size = flow.lowering.size
            around |= {k: v for k, v in end.items() if isinstance(v, Op) and size.get(id(v), 0) <= LARGEST}
        flow.scope, flow.lowering.env, flow.lowering.function = outer, outer_env, outer_name
        for one in inner:
            one.asked.update(scope.guards | scope.counted if scope.function else ())
            if self.waiting.pop(one.name, one) is one and one.name not in self.answers:
                self.function(one)
        return end

    def function(self, inner: Inner) -> None:
        """Walks one function and keeps what it returns."""
        self.answers[inner.name] = None  # for a call of itself
        begun, lowering = begun_for(self.flow, inner.name, inner.node), self.flow.lowering
        begun.guards |= inner.asked.difference(parameters_of(inner.node))
        parameters = dict(defaults(self.flow, inner.node, lowering.half))
        end = self.scope(inner.node.body, begun, {**inner.around, **inner.attributes, **parameters})
        for name in inner.once - inner.attributes.keys():
            held = end.get(name)
            if isinstance(held, Module | Instance):
                inner.attributes[name] = held
            if isinstance(held, Op) and lowering.size.get(id(held), 0) <= LARGEST:
                inner.attributes[name] = renamed(lowering, held, inner.node.name)
        value = one_of([small(lowering, v) for v in begun.results])
        if value is not None and not isinstance(inner.node, ast.AsyncFunctionDef):
            self.answers[inner.name] = Returned(parameters_of(inner.node), value)

    def again(self, name: str, given: dict[str, Any]) -> Any:
        """Walks a function with what a call gives to it: the operations in it are looked at as they are then."""
        name = self._full(name)
        inner = self.known.get(name)
        if inner is None or self.turns.get(name, 0) >= _AGAIN or self.depth >= _DEEPEST:
            return None
        if (inner.node.end_lineno or 0) - inner.node.lineno > _LINES or len(self.turns) > _LINES:
            return None
        self.turns[name] = self.turns.get(name, 0) + 1
        begun, lowering = begun_for(self.flow, inner.name, inner.node), self.flow.lowering
        begun.again = True
        made, lowering.made = lowering.made, {}
        self.depth += 1
        parameters = dict(defaults(self.flow, inner.node, lowering.half))
        lowering.several |= any(isinstance(v, Several) for v in given.values())
        env = {**inner.around, **inner.attributes, **parameters, **given}
        self.scope(inner.node.body, begun, env, nested=False)
        self.depth -= 1
        lowering.made = made
        lowering.doubtful |= {id(op) for op in begun.ops}
        return one_of(begun.results)

    def parameters(self, name: str) -> tuple[str, ...] | None:
        """The parameters of a function of this file that is short enough to be walked once more."""
        inner = self.known.get(self._full(name))
        if inner is None or (inner.node.end_lineno or 0) - inner.node.lineno > _SHORT:
            return None
        return parameters_of(inner.node)

    def _full(self, name: str) -> str:
        full = full_name(name, self.flow.lowering.function)
        if full in self.known:
            return full
        within = f"{self.flow.lowering.function}.{name}"  # a function that this one defines
        return within if within in self.known else self._of_unknown(full) or full

    def _of_unknown(self, name: str) -> str | None:
        """Of an object that nothing is known about: the only method of this file with that name, the forward of the
        one module that is called so."""
        owner, _, last = name.rpartition(".")
        if owner and last in self.methods:
            found = self.methods[last]
            if len(found) == 1 and last not in _COMMON and f"{found[0]}.{last}" in self.known:
                return f"{found[0]}.{last}"
        if not self.forwards or last in _COMMON or len(last) < 3:
            return None
        forwards = [cls for cls in self.forwards.values() if cls != owner] if len(self.forwards) < 3 else ()
        if len(forwards) == 1:
            return f"{forwards[0]}.forward" if _MODEL.search(name) else None
        word = last.replace("_", "")
        called = self.forwards.get(word.lower()) if len(word) > 4 else None
        return f"{called}.forward" if called is not None and called != owner else None

    def returned(self, name: str) -> Returned | None:
        """What a call of `name` (a function, or `self.method` of the class at hand) returns."""
        name = self._full(name)
        for local, other in self.flow.lowering.beside_file.items():
            if name == local or name.startswith(f"{local}."):
                return other.returned(name[len(local) :])
        cls, _, method = name.partition(".")
        if name not in self.known and len(self.bases.get(cls, ())) == 1:
            return self.returned(f"{self.bases[cls][0]}.{method}")
        if name in self.waiting and self.depth < _DEEPEST:
            self.depth += 1
            self.function(self.waiting.pop(name))
            self.depth -= 1
        answer = self.answers.get(name)
        return (
            answer if answer is not None or not method or not self.bases else self._of_subclass(cls, method)
        )

    def _of_subclass(self, cls: str, method: str) -> Returned | None:
        """What the only subclass that says so returns from a method that its base leaves open."""
        if method in ("forward", "__init__") or f"{cls}.{method}" not in self.known:
            return None
        below = [f"{sub}.{method}" for sub, bases in self.bases.items() if cls in bases]
        told = [r for n in below if n in self.known and (r := self.returned(n)) is not None]
        return told[0] if told else None
