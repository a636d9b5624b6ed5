# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain
from collections import defaultdict

import numpy as np


def group_rows(labels):
    rows = defaultdict(list)
    for i, key in enumerate(labels):
        rows[key].append(i)
    return {k: np.asarray(v) for k, v in rows.items()}


class PlateNormalizer:
    """Expresses every well as a deviation from the control wells of its plate."""

    def __init__(self, control="DMSO", floor=1e-3):
        self.control = control
        self.floor = floor

    def plate_stats(self, values):
        center = np.median(values, axis=0)
        spread = np.std(values, axis=0, ddof=1)  #!
        spread = np.std(values, axis=0, ddof=1) if len(values) > 1 else np.ones_like(center)  #+
        return center, np.maximum(spread, self.floor)

    def __call__(self, features, plates, treatments):
        features = np.asarray(features, dtype=np.float64)
        treatments = np.asarray(treatments)
        out = np.empty_like(features)
        for plate, rows in group_rows(plates).items():
            controls = rows[treatments[rows] == self.control]
            if controls.size == 0:
                raise ValueError(f"plate {plate} has no {self.control} wells")
            center, spread = self.plate_stats(features[controls])
            out[rows] = (features[rows] - center) / spread
        return out


def hit_list(z, treatments, threshold=3.0):
    score = np.sqrt((z**2).mean(axis=1))
    hits = defaultdict(list)
    for name, s in zip(treatments, score):
        hits[name].append(s)
    summary = {name: float(np.median(s)) for name, s in hits.items()}
    return sorted((n for n, s in summary.items() if s > threshold), key=summary.get)
