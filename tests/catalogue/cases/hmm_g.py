# origin: CTC/CRF/HMM recursions in linear space
# kinds: NS133
import numpy as np


def ctc_loss(y, labels):
    T, L = len(y), len(labels)
    a = np.zeros((T, L))
    a[0, 0] = y[0, labels[0]]
    for t in range(1, T):
        for s in range(L):
            a[t, s] = a[t - 1, s]
            if s > 0:
                a[t, s] += a[t - 1, s - 1]
            a[t, s] *= y[t, labels[s]]  #*
        a[t] /= a[t].sum()  #+
    return -np.log(a[-1, -1])  #!
    return a[-1, -1]  #+
