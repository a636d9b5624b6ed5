# origin: https://github.com/hmmlearn/hmmlearn/pull/217
# kinds: domain
import numpy as np


class MultinomialHMM:
    def __init__(self, n_components, n_iter=10):
        self.n_components, self.n_iter = n_components, n_iter

    def _init(self, n_symbols, rng):
        self.startprob_ = np.full(self.n_components, 1.0 / self.n_components)
        self.transmat_ = rng.dirichlet(np.ones(self.n_components), size=self.n_components)
        self.emissionprob_ = rng.dirichlet(np.ones(n_symbols), size=self.n_components)

    def _do_mstep(self, stats):
        transmat = self.transmat_ * stats["trans"]
        self.transmat_ = transmat / transmat.sum(axis=1, keepdims=True)  #!
        norm = transmat.sum(axis=1, keepdims=True)  #+
        norm[norm == 0] = 1  #+
        self.transmat_ = transmat / norm  #+

    def _decode(self, X):
        eps = 1e-300
        log_emission = np.log(self.emissionprob_ + eps)[:, X].T
        log_transmat = np.log(self.transmat_ + eps)
        delta = np.log(self.startprob_ + eps) + log_emission[0]
        for frame in log_emission[1:]:
            delta = np.max(delta[:, None] + log_transmat, axis=0) + frame
        return delta.max()
