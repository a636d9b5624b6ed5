# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS133
import jax.numpy as jnp
import numpy as np


class HMM:
    def viterbi(self, obs):
        T = len(obs)
        delta = np.zeros((T, self.n))
        delta[0] = self.pi * self.B[:, obs[0]]
        for t in range(1, T):
            delta[t] = (delta[t - 1][:, None] * self.A).max(0) * self.B[:, obs[t]]  #!
            delta[t] = (delta[t - 1][:, None] + self.log_A).max(0) + self.log_B[:, obs[t]]  #+
        return delta[-1].argmax()
