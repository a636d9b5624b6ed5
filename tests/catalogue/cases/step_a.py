# origin: a badly chosen step
# kinds: NS221
import torch


def numeric(f, x):
    h = 1e-8
    return (f(x + h) - f(x - h)) / (2 * h)  #!
    return torch.autograd.functional.jacobian(f, x)  #+
