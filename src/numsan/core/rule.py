"""A rule is one numerical defect: words, mathematics, executed examples, one pattern, one condition, one fix.

`matches` sees an `Op` tree and binds parts of it, `bites_when` decides with the ranges of a run whether these
numbers really fail, `fixed_by` writes the replacement, `watches` reads the history of a run (rules without a
tree), `scans` reads a syntax tree (rules about the shape of a training loop).
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numsan.core.finding import Kind, Phase, Severity
from numsan.core.op import Leaf, Op
from numsan.core.program import Program
from numsan.core.trace import History

Appetite = Literal["regular", "pedantic"]
Bindings = dict[str, Any]
Matcher = Callable[[Op], "Bindings | None"]
Scanner = Callable[[Program], "Iterator[tuple[ast.AST, str] | tuple[ast.AST, str, str]]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`given` makes an input, `bad` sets `y` and fails, `good` does not; `silent` must raise nothing.

    The contract also runs `y.sum().backward()` when something in `given` asks for a gradient. `static=False`
    says that source alone cannot show the defect (it is in the numbers), `run=False` that a single operation
    cannot; `fixed` is what the automatic repair makes of `bad` where that is not `good`.
    """

    given: str
    bad: str
    good: str
    silent: tuple[str, ...] = ()
    static: bool = True
    run: bool = True
    fixed: str | None = None
    wrong_by: float | None = None  # for precision rules: relative error of `bad` that must be exceeded
    right_to: float | None = None  # relative error that `good` must keep, against float64


@dataclass(slots=True, kw_only=True)
class Rule:
    """One defect. Made once at import of its module, whose docstring becomes `doc`."""

    code: str
    name: str
    kind: Kind
    title: str
    advice: str
    severity: Severity = "warning"
    appetite: Appetite = "regular"
    safe: bool = False
    in_float32: bool = False  # of what numpy, which computes in float64, does right
    mended_by_bound: bool = False  # a bound of the result above zero makes it harmless
    mended_by_clamp: bool = False  # a clamp of the result makes it harmless
    averaged: bool = False  # speaks about the mean of a loss, which `reduction="none"` does not take
    in_autocast: bool = False  # asks whether the file runs under autocast, which a block may switch off
    mended_by_width: bool = False  # of float16: a caller that gives float32 makes it harmless
    told_at: str = ""  # a binding that is blamed where it was made, if it is bound
    sole: str = ""  # a binding that something else needs, too, if its name is read for more than products
    trained: bool = False  # harms what is trained, not what is only measured
    mended_by_ranking: bool = False  # digits that are lost do not matter to the nearest or the largest
    generic: bool = False  # gives way to every rule that knows more about the expression
    phase: Phase = "forward"
    examples: tuple[Example, ...] = ()
    doc: str | None  # the `__doc__` of the rule's module
    match: Matcher | None = None
    bites: Callable[..., str | None] | None = None
    reach: Callable[..., bool | None] | None = None
    guarded: frozenset[str] = field(
        default_factory=frozenset[str]
    )  # bindings an `if` or `assert` may speak about
    drowned: Callable[..., bool] | None = None
    fix: Callable[..., str | None] | None = None
    watch: Callable[[History], str | None] | None = None
    scan: Scanner | None = None
    words: tuple[str, ...] = ()  # texts without which `scan` finds nothing
    names: frozenset[str] = field(default_factory=frozenset[str])  # operations at the root of the pattern

    def __post_init__(self) -> None:
        taken = CATALOG.get(self.code)
        if taken is not None:
            raise ValueError(f"{self.code=} is taken by {taken.name!r}; pick the next free number")
        if any(rule.name == self.name for rule in CATALOG.values()):
            raise ValueError(f"{self.name=} is taken; a name says one pattern")
        self.doc = inspect.cleandoc(self.doc or "")
        CATALOG[self.code] = self

    def matches(self, *names: str) -> Callable[[Matcher], Matcher]:
        """The pattern, a `match` statement; `names` are the operations that can stand at its root."""

        def keep(function: Matcher) -> Matcher:
            self.match, self.names = function, frozenset(names)
            return function

        return keep

    def bites_when(self, function: Callable[..., str | None]) -> Callable[..., str | None]:
        """The condition on real values: bindings of `matches` in, a sentence with the numbers or None out."""
        self.bites = function
        return function

    def reachable_when(
        self, *guarded: str
    ) -> Callable[[Callable[..., bool | None]], Callable[..., bool | None]]:
        """For source alone: can the harm be reached? True, False, None for unknown (silent unless pedantic).

        An `if`, `assert` or `while` that speaks about one of the bindings named here silences the rule, too.
        """

        def keep(function: Callable[..., bool | None]) -> Callable[..., bool | None]:
            self.reach, self.guarded = function, frozenset(guarded)
            return function

        return keep

    def drowned_by(self, function: Callable[..., bool]) -> Callable[..., bool]:
        """For source alone: whether the rounding of another term of the same sum hides what is lost here."""
        self.drowned = function
        return function

    def fixed_by(self, function: Callable[..., str | None]) -> Callable[..., str | None]:
        """The replacement text for the matched expression, or None where there is none."""
        self.fix = function
        return function

    def watches(self, function: Callable[[History], str | None]) -> Callable[[History], str | None]:
        """For training dynamics: the history of a run in, a sentence with the numbers or None out."""
        self.watch = function
        return function

    def scans(self, *words: str) -> Callable[[Scanner], Scanner]:
        """For the shape of a program: `Program` in, (node, sentence[, replacement]) out; if all `words` occur."""

        def keep(function: Scanner) -> Scanner:
            self.scan, self.words = function, words
            return function

        return keep

    def bind(self, op: Op) -> Bindings | None:
        """What the pattern binds in `op`, or None where it does not match."""
        if self.match is None or (self.names and op.name not in self.names):
            return None
        return self.match(op)


CATALOG: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One rule matched one tree. `evidence` is set when the values of a run really make it fail."""

    rule: Rule
    op: Op
    bindings: Mapping[str, Any]
    evidence: str | None = None

    @property
    def weight(self) -> int:
        """How much of the tree the pattern itself takes: the more, the more specific."""
        return len(self.taken())

    def taken(self) -> set[int]:
        """Identities of the operations that the pattern itself takes, without what it only binds.

        A binding that contains another one (`total` in `x / total`, made from `x`) belongs to the pattern.
        """
        bound = [b for b in self.bindings.values() if isinstance(b, Op | Leaf)]
        ids = {id(b) for b in bound}
        inner = {id(b) for b in bound if not isinstance(b, Op) or not any(i in ids for i in _below(b))}
        return {id(self.op), *_taken(self.op, inner)}


def _below(op: Op) -> Iterator[int]:
    for arg in op.args:
        if isinstance(arg, Op | Leaf):
            yield id(arg)
        if isinstance(arg, Op):
            yield from _below(arg)


def _taken(op: Op, bound: set[int]) -> Iterator[int]:
    yield id(op)
    for arg in op.args:
        if isinstance(arg, Op) and id(arg) not in bound:
            yield from _taken(arg, bound)


def _specific(hit: Hit) -> tuple[bool, int, str]:
    return hit.rule.generic, -hit.weight, hit.rule.code


def settled(hits: list[Hit], origin: Mapping[int, int] | None = None) -> list[Hit]:
    """The most specific hits: one that stands on an operation which a larger pattern takes is left out.

    `origin` maps the identity of a copy of an operation to that of the operation.
    """
    origin = origin or {}
    kept: list[Hit] = []
    taken: dict[int, Hit] = {}
    for hit in sorted(hits, key=_specific):
        larger = taken.get(id(hit.op))
        if larger is None or _apart(hit, larger):
            kept.append(hit)
            taken |= {origin.get(i, i): hit for i in hit.taken()}
    return kept


def _apart(hit: Hit, larger: Hit) -> bool:
    """A gradient that is lost on another line than the value is not saved by what repairs the value there."""
    backward = hit.rule.phase == "backward" and larger.rule.phase == "forward"
    return backward and hit.op.where is not None and hit.op.where.line < larger.op.where.line


def ask(op: Op, phase: Phase | None = None) -> list[Hit]:
    """Rules that match `op` itself and bite on its values, most specific first; `phase` narrows it."""
    hits: list[Hit] = []
    for rule in CATALOG.values():
        if rule.bites is None or (phase is not None and rule.phase != phase):
            continue
        bindings = rule.bind(op)
        if bindings is None:
            continue
        evidence = rule.bites(**bindings)
        if evidence is not None:
            hits.append(Hit(rule=rule, op=op, bindings=bindings, evidence=evidence))
    return sorted(hits, key=_specific)


def get(code_or_name: str) -> Rule:
    """The rule with this code or name.

    Raises: ValueError for one that is not in the catalogue (call `numsan.rules.load()` first).
    """
    for rule in CATALOG.values():
        if code_or_name in (rule.code, rule.code.lower(), rule.name):
            return rule
    raise ValueError(f"no rule {code_or_name!r}; `numsan rules` lists the {len(CATALOG)} there are")
