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
from numsan.core.op import Op
from numsan.core.trace import History

Appetite = Literal["regular", "pedantic"]
Bindings = dict[str, Any]
Matcher = Callable[[Op], "Bindings | None"]
Scanner = Callable[[ast.Module, Callable[[ast.expr], "str | None"]], "Iterator[tuple[ast.AST, str]]"]


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
    phase: Phase = "forward"
    examples: tuple[Example, ...] = ()
    doc: str | None  # the `__doc__` of the rule's module
    match: Matcher | None = None
    bites: Callable[..., str | None] | None = None
    fix: Callable[..., str | None] | None = None
    watch: Callable[[History], str | None] | None = None
    scan: Scanner | None = None
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

    def fixed_by(self, function: Callable[..., str | None]) -> Callable[..., str | None]:
        """The replacement text for the matched expression, or None where there is none."""
        self.fix = function
        return function

    def watches(self, function: Callable[[History], str | None]) -> Callable[[History], str | None]:
        """For training dynamics: the history of a run in, a sentence with the numbers or None out."""
        self.watch = function
        return function

    def scans(self, function: Scanner) -> Scanner:
        """For the shape of a program: syntax tree and resolver of names in, (node, sentence) pairs out."""
        self.scan = function
        return function

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
        bound = [b for b in self.bindings.values() if isinstance(b, Op)]
        return _size(self.op) - sum(_size(b) for b in bound)


def _size(op: Op) -> int:
    return sum(1 for _ in op.walk())


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
    return sorted(hits, key=lambda hit: (-hit.weight, hit.rule.code))


def get(code_or_name: str) -> Rule:
    """The rule with this code or name.

    Raises: ValueError for one that is not in the catalogue (call `numsan.rules.load()` first).
    """
    for rule in CATALOG.values():
        if code_or_name in (rule.code, rule.code.lower(), rule.name):
            return rule
    raise ValueError(f"no rule {code_or_name!r}; `numsan rules` lists the {len(CATALOG)} there are")
