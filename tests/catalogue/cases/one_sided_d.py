# origin: one-sided differences
# kinds: NS220
import numpy as np


def numerical_gradient(loss_fn, params, eps=1e-4):
    base = loss_fn(params)  #-
    grads = np.zeros_like(params)
    for i in range(len(params)):
        moved = params.copy()
        moved[i] += eps
        back = params.copy()  #+
        back[i] -= eps  #+
        grads[i] = (loss_fn(moved) - base) / eps  #!
        grads[i] = (loss_fn(moved) - loss_fn(back)) / (2 * eps)  #+
    return grads
