# origin: https://github.com/AffineFoundation/affine-cortex/issues/346
# kinds: underflow
import math
from typing import Dict, List


def geometric_mean(values: List[float], epsilon: float = 0.0) -> float:
    """Geometric mean of the scores; any non-positive score gives 0."""
    if not values:
        return 0.0

    n = len(values)
    if epsilon > 0:
        smoothed = [max(v + epsilon, epsilon) for v in values]
        log_mean = sum(math.log(v) for v in smoothed) / n
        return max(math.exp(log_mean) - epsilon, 0.0)

    if any(v <= 0 for v in values):
        return 0.0

    log_mean = sum(math.log(v) for v in values) / n  #+
    return math.exp(log_mean)  #+
    product = 1.0  #-
    for v in values:  #-
        product *= v  #!

    return product ** (1.0 / n)  #-


def calculate_layer_weights(n_layers: int, decay: float = 0.5) -> Dict[int, float]:
    weights = {i: decay ** (n_layers - i) for i in range(1, n_layers + 1)}
    total = sum(weights.values())
    return {i: w / total for i, w in weights.items()}


def normalize_weights(weights: Dict[int, float]) -> Dict[int, float]:
    total = sum(weights.values())
    if total <= 0:
        return {uid: 0.0 for uid in weights}
    return {uid: w / total for uid, w in weights.items()}


def score_miners(env_scores: Dict[int, List[float]], n_layers: int = 3) -> Dict[int, float]:
    layers = calculate_layer_weights(n_layers)
    combined = {}
    for uid, scores in env_scores.items():
        combined[uid] = sum(layers.values()) * geometric_mean(scores)
    return normalize_weights(combined)
