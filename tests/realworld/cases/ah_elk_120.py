# origin: https://github.com/EleutherAI/elk/pull/120
# kinds: domain
import torch
import torch.nn as nn
from torch import Tensor


def ccs_squared_loss(logit0: Tensor, logit1: Tensor, coef: float = 1.0) -> Tensor:
    loss = consistency_squared_loss(logit0, logit1) + coef * confidence_squared_loss(logit0, logit1)
    return loss


def consistency_squared_loss(logit0: Tensor, logit1: Tensor) -> Tensor:
    p0, p1 = logit0.sigmoid(), logit1.sigmoid()
    return p0.sub(1 - p1).square().mean()


def confidence_squared_loss(logit0: Tensor, logit1: Tensor) -> Tensor:
    p0, p1 = logit0.sigmoid(), logit1.sigmoid()
    return torch.min(p0, p1).square().mean()


def prompt_var_loss(logit0: Tensor, logit1: Tensor) -> Tensor:
    """Variance of the predicted credence over the prompt templates of one example."""
    p0, p1 = logit0.sigmoid(), logit1.sigmoid()
    var0 = p0.var(dim=-1).mean()  #!
    var0 = p0.var(dim=-1, unbiased=False).mean()  #+
    var1 = p1.var(dim=-1).mean()  #!
    var1 = p1.var(dim=-1, unbiased=False).mean()  #+
    return var0 + var1


def ccs_prompt_var_loss(logit0: Tensor, logit1: Tensor, coef: float = 1.0) -> Tensor:
    return ccs_squared_loss(logit0, logit1) + coef * prompt_var_loss(logit0, logit1)


class Probe(nn.Module):
    def __init__(self, in_features: int):
        super().__init__()
        self.linear = nn.Linear(in_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).squeeze(-1)


def train_probe(x0: Tensor, x1: Tensor, num_epochs: int = 100, lr: float = 1e-2):
    """x0, x1: hidden states of shape (n_examples, num_variants, hidden_size)."""
    probe = Probe(x0.shape[-1])
    optimizer = torch.optim.AdamW(probe.parameters(), lr=lr)
    for _ in range(num_epochs):
        optimizer.zero_grad()
        loss = ccs_prompt_var_loss(probe(x0), probe(x1))
        loss.backward()
        optimizer.step()
    return probe, float(loss)


if __name__ == "__main__":
    num_variants = 1
    x0 = torch.randn(64, num_variants, 128)
    x1 = torch.randn(64, num_variants, 128)
    print(train_probe(x0, x1)[1])
