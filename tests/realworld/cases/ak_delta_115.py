# origin: https://github.com/nasa/delta/pull/115
# kinds: domain
import numpy as np


def discounts(k):
    return 1.0 / np.log2(np.arange(2, k + 2))


def gains(relevance, exponential=True):
    relevance = np.asarray(relevance, dtype=np.float64)
    return np.exp2(relevance) - 1.0 if exponential else relevance


class RankingEvaluator:
    """Ranking metrics over queries with graded relevance.

    ``scores`` and ``relevance`` are (queries, candidates).
    """

    def __init__(self, ks=(5, 10, 20), exponential=True):
        self.ks = tuple(sorted(ks))
        self.exponential = exponential

    def ndcg(self, ranked, ideal, k):
        k = min(k, ranked.shape[1])
        disc = discounts(k)
        dcg = (gains(ranked[:, :k], self.exponential) * disc).sum(axis=1)
        best = (gains(ideal[:, :k], self.exponential) * disc).sum(axis=1)
        return dcg / best  #!
        return np.divide(dcg, best, out=np.zeros_like(dcg), where=best > 0)  #+

    def hit_rate(self, ranked, k):
        return (ranked[:, :k] > 0).any(axis=1).astype(np.float64)

    def reciprocal_rank(self, ranked):
        hit = ranked > 0
        first = hit.argmax(axis=1)
        return np.where(hit.any(axis=1), 1.0 / (first + 1), 0.0)

    def __call__(self, scores, relevance):
        scores = np.asarray(scores)
        relevance = np.asarray(relevance)
        order = np.argsort(-scores, axis=1, kind="stable")
        ranked = np.take_along_axis(relevance, order, axis=1)
        ideal = -np.sort(-relevance, axis=1)
        report = {"mrr": self.reciprocal_rank(ranked).mean()}
        for k in self.ks:
            report[f"ndcg@{k}"] = self.ndcg(ranked, ideal, k).mean()
            report[f"hit@{k}"] = self.hit_rate(ranked, k).mean()
        return {name: float(v) for name, v in report.items()}
