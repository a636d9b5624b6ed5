r"""Mathematics in TeX as a terminal shows it: `$\ln(\text{max})$` becomes `ln(max)`."""

from __future__ import annotations

import re

_MATH = re.compile(r"\$\$?([^$]+)\$\$?")
_CODE = re.compile(r"(`[^`]*`|^ {4}.*$)", re.M)
_SIGNS = {
    "epsilon": "ε", "varepsilon": "ε", "infty": "inf", "sigma": "σ", "lambda": "λ", "mu": "μ", "kappa": "κ",
    "alpha": "α", "beta": "β", "gamma": "γ", "Delta": "Δ", "delta": "δ", "eta": "η", "theta": "θ", "pi": "π",
    "rho": "ρ", "tau": "τ", "phi": "φ", "Phi": "Φ", "omega": "ω", "nabla": "∇", "partial": "∂", "cdot": "·",
    "times": "×", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "ll": "≪",
    "gg": "≫", "approx": "≈", "sim": "~", "to": "→", "in": "∈", "propto": "∝", "dots": "…", "ldots": "…",
    "cdots": "…", "lVert": "|", "rVert": "|", "Vert": "|", "mid": "|", "lvert": "|", "rvert": "|",
    "left": "", "right": "", "quad": " ", "big": "", "Big": "", "bigl": "", "bigr": "", "displaystyle": "",
    "top": "T", "circ": "°", "sum": "sum", "prod": "prod", "odot": "*", "ell": "l", "mapsto": "→",
    "lfloor": "⌊", "rfloor": "⌋", "prime": "'",
}  # fmt: skip
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_PATTERNS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\\operatorname\*?\s*" + _GROUP), r" \1 "),
    (re.compile(r"\\(?:text|mathrm|mathbf|mathbb|mathcal|boldsymbol)\s*" + _GROUP), r"\1"),
    (re.compile(r"\\[,;:! ]"), " "),
    (re.compile(r"\\([{}%_#&|])"), r"\1"),
]
_FRACTION = re.compile(r"\\[dt]?frac\s*(?:" + _GROUP + r"|(\w))\s*(?:" + _GROUP + r"|(\w))")
_ROOT = re.compile(r"\\sqrt\s*(?:" + _GROUP + r"|(\w|\\[a-zA-Z]+))")
_ACCENT = re.compile(r"\\(hat|bar|tilde|overline|vec)\s*(?:" + _GROUP + r"|(\w))")
_SCRIPT = re.compile(r"([_^])" + _GROUP)
_WORD = re.compile(r"\\([a-zA-Z]+)")


def plain_math(text: str) -> str:
    r"""Markdown with its formulas written out; code stays as it is.

    >>> print(plain_math(r"$\frac{d}{dx}\sqrt x = \frac{1}{2\sqrt x}$, below $-\ln(\text{tiny}/2)$; `$x`"))
    d/dx sqrt(x) = 1/(2 sqrt(x)), below -ln(tiny/2); `$x`
    """
    parts = _CODE.split(text)
    return "".join(p if i % 2 else _MATH.sub(lambda m: _formula(m[1]), p) for i, p in enumerate(parts))


def _formula(tex: str) -> str:
    for pattern, by in _PATTERNS:
        tex = pattern.sub(by, tex)
    for _ in range(4):  # groups within groups, from the inside outwards
        tex = _ROOT.sub(lambda m: f" sqrt({m[1] or m[2]})", tex)
        tex = _ACCENT.sub(lambda m: m[2] or m[3], tex)
        tex = _FRACTION.sub(lambda m: f"{_whole(m[1] or m[2])}/{_whole(m[3] or m[4])} ", tex)
        tex = _SCRIPT.sub(lambda m: f"{m[1]}{_whole(m[2])}", tex)
    tex = _WORD.sub(lambda m: _SIGNS.get(m[1], f" {m[1]} "), tex)
    tex = " ".join(tex.replace("{", "").replace("}", "").split())
    tex = re.sub(r" ([),_^])", r"\1", re.sub(r"([(^_/±]|(?:^|[(=,] )-) ", r"\1", tex))
    return re.sub(r"([a-z]\w+) \(", r"\1(", tex)


def _whole(text: str) -> str:
    """In parentheses unless it is one thing."""
    text = text.strip()
    return text if re.fullmatch(r"\\?[^\W_]+|\w+\([^()]*\)", text) else f"({text})"
