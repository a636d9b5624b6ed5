# origin: https://github.com/pytorch/pytorch/issues/115786
# kinds: precision
import torch
import torch.nn as nn
import torch.nn.functional as F


def flat_gradient(loss, params):
    grads = torch.autograd.grad(loss, params, retain_graph=True, allow_unused=True)
    return torch.cat([
        (torch.zeros_like(p) if g is None else g).reshape(-1) for g, p in zip(grads, params)
    ])


def gradient_similarity(main_grad, aux_grad):
    """Cosine between the gradients of two objectives."""
    return F.cosine_similarity(main_grad, aux_grad, dim=0)  #!
    tiny = torch.finfo(main_grad.dtype).tiny  #+
    return F.cosine_similarity(main_grad, aux_grad, dim=0, eps=tiny)  #+


class SharedTrunk(nn.Module):
    def __init__(self, in_dim=16, hidden=64, n_aux=2):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(in_dim, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.main = nn.Linear(hidden, 1)
        self.aux = nn.ModuleList(nn.Linear(hidden, 1) for _ in range(n_aux))

    def forward(self, x):
        h = self.trunk(x)
        return self.main(h), [head(h) for head in self.aux]


def weighted_step(model, x, y_main, y_aux, optimizer):
    """Uses an auxiliary objective only where its gradient agrees with the main one."""
    params = list(model.trunk.parameters())
    out, aux_out = model(x)
    main_loss = F.mse_loss(out, y_main)
    total = main_loss
    main_grad = flat_gradient(main_loss, params)
    for pred, target in zip(aux_out, y_aux):
        aux_loss = F.mse_loss(pred, target)
        weight = gradient_similarity(main_grad, flat_gradient(aux_loss, params))
        total = total + weight.clamp(min=0.0).detach() * aux_loss
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    return total.item()


def main(batches):
    torch.set_default_dtype(torch.float64)
    model = SharedTrunk()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for x, y_main, y_aux in batches:
        weighted_step(model, x, y_main, y_aux, optimizer)
