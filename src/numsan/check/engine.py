"""Findings of one file: every operation is asked of every rule, the most specific answer stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from numsan import rules
from numsan.check.bindings import Flow, Scope
from numsan.check.bounded import deep
from numsan.check.chain import blamed_in, chain_of
from numsan.check.findings import findings_of
from numsan.check.flow import scopes_of, unwalked
from numsan.check.lower import Lowering
from numsan.check.match import Match
from numsan.check.movable import replacement_of
from numsan.check.source import Source
from numsan.check.unseen import out_of_sight
from numsan.core.bounds import EPSILON
from numsan.core.downwards import only_vanish
from numsan.core.finding import Finding
from numsan.core.op import Leaf, Op, leaves
from numsan.core.program import Program
from numsan.core.rule import CATALOG, Appetite, Hit, Rule, settled
from numsan.core.values import source as written
from numsan.core.zero import differentiable

_TESTING = ("pytest", "unittest", "_testing", "numpy.testing", "torch.testing")
_NUMERIC = re.compile(
    r"\b(?:torch|numpy|np|jax|jnp|tensorflow|tf|math|scipy|keras|flax|optax|cupy|paddle|mxnet)\b"
    r"|\.(?:log|exp|sqrt|pow|norm|softmax|sigmoid|backward)\("
)  # a file with none of these holds no arithmetic on arrays; nor is that of a test looked at: it chooses its numbers
_TRAINERS = re.compile(
    r"^[ \t]*(?:from|import) +(?:transformers|accelerate|lightning|mlx|tinygrad)\b", re.M
)  # what scans look at, too
_IMPORTS = re.compile(
    r"^(import|from) +(pytest|unittest|\w+(\.\w+)*\._testing|numpy\.testing|torch\.testing)\b", re.M
)
_HYPER = re.compile(r"(param_)?group\[")  # `if group["weight_decay"] != 0` asks nothing about what is decayed
_TEST_FILE = re.compile(r"(^|[/\\])(test_[^/\\]*|[^/\\]*_test)\.py$")


@dataclass(slots=True)
class _File:
    source: Source
    flow: Flow
    tests: bool
    matches: list[Match] = field(default_factory=list[Match])


def ops_in(text: str, filename: str = "<string>") -> Iterator[Op]:
    """Every operation written in a source text, outermost of an expression first.

    Raises: SyntaxError when the text does not parse.
    """
    for scope in scopes_of(Source(text, filename)).scopes:
        yield from scope.ops


def concerns(text: str) -> bool:
    """Whether a text can hold anything that a rule speaks about; this is asked before it is parsed."""
    return bool(_NUMERIC.search(text) or _TRAINERS.search(text))


def matches_in(text: str, filename: str = "<string>", appetite: Appetite = "regular") -> list[Match]:
    """What the catalogue says about a source text, in the order of the text."""
    rules.load()
    source = Source(text, filename)
    with deep():
        return _matches(source, appetite)


def _matches(source: Source, appetite: Appetite) -> list[Match]:
    tests = _tests(source)
    numeric = bool(_NUMERIC.search(source.text)) and not (tests and appetite == "regular")
    file = _File(source, scopes_of(source) if numeric else unwalked(source), tests)
    for scope in file.flow.scopes:
        for hit in settled(_hits(file, scope, appetite), file.flow.lowering.origin):
            file.matches.append(_match(file, scope, hit))
    program = Program(source.text, source.tree, file.flow.lowering.names.qualified)
    for rule in CATALOG.values():
        if appetite == "pedantic" or (
            rule.appetite == "regular" and not (rule.phase == "data" and file.tests)
        ):
            _scan(file, program, rule)
    file.flow.lowering.let_go()
    return sorted(_unique(file.matches), key=lambda m: (m.span[0], m.span[1], m.rule.code))


def _unique(matches: list[Match]) -> Iterator[Match]:
    """One match of a rule at a place, the first, which has the repair; a second look may know a better rule."""
    unique: dict[tuple[str, tuple[int, int]], Match] = {}
    for m in matches:
        unique.setdefault((m.rule.code, m.span), m)
    told = {m.span for m in unique.values() if not m.rule.generic}
    return (m for m in unique.values() if not (m.rule.generic and m.span in told))


def findings_in(text: str, filename: str = "<string>", appetite: Appetite = "regular") -> list[Finding]:
    """`matches_in` as findings, each with the diff of its own repair."""
    return findings_of(matches_in(text, filename, appetite), text)


def _hits(file: _File, scope: Scope, appetite: Appetite) -> list[Hit]:
    hits: list[Hit] = []
    by_name = _by_root_name(len(CATALOG))
    for op in scope.ops:
        asked = by_name.get(op.name, [])
        bare = _bare(op) if asked else op
        for rule in asked:
            seen = bare is not op and not (rule.mended_by_width and _widened(op))
            bindings = rule.bind(op) or (rule.bind(bare) if seen else None)
            if bindings is not None and _speaks(file, scope, rule, op, bindings, appetite):
                hits.append(Hit(rule=rule, op=op, bindings=bindings))
    return hits


@cache
def _by_root_name(known: int) -> dict[str, list[Rule]]:
    """Rules by the operations that can stand at their root; made again when more rules are `known`."""
    table: dict[str, list[Rule]] = {}
    for rule in CATALOG.values():
        for name in rule.names:
            table.setdefault(name, []).append(rule)
    return table


def _tests(source: Source) -> bool:
    imports = any(word in source.text for word in _TESTING) and _IMPORTS.search(source.text)
    return bool(imports or _TEST_FILE.search(source.filename))


def _speaks(
    file: _File, scope: Scope, rule: Rule, op: Op, bindings: dict[str, Any], appetite: Appetite
) -> bool:
    if appetite == "regular" and rule.appetite == "pedantic":
        return False
    reached = True if rule.reach is None else rule.reach(**bindings)
    if reached is False or (reached is None and appetite == "regular"):
        return False
    lowering = file.flow.lowering
    if rule.averaged and lowering.original(op) in lowering.unreduced:
        return False
    if rule.in_autocast and lowering.half == "autocast" and scope.in_full_precision(op):
        return False
    if appetite == "regular" and out_of_sight(lowering, scope, rule, op, bindings):
        return False
    if rule.mended_by_clamp and lowering.original(op) in lowering.clamped:
        return False
    if rule.mended_by_bound and lowering.original(op) in lowering.raised:
        return False
    made = lowering.original(op)
    if (
        rule.phase == "forward"
        and rule.kind in ("domain", "underflow", "cancellation")
        and _seen_to(file, made, rule, bindings)
    ):
        return False
    if (rule.generic or rule.kind == "domain") and scope.untrained and appetite == "regular":
        return False
    if rule.phase == "backward" and not lowering.names.has_gradient:
        return False
    plain = (
        id(op) in lowering.plain
        or id(op) in lowering.fixed
        or (scope.by_hand and op.name in ("sqrt", "where"))
    )
    if rule.phase == "backward" and (plain or scope.without_gradient(op)):
        return False  # numpy has no gradient, nor has a block under `no_grad`
    if rule.phase == "backward" and not differentiable(op):
        return False
    return not any(_guarded(b, scope, lowering) for name, b in bindings.items() if name in rule.guarded)


def _seen_to(file: _File, made: int, rule: Rule, bindings: dict[str, Any]) -> bool:
    """Whether the value of a forward rule is looked at afterwards: by `isfinite`, or a `where` on its operand."""
    lowering = file.flow.lowering
    condition = lowering.chosen.get(made)
    if made in lowering.tested or condition is None:
        return made in lowering.tested
    asked = {leaf.text for leaf in leaves(condition)} | {written(op) for op in condition.walk()}
    values = [b for name, b in bindings.items() if name in rule.guarded]
    return any(written(v) in asked for v in values)


def _guarded(value: object, scope: Scope, lowering: Lowering) -> bool:
    """Whether a test in the same function speaks about the value or something it is made from."""
    spread = isinstance(value, Op) and value.name in ("std", "var")  # many elements can be equal
    asked = scope.guards if spread else scope.guards | scope.counted
    if any(leaf.text in asked and not _setting(leaf, value) for leaf in leaves(value)):
        return True
    return isinstance(value, Op) and any(
        written(op) in asked or lowering.original(op) in scope.guarded for op in value.walk()
    )


def _setting(leaf: Leaf, value: object) -> bool:
    """`if noise_std > 0` says nothing about a sum of which noise is a part."""
    usual = leaf.default is not None and leaf is not value and not EPSILON.search(leaf.text)
    return usual or bool(_HYPER.match(leaf.text))


def _widened(op: Op) -> bool:
    return any(o.name == "to" and o.args[-1] in ("float32", "float64") for o in op.walk())


def _bare(op: Op) -> Op:
    """The same operation without the views and casts below it."""
    args = tuple(_seen_through(a) if isinstance(a, Op) else a for a in op.args)
    return (
        op if all(a is b for a, b in zip(args, op.args, strict=True)) else Op(op.name, args, where=op.where)
    )


def _seen_through(op: Op) -> object:
    inner: object = op
    while isinstance(inner, Op) and inner.name in ("view", "to") and inner.args:
        inner = inner.args[0]
    return _bare(inner) if isinstance(inner, Op) else inner


def _match(file: _File, scope: Scope, hit: Hit) -> Match:
    lowering = file.flow.lowering
    replacement = replacement_of(lowering, scope, hit)
    blamed = hit.op if replacement is not None else blamed_in(lowering, hit)
    return Match(
        hit.rule,
        blamed.where,
        lowering.spans[id(blamed)],
        "",
        replacement,
        hit.op.name,
        chain_of(lowering, hit),
        "underflow" if hit.rule.kind == "overflow" and only_vanish(hit.op) else None,
    )


def _scan(file: _File, program: Program, rule: Rule) -> None:
    if rule.scan is None or not all(word in program.text for word in rule.words):
        return
    for node, says, *rest in rule.scan(program):
        if isinstance(node, ast.expr | ast.stmt):
            site = file.source.site(node)
            replacement = rest[0] if rest else None
            file.matches.append(Match(rule, site, file.source.span(node), says, replacement))
