"""One contract for every rule: what its file promises is executed here."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from numsan import rules
from numsan.check.engine import findings_in
from numsan.check.repair import repaired
from numsan.core.finding import Kind
from numsan.core.rule import Example, Rule
from tests.rules.seen import Recorder

CATALOG = rules.load()
CASES = [pytest.param(r, e, id=f"{r.code}-{i}") for r in CATALOG.values() for i, e in enumerate(r.examples)]
EXECUTED = [c for c in CASES if c.values[1].given]
RUN = [c for c in EXECUTED if c.values[1].run]
FIXED = [c for c in CASES if (c.values[0].fix or c.values[0].safe) and c.values[1].static]
HEADINGS = ("What it does", "Why it is bad", "Fix safety", "References")
IMPORT = "import torch\n"


@pytest.fixture(autouse=True)
def switches() -> Iterator[None]:
    """What an example switches on in all of torch is off again after it."""
    with torch.autograd.set_detect_anomaly(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()):
        yield


def codes(text: str, appetite: Any = "regular") -> list[str]:
    return [f.code for f in findings_in(IMPORT + text, "example.py", appetite)]


def execute(given: str, text: str, recorder: bool = False) -> tuple[dict[str, Any], Recorder]:
    """Runs `given` and `text`, then the backward pass if anything wants it."""
    env: dict[str, Any] = {"torch": torch}
    exec(given, env)
    env["__given__"] = dict(env)
    seen = Recorder(env)
    if recorder:
        with seen:
            exec(text, env)
    else:
        exec(text, env)
    if env["y"].requires_grad:
        env["y"].float().sum().backward()
    return env, seen


def finite(env: dict[str, Any]) -> bool:
    """Value and every gradient."""
    tensors = [
        env["y"],
        *(v.grad for v in env["__given__"].values() if isinstance(v, torch.Tensor) and v.is_leaf),
    ]
    return all(bool(torch.isfinite(t).all()) for t in tensors if t is not None)


def error(env: dict[str, Any], exact: torch.Tensor) -> float:
    y = env["y"].detach().double()
    return float(((y - exact).abs() / exact.abs().clamp(min=1e-30)).max())


def in_double(given: str, text: str) -> torch.Tensor:
    """`text` in float64, with every floating input converted; half casts are widened too."""
    env: dict[str, Any] = {"torch": torch}
    exec(given, env)
    for name, value in env.items():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            env[name] = value.detach().double()
    text = re.sub(r"\.(half|float|bfloat16)\(\)", ".double()", text).replace("torch.float32", "torch.float64")
    exec(text, env)
    return env["y"].detach()


@pytest.mark.parametrize("rule,example", CASES)
def test_source_names_bad_only(rule: Rule, example: Example) -> None:
    if example.static:
        assert set(codes(example.bad)) == {rule.code}
    else:
        assert rule.code not in codes(example.bad)
        assert rule.code in codes(example.bad, "pedantic")
    assert codes(example.good) == []
    for silent in example.silent:
        assert codes(silent) == [], silent


@pytest.mark.parametrize("rule,example", EXECUTED)
def test_bad_goes_wrong_and_good_does_not(rule: Rule, example: Example) -> None:
    good, _ = execute(example.given, example.good)
    assert finite(good)
    try:
        bad, _ = execute(example.given, example.bad)
    except (OverflowError, torch.linalg.LinAlgError):  # what is said in place of inf and nan
        return
    if example.wrong_by is None:
        assert not finite(bad)
    else:
        exact = good["y"].detach().double() if rule.scan else in_double(example.given, example.good)
        assert error(bad, exact) > example.wrong_by
    if example.right_to is not None:
        assert error(good, in_double(example.given, example.good)) <= example.right_to


@pytest.mark.parametrize("rule,example", RUN)
def test_run_names_bad_only(rule: Rule, example: Example) -> None:
    _, seen = execute(example.given, example.bad, recorder=True)
    hits = seen.hits()
    assert {h.rule.code for h in hits} == {rule.code}
    for hit in hits:
        assert hit.evidence is not None and re.search(r"\d|inf", hit.evidence)
        assert not hit.evidence.endswith(".")
    _, seen = execute(example.given, example.good, recorder=True)
    assert [(h.rule.code, h.evidence) for h in seen.hits()] == []


@pytest.mark.parametrize("rule,example", FIXED)
def test_fix_parses_is_idempotent_and_cures(rule: Rule, example: Example) -> None:
    fixed = repaired(IMPORT + example.bad, unsafe=True)
    if fixed == IMPORT + example.bad:
        pytest.skip(f"{rule.code} has no repair for this form")
    ast.parse(fixed)
    assert repaired(fixed, unsafe=True) == fixed
    assert rule.code not in codes(fixed)
    expected = example.good if example.fixed is None else example.fixed
    assert ast.dump(ast.parse(fixed)) == ast.dump(ast.parse(IMPORT + expected)), fixed
    assert rule.safe or repaired(IMPORT + example.bad) == IMPORT + example.bad
    if example.given:
        env, _ = execute(example.given, fixed)
        assert finite(env)


BENIGN = re.compile(r"torch\.(tensor|full|ones|zeros|linspace|eye)\(.*")


def benign(given: str) -> str:
    """The same names and shapes with harmless values, so that bad and fixed can be compared."""
    env: dict[str, Any] = {"torch": torch}
    exec(given, env)
    lines = ["torch.manual_seed(0)"]
    for name, value in env.items():
        if isinstance(value, torch.Tensor):
            shape, dtype = tuple(value.shape), value.dtype
            if dtype == torch.bool:
                lines.append(f"{name} = torch.zeros({shape}, dtype=torch.bool)")
                lines.append(f"{name}.view(-1)[::2] = True" if value.dim() == 1 else f"{name}[..., 0] = True")
            elif name in ("keep", "w", "m"):
                lines.append(f"{name} = torch.ones({shape}, dtype={dtype})")
            elif name == "A":
                lines.append(f"{name} = torch.eye({shape[0]}) * 1.01")
            else:
                lines.append(f"{name} = (torch.rand({shape}) * 0.4 + 0.3).to({dtype})")
        elif isinstance(value, int | float):
            lines.append(f"{name} = {value!r}")
    return "\n".join(lines)


@pytest.mark.parametrize("rule,example", [c for c in FIXED if c.values[1].given and c.values[1].run])
def test_fix_means_the_same_where_bad_was_finite(rule: Rule, example: Example) -> None:
    fixed = repaired(IMPORT + example.bad, unsafe=True)
    before, _ = execute(benign(example.given), example.bad)
    after, _ = execute(benign(example.given), fixed)
    if not finite(before):
        pytest.skip("bad fails on these values, too")
    loose = before["y"].dtype == torch.float16 or example.wrong_by is not None
    torch.testing.assert_close(
        after["y"].double(), before["y"].double(), rtol=4e-3 if loose else 2e-5, atol=1e-4 if loose else 1e-6
    )


@pytest.mark.parametrize("rule,example", [c for c in CASES if c.values[1].static and c.values[1].given])
def test_aliases_keywords_and_unicode_survive(rule: Rule, example: Example) -> None:
    aliased = re.sub(r"(?<!import )\btorch\.", "th.", example.bad)
    assert {f.code for f in findings_in("import torch as th\n" + aliased)} == {rule.code}
    glue = "\n" if example.bad.startswith(("for ", "with ", "def ", "if ", "class ")) else "; "
    accented = f"import torch\nnaïve = 'déjà vu 日本'{glue}{example.bad}"
    found = findings_in(accented)
    assert {f.code for f in found} == {rule.code}
    for f in found:
        assert f.line is not None and f.column is not None and f.end_line is not None
        line = accented.splitlines()[f.line - 1]
        if f.line == f.end_line:
            ast.parse(line[f.column : f.end_column].strip())
    inside = "import torch\ndef f(x):\n" + "\n".join(f"    {line}" for line in example.bad.splitlines())
    assert {f.code for f in findings_in(inside)} == {rule.code}


@pytest.mark.parametrize("rule", CATALOG.values(), ids=list(CATALOG))
def test_documented(rule: Rule) -> None:
    found = re.findall(r"^## (.+)$", rule.doc or "", re.M)
    assert tuple(found) == HEADINGS
    assert "https://" in (rule.doc or "")
    if rule.match is not None:
        assert re.search(r"float16|float32|every\s+format", rule.doc or ""), (
            "the threshold per format is missing"
        )
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    assert re.fullmatch(r"NS[1-8]\d\d", rule.code)
    assert rule.kind in Kind.__args__
    for sentence in (rule.title, rule.advice):
        assert sentence and "\n" not in sentence and not sentence.endswith(".")
    for example in rule.examples:
        for snippet in (example.given, example.bad, example.good, *example.silent):
            ast.parse(snippet)
    if rule.safe:
        assert re.search(r"^## Fix safety\n\nSafe", rule.doc or "", re.M)
    assert rule.examples or rule.watch or rule.bites
    assert not rule.examples or any(e.given for e in rule.examples), "no example is executed"


def test_codes_and_names_are_unique() -> None:
    assert len({r.name for r in CATALOG.values()}) == len(CATALOG) >= 25
    with pytest.raises(ValueError, match="is taken"):
        Rule(code="NS101", name="other-name", kind="overflow", title="t", advice="a", doc="d")
    with pytest.raises(ValueError, match="is taken"):
        Rule(code="NS199", name="log-sum-exp", kind="overflow", title="t", advice="a", doc="d")
    assert len(rules.load()) == len(CATALOG)
    assert math.isfinite(len(CATALOG))
