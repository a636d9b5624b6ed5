# origin: https://github.com/ecmwf/WeatherGenerator/pull/2717
# kinds: domain data
import torch
from torch import nn


def masked_l1_loss_per_sample(pred, target, mask):
    """pred, target: (batch, tokens, dim); mask: (batch, tokens), 1 where the token counts."""
    per_token_loss = (pred - target).abs().mean(dim=-1)
    per_token_loss = per_token_loss * mask  #!
    per_token_loss = torch.where(mask.bool(), per_token_loss, 0.0)  #+
    return per_token_loss.sum(dim=-1) / mask.sum(dim=-1).clamp(min=1.0)


class StationTokens:
    """Groups station observations into tokens; gaps in the record are kept as nan."""

    def __init__(self, mean, std):
        self.mean = mean
        self.std = std

    def __call__(self, observations):
        tokens = (observations - self.mean) / self.std
        mask = (~torch.isnan(tokens).any(dim=-1)).float()
        return tokens, mask


class SSLTrainer:
    def __init__(self, model: nn.Module, tokenizer: StationTokens, lr=1e-4):
        self.model = model
        self.tokenizer = tokenizer
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr)

    def step(self, context, observations):
        target, mask = self.tokenizer(observations)
        pred = self.model(context)
        loss = masked_l1_loss_per_sample(pred, target, mask).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()
