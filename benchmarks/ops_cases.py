"""The pointwise operations of `numsan.ops`, each with its exact value and slopes in mpmath and its target in
ulp."""

from __future__ import annotations

from ops_cases_gaussian import GAUSSIAN
from ops_cases_log import LOG_SPACE
from ops_cases_pairs import PAIRS
from ops_cases_special import SMALL, TRIG

CASES = [*LOG_SPACE, *PAIRS, *TRIG, *SMALL, *GAUSSIAN]
