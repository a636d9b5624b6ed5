# origin: https://github.com/nubs01/blechpy/issues/60
# kinds: domain
import numpy as np
from scipy.special import gammaln, xlogy


def log_emission(spikes, rates, dt):
    """Log probability of the spike counts of all cells under every state.

    spikes: (cells, time), rates: (cells, states)
    """
    lam = rates[:, :, None] * dt
    counts = spikes[:, None, :]
    logp = counts * np.log(lam) - lam - gammaln(counts + 1)  #!
    logp = xlogy(counts, lam) - lam - gammaln(counts + 1)  #+
    return logp.sum(axis=0)


class PoissonHMM:
    def __init__(self, n_states, dt=0.001, seed=None):
        self.n_states = n_states
        self.dt = dt
        self.rng = np.random.default_rng(seed)
        self.pi = np.full(n_states, 1.0 / n_states)
        self.transition = np.full((n_states, n_states), 0.01)
        np.fill_diagonal(self.transition, 1 - 0.01 * (n_states - 1))
        self.rates = None

    def init_rates(self, spikes):
        edges = np.linspace(0, spikes.shape[1], self.n_states + 1).astype(int)
        self.rates = np.stack(
            [spikes[:, a:b].mean(axis=1) / self.dt for a, b in zip(edges[:-1], edges[1:])], axis=1
        )

    def viterbi(self, spikes):
        emission = log_emission(spikes, self.rates, self.dt)
        log_transition = np.log(self.transition)
        score = np.log(self.pi) + emission[:, 0]
        back = np.zeros((self.n_states, spikes.shape[1]), dtype=int)
        for t in range(1, spikes.shape[1]):
            candidates = score[:, None] + log_transition
            back[:, t] = candidates.argmax(axis=0)
            score = candidates.max(axis=0) + emission[:, t]
        path = [int(score.argmax())]
        for t in range(spikes.shape[1] - 1, 0, -1):
            path.append(int(back[path[-1], t]))
        return np.array(path[::-1]), score.max()
