# origin: https://github.com/pytorch/pytorch/issues/46849
# kinds: overflow explosion domain
import logging
from typing import Iterable, Union

import torch
from torch import Tensor, nn

logger = logging.getLogger(__name__)
_tensor_or_tensors = Union[Tensor, Iterable[Tensor]]


def clip_grad_norm_(parameters: _tensor_or_tensors, max_norm: float, norm_type: float = 2.0) -> Tensor:
    r"""Clips gradient norm of an iterable of parameters in-place.

    The norm is computed over all gradients together, as if they were concatenated into a single vector.

    Returns:
        Total norm of the parameters (viewed as a single vector).
    """
    if isinstance(parameters, Tensor):
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
        norms = [torch.norm(g.detach(), norm_type).to(device) for g in grads]
        total_norm = torch.norm(torch.stack(norms), norm_type)
    if not torch.isfinite(total_norm):  #+
        raise RuntimeError(f"The total norm of order {norm_type} of the gradients is non-finite, it cannot be clipped.")  #+
    clip_coef = max_norm / (total_norm + 1e-6)  #!
    clip_coef = max_norm / (total_norm + 1e-6)  #+
    if clip_coef < 1:
        for g in grads:
            g.detach().mul_(clip_coef.to(g.device))  #!
            g.detach().mul_(clip_coef.to(g.device))  #+
    return total_norm


class LanguageModelTrainer:
    def __init__(self, model: nn.Module, lr: float = 1e-3, clip: float = 0.25, log_every: int = 100):
        self.model = model
        self.clip = clip
        self.log_every = log_every
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        self.criterion = nn.CrossEntropyLoss()
        self.num_steps = 0
        self.skipped = 0

    def step(self, tokens: Tensor, targets: Tensor) -> float:
        self.model.train()
        self.optimizer.zero_grad()
        logits = self.model(tokens)
        loss = self.criterion(logits.reshape(-1, logits.size(-1)), targets.reshape(-1))
        loss.backward()
        self.num_steps += 1
        grad_norm = clip_grad_norm_(self.model.parameters(), self.clip)  #-
        try:  #+
            grad_norm = clip_grad_norm_(self.model.parameters(), self.clip)  #+
        except RuntimeError as exc:  #+
            logger.warning("step %d skipped: %s", self.num_steps, exc)  #+
            self.skipped += 1  #+
            return loss.item()  #+
        self.optimizer.step()
        if self.num_steps % self.log_every == 0:
            logger.info("step %d loss %.3f grad norm %.3f", self.num_steps, loss.item(), grad_norm.item())
        return loss.item()
