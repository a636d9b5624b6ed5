r"""## What it does

Recognises a failure that did not happen again when the same step was run on the same bits.

## Why it is bad

Arithmetic is deterministic: equal inputs, weights and random states give equal results, in every format.
What fails once and not again in $N$ replays is no property of an expression: a transient hardware fault, a
race, a read of uninitialised memory, or a state that the replay could not restore. With 95 % confidence its
rate is below $1 - 0.05^{1/N}$. To blame a line for it would be a guess.

## Fix safety

No automatic fix: repeat the run; if it fails elsewhere each time, suspect the machine; if it fails at the
same step each time, a state that numsan cannot see decides.

## References

- Dixit et al., *Silent data corruptions at scale*, 2021, https://arxiv.org/abs/2102.11245
"""

from __future__ import annotations

from numsan.core.rule import Rule

rule = Rule(
    code="NS801",
    name="did-not-reproduce",
    kind="hardware",
    severity="error",
    phase="forward",
    title="the failure did not happen again on the same bits",
    advice="run the program again: at another step each time it is the machine, at the same step a hidden state",
    doc=__doc__,
)


@rule.bites_when
def vanished(what: str, step: int, replays: int) -> str | None:
    """`what` was not finite in step `step` and was finite in all of `replays` replays."""
    if replays < 1:
        return None
    bound = 1 - 0.05 ** (1 / replays)
    return (
        f"{what} was not finite in step {step}, and was finite in {replays} of {replays} replays of that step; "
        f"a failure that depends on these bits alone would have come back (its rate is below {bound:.4g} with 95 % "
        "confidence), so no expression is blamed"
    )
