# origin: https://github.com/tensorflow/tensorflow/issues/11692
# kinds: domain
import numpy as np


def _reduction_dims(x, axis):
    if axis is None:
        return tuple(range(x.ndim))
    return (axis,) if np.isscalar(axis) else tuple(axis)


def reduce_logsumexp(input_tensor, axis=None, keepdims=False):
    """Computes log(sum(exp(elements across dimensions of a tensor)))."""
    x = np.asarray(input_tensor, dtype=np.float32)
    dims = _reduction_dims(x, axis)
    raw_max = np.max(x, axis=dims, keepdims=True)
    raw_max = np.where(np.isfinite(raw_max), raw_max, np.float32(0))  #+
    shifted = x - raw_max  #!
    shifted = x - raw_max  #+
    total = np.sum(np.exp(shifted), axis=dims, keepdims=True)
    with np.errstate(divide="ignore"):
        result = np.log(total) + raw_max
    if not keepdims:
        result = np.squeeze(result, axis=dims)
    return result


class ForwardAlgorithm:
    """Forward recursion of a left-to-right HMM in log space.

    Forbidden transitions and start states are given as -inf.
    """

    def __init__(self, log_initial, log_transition):
        self.log_initial = np.asarray(log_initial, dtype=np.float32)
        self.log_transition = np.asarray(log_transition, dtype=np.float32)
        self.num_states = self.log_initial.shape[0]

    @classmethod
    def left_to_right(cls, num_states, stay=0.6):
        log_initial = np.full(num_states, -np.inf, dtype=np.float32)
        log_initial[0] = 0.0
        log_transition = np.full((num_states, num_states), -np.inf, dtype=np.float32)
        for s in range(num_states):
            if s + 1 < num_states:
                log_transition[s, s] = np.log(stay)
                log_transition[s, s + 1] = np.log1p(-stay)
            else:
                log_transition[s, s] = 0.0
        return cls(log_initial, log_transition)

    def step(self, log_alpha, log_emission):
        scores = log_alpha[:, None] + self.log_transition
        return reduce_logsumexp(scores, axis=0) + log_emission

    def run(self, log_emissions):
        log_alpha = self.log_initial + log_emissions[0]
        history = [log_alpha]
        for log_emission in log_emissions[1:]:
            log_alpha = self.step(log_alpha, log_emission)
            history.append(log_alpha)
        return np.stack(history)

    def log_likelihood(self, log_emissions):
        return float(reduce_logsumexp(self.run(log_emissions)[-1]))
