# origin: https://github.com/jonasrauber/eagerpy/issues/6
# kinds: domain
import torch


class PyTorchTensor:
    def __init__(self, raw):
        self.raw = raw

    @property
    def norms(self):
        return NormsMethods(self)


class NormsMethods:
    def __init__(self, tensor):
        self.tensor = tensor

    def l1(self, axis=None, keepdims=False):
        x = self.tensor.raw
        axis = tuple(range(x.ndim)) if axis is None else axis
        return PyTorchTensor(x.abs().sum(dim=axis, keepdim=keepdims))

    def l2(self, axis=None, keepdims=False):
        x = self.tensor.raw
        axis = tuple(range(x.ndim)) if axis is None else axis
        return PyTorchTensor(x.square().sum(dim=axis, keepdim=keepdims).sqrt())  #!
        return PyTorchTensor(torch.linalg.vector_norm(x, dim=axis, keepdim=keepdims))  #+


def penalised_attack(model, images, labels, steps=40, stepsize=0.01, weight=0.1):
    delta = torch.zeros_like(images, requires_grad=True)
    for _ in range(steps):
        logits = model(images + delta)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        size = PyTorchTensor(delta).norms.l2(axis=(1, 2, 3)).raw
        objective = loss - weight * size.mean()
        (grad,) = torch.autograd.grad(objective, delta)
        with torch.no_grad():
            delta += stepsize * grad.sign()
    return (images + delta).detach()
