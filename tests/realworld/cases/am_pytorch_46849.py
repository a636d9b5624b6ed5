# origin: https://github.com/pytorch/pytorch/issues/46849
# kinds: overflow domain explosion
from typing import Iterable, Union

import torch

_tensor_or_tensors = Union[torch.Tensor, Iterable[torch.Tensor]]


def clip_grad_norm_(parameters: _tensor_or_tensors, max_norm: float, norm_type: float = 2.0) -> torch.Tensor:
    r"""Clips gradient norm of an iterable of parameters, in place."""
    if isinstance(parameters, torch.Tensor):
        parameters = [parameters]
    grads = [p.grad for p in parameters if p.grad is not None]
    max_norm = float(max_norm)
    norm_type = float(norm_type)
    if len(grads) == 0:
        return torch.tensor(0.0)
    device = grads[0].device
    if norm_type == float("inf"):
        total_norm = max(g.detach().abs().max().to(device) for g in grads)
    else:
        total_norm = torch.norm(
            torch.stack([torch.norm(g.detach(), norm_type).to(device) for g in grads]), norm_type
        )
    if not torch.isfinite(total_norm):  #+
        raise RuntimeError(  #+
            f"The total norm of order {norm_type} for gradients from `parameters` "  #+
            "is non-finite, so it cannot be clipped."  #+
        )  #+
    clip_coef = max_norm / (total_norm + 1e-6)
    if clip_coef < 1:
        for g in grads:
            g.detach().mul_(clip_coef.to(g.device))  #!
            g.detach().mul_(clip_coef.to(g.device))  #+
    return total_norm


class Seq2SeqTrainer:
    def __init__(self, model, optimizer, criterion, clip=1.0):
        self.model = model
        self.optimizer = optimizer
        self.criterion = criterion
        self.clip = clip
        self.skipped = 0  #+

    def fit_batch(self, src, tgt):
        self.optimizer.zero_grad()
        out = self.model(src)
        loss = self.criterion(out, tgt)
        loss.backward()
        clip_grad_norm_(self.model.parameters(), self.clip)  #-
        try:  #+
            clip_grad_norm_(self.model.parameters(), self.clip)  #+
        except RuntimeError:  #+
            self.skipped += 1  #+
            return loss.item()  #+
        self.optimizer.step()
        return loss.item()
