# origin: https://github.com/pytorch/pytorch/pull/92114
# kinds: cancellation
from dataclasses import dataclass

import numpy as np


@dataclass
class FundingConfig:
    blocks_per_day: int = 7200
    reserve_factor: float = 0.1
    base_apr: float = 0.02
    slope_apr: float = 0.12


class LendingSimulator:
    """Accrues interest per block for a pool with a linear rate curve."""

    def __init__(self, config=None, dtype=np.float32):
        self.config = config or FundingConfig()
        self.dtype = dtype

    def block_rate(self, utilisation):
        u = np.clip(np.asarray(utilisation, dtype=self.dtype), 0.0, 1.0)
        apr = self.config.base_apr + self.config.slope_apr * u
        return apr / (365 * self.config.blocks_per_day)

    def log_index(self, utilisation):
        """Logarithm of the debt index after every block."""
        growth = np.log(1.0 + self.block_rate(utilisation))  #!
        growth = np.log1p(self.block_rate(utilisation))  #+
        return np.cumsum(growth, dtype=np.float64)

    def interest(self, debt, utilisation):
        return debt * np.expm1(self.log_index(utilisation)[-1])

    def supply_apy(self, utilisation):
        u = np.asarray(utilisation, dtype=np.float64)
        per_block = self.block_rate(u).astype(np.float64) * u * (1.0 - self.config.reserve_factor)
        return np.expm1(np.log1p(per_block).mean() * 365 * self.config.blocks_per_day)


def utilisation_path(borrowed, supplied):
    supplied = np.asarray(supplied, dtype=np.float64)
    ratio = np.divide(borrowed, supplied, out=np.zeros_like(supplied), where=supplied > 0)
    return np.clip(ratio, 0.0, 1.0)


def simulate(debt, borrowed, supplied, config=None):
    sim = LendingSimulator(config)
    path = utilisation_path(borrowed, supplied)
    return {"interest": sim.interest(debt, path), "supply_apy": sim.supply_apy(path)}
