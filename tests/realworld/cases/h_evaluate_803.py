# origin: https://github.com/huggingface/evaluate/issues/803
# kinds: domain
import numpy as np


class RSquared:
    """Coefficient of determination of predictions against references."""

    def __init__(self, decimals=3):
        self.decimals = decimals

    def compute(self, predictions=None, references=None, zero_division=0.0):
        if predictions is None or references is None:
            return None
        predictions, references = np.array(predictions), np.array(references)
        mean_references = np.mean(references)
        ssr = np.sum((predictions - references) ** 2)
        sst = np.sum((references - mean_references) ** 2)
        if sst == 0:  #+
            return zero_division  #+
        r_squared = 1 - (ssr / sst)  #*
        return round(r_squared, self.decimals)


def cross_validate(model, folds):
    metric = RSquared()
    scores = []
    for (x, y), (x_val, y_val) in folds:
        scores.append(metric.compute(model.fit(x, y).predict(x_val), y_val))
    return {"r2_mean": np.mean(scores), "r2_scores": scores}
