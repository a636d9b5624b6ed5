# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS133
import numpy as np


def forward(obs, A, B, pi):
    T, N = len(obs), len(pi)
    alpha = np.zeros((T, N))
    alpha[0] = pi * B[:, obs[0]]
    scale = 0.0  #+
    for t in range(1, T):
        alpha[t] = alpha[t - 1] @ A * B[:, obs[t]]  #*
        c = alpha[t].sum()  #+
        alpha[t] /= c  #+
        scale += np.log(c)  #+
    return np.log(alpha[-1].sum())  #!
    return scale  #+
