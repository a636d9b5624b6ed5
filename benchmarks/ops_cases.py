"""The operations of `numsan.ops`, each with its exact value and slopes in mpmath and its target in ulp."""

from __future__ import annotations

from ops_cases_densities import DENSITIES
from ops_cases_gaussian import GAUSSIAN
from ops_cases_log import LOG_SPACE
from ops_cases_losses import LOSSES
from ops_cases_norms import NORMS
from ops_cases_pairs import PAIRS
from ops_cases_rows import REDUCTIONS
from ops_cases_special import SMALL, TRIG

ROW_CASES = [*REDUCTIONS, *NORMS, *LOSSES, *DENSITIES]
CASES = [*LOG_SPACE, *PAIRS, *TRIG, *SMALL, *GAUSSIAN]
