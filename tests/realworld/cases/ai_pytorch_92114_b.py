# origin: https://github.com/pytorch/pytorch/pull/92114
# kinds: cancellation
"""Failure probabilities of a component population from a constant-hazard model."""
from dataclasses import dataclass

import numpy as np

HOURS_PER_YEAR = 8760.0


@dataclass
class Component:
    name: str
    failure_prob_per_hour: float
    quantity: int = 1


def survival(component, hours):
    """Probability that every unit of the component survives."""
    exposure = component.quantity * hours
    log_survival = exposure * np.log(1.0 - component.failure_prob_per_hour)  #!
    log_survival = exposure * np.log1p(-component.failure_prob_per_hour)  #+
    return np.exp(log_survival)


def series_reliability(components, hours):
    result = np.ones_like(np.asarray(hours, dtype=float))
    for c in components:
        result = result * survival(c, hours)
    return result


def expected_failures(components, hours):
    return {c.name: c.quantity * hours * c.failure_prob_per_hour for c in components}


def median_life(components, horizon_years=1e9):
    lo, hi = 0.0, horizon_years * HOURS_PER_YEAR
    for _ in range(200):
        mid = 0.5 * (lo + hi)
        if series_reliability(components, mid) > 0.5:
            lo = mid
        else:
            hi = mid
    return 0.5 * (lo + hi) / HOURS_PER_YEAR


def main():
    parts = [
        Component("shielded capacitor", 2.5e-17, quantity=4000),
        Component("memory cell", 6.0e-17, quantity=2_000_000_000),
        Component("connector", 1.0e-12, quantity=12),
    ]
    years = np.arange(1, 31)
    for y, r in zip(years, series_reliability(parts, years * HOURS_PER_YEAR)):
        print(f"{y:3d} years  reliability {r:.6f}")
    print("median life", median_life(parts), "years")


if __name__ == "__main__":
    main()
