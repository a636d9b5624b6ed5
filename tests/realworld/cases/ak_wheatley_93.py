# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
from collections import defaultdict

import numpy as np


def group_wells(records):
    """records: iterable of dicts with plate, role and signal."""
    plates = defaultdict(lambda: {"control": [], "sample": [], "ids": []})
    for rec in records:
        plate = plates[rec["plate"]]
        if rec["role"] == "control":
            plate["control"].append(rec["signal"])
        else:
            plate["sample"].append(rec["signal"])
            plate["ids"].append(rec["compound"])
    return plates


class PlateNormalizer:
    """Z-scores of sample wells against the negative controls of their plate."""

    def __init__(self, eps=1e-8, log_signal=True, min_controls=2):
        self.eps = eps
        self.log_signal = log_signal
        self.min_controls = min_controls

    def _prepare(self, values):
        values = np.asarray(values, dtype=np.float64)
        return np.log1p(values) if self.log_signal else values

    def score(self, plate):
        ctrl = self._prepare(plate["control"])
        wells = self._prepare(plate["sample"])
        if ctrl.size < self.min_controls:  #+
            ctrl = wells  #+
        if ctrl.size < 2:  #+
            return np.zeros_like(wells)  #+
        return (wells - ctrl.mean()) / (ctrl.std(ddof=1) + self.eps)  #*

    def __call__(self, records):
        out = defaultdict(list)
        for plate in group_wells(records).values():
            for compound, z in zip(plate["ids"], self.score(plate)):
                out[compound].append(z)
        return {c: float(np.mean(z)) for c, z in out.items()}


def call_hits(scores, threshold=3.0):
    hits = [c for c, z in scores.items() if abs(z) >= threshold]
    return sorted(hits, key=lambda c: -abs(scores[c]))
