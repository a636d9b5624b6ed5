# origin: https://github.com/tensorflow/tensorflow/issues/11692
# kinds: domain
import numpy as np

STATES = ("intergenic", "start", "coding", "stop")
BASES = "ACGT"


def log_sum(a, axis):
    top = np.max(a, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)  #+
    total = np.sum(np.exp(a - top), axis=axis)  #*
    return np.log(total) + np.squeeze(top, axis=axis)


def safe_log(p):
    p = np.asarray(p, dtype=float)
    out = np.full(p.shape, -np.inf)
    np.log(p, out=out, where=p > 0)
    return out


class GeneHMM:
    """Four-state gene finder; many transitions and emissions are impossible."""

    def __init__(self, initial, transition, emission):
        self.log_init = safe_log(initial)
        self.log_trans = safe_log(transition)
        self.log_emit = safe_log(emission)

    @classmethod
    def default(cls):
        trans = [
            [0.99, 0.01, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.95, 0.05],
            [1.0, 0.0, 0.0, 0.0],
        ]
        emit = [[0.25] * 4, [1.0, 0.0, 0.0, 0.0], [0.2, 0.3, 0.3, 0.2], [0.0, 0.0, 0.0, 1.0]]
        return cls([1.0, 0.0, 0.0, 0.0], trans, emit)

    def forward_pass(self, seq):
        obs = np.array([BASES.index(c) for c in seq])
        alpha = np.empty((len(obs), len(STATES)))
        alpha[0] = self.log_init + self.log_emit[:, obs[0]]
        for t in range(1, len(obs)):
            moved = log_sum(alpha[t - 1][:, None] + self.log_trans, axis=0)
            alpha[t] = moved + self.log_emit[:, obs[t]]
        return alpha

    def log_likelihood(self, seq):
        return float(log_sum(self.forward_pass(seq)[-1], axis=0))


def rank_windows(model, genome, size=300, step=100):
    scores = []
    for start in range(0, len(genome) - size + 1, step):
        window = genome[start : start + size]
        scores.append((model.log_likelihood(window) / size, start))
    return sorted(scores, reverse=True)
