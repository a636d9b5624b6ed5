# origin: https://github.com/tensorflow/tensorflow/issues/11692
# kinds: domain
import numpy as np


def log_or_neg_inf(p):
    out = np.full(np.shape(p), -np.inf)
    np.log(p, out=out, where=np.asarray(p) > 0)
    return out


def logsumexp_rows(a):
    """log(sum(exp(a), axis=1)) for a matrix of log-probabilities."""
    top = a.max(axis=1)
    top = np.where(np.isfinite(top), top, 0.0)  #+
    s = np.exp(a - top[:, None]).sum(axis=1)  #*
    with np.errstate(divide="ignore"):
        return top + np.log(s)


class DiscreteHMM:
    """HMM with structural zeros in the transition and emission tables."""

    def __init__(self, start, trans, emit):
        self.log_start = log_or_neg_inf(start)
        self.log_trans = log_or_neg_inf(trans)
        self.log_emit = log_or_neg_inf(emit)

    def forward(self, obs):
        alpha = np.empty((len(obs), len(self.log_start)))
        alpha[0] = self.log_start + self.log_emit[:, obs[0]]
        for t in range(1, len(obs)):
            prev = alpha[t - 1][None, :] + self.log_trans.T
            alpha[t] = logsumexp_rows(prev) + self.log_emit[:, obs[t]]
        return alpha

    def log_likelihood(self, obs):
        return logsumexp_rows(self.forward(obs)[-1][None, :])[0]


def left_to_right(n_states, stay=0.6):
    trans = np.zeros((n_states, n_states))
    for i in range(n_states - 1):
        trans[i, i], trans[i, i + 1] = stay, 1.0 - stay
    trans[-1, -1] = 1.0
    start = np.zeros(n_states)
    start[0] = 1.0
    return start, trans


def classify(models, obs):
    """Name of the word model with the highest likelihood."""
    scores = {name: hmm.log_likelihood(obs) for name, hmm in models.items()}
    return max(scores, key=scores.get), scores
