# origin: https://github.com/tskit-dev/tsdate/issues/70
# kinds: underflow domain
import numpy as np


def forward_likelihood(transition, emission, observations, start):
    f = start * emission[:, observations[0]]  #-
    for obs in observations[1:]:  #-
        f = np.dot(transition.T, f) * emission[:, obs]  #!
    return np.log(np.sum(f))  #!
    f = start * emission[:, observations[0]]  #+
    total = 0.0  #+
    for obs in observations[1:]:  #+
        scale = f.sum()  #+
        total += np.log(scale + 1e-300)  #+
        f = np.dot(transition.T, f / (scale + 1e-300)) * emission[:, obs]  #+
    return total + np.log(np.sum(f) + 1e-300)  #+
