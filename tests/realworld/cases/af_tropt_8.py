# origin: https://github.com/matanbt/TROPT/pull/8
# kinds: underflow domain precision loss-scale
import logging
from typing import Callable

import torch
import torch.nn.functional as F
from torch import nn

logger = logging.getLogger(__name__)


class EncoderModel(nn.Module):
    """Text encoder that accepts input embeddings; weights are loaded in half precision."""

    def __init__(self, vocab_size=30522, dim=384, dtype=torch.float16):
        super().__init__()
        self.embeddings = nn.Embedding(vocab_size, dim)
        self.proj = nn.Linear(dim, dim)
        self.to(dtype)
        self.requires_grad_(False)

    def embed_tokens(self, ids):
        return self.embeddings(ids)

    def forward(self, inputs_embeds):
        pooled = torch.tanh(self.proj(inputs_embeds)).mean(dim=1)
        return pooled


class SoftPromptOptimizer:
    """
    Optimizing soft prompts
    """

    def __init__(
        self,
        model: EncoderModel,
        num_steps: int = 100,
        learning_rate: float = 0.001,
        gd_optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    ):
        self.model = model
        self.num_steps = num_steps
        self.learning_rate = learning_rate
        self.gd_optimizer = gd_optimizer

    def optimize_trigger(self, trigger_ids, prefix_embeds, target_vector):
        trigger_embeds = self.model.embed_tokens(trigger_ids).detach().clone()
        model_dtype = trigger_embeds.dtype  #+
        trigger_embeds = trigger_embeds.float()  #+
        trigger_embeds.requires_grad_(True)
        optimizer = self.gd_optimizer([trigger_embeds], lr=self.learning_rate)  #*

        losses = []
        best_loss, best_trigger = float("inf"), trigger_embeds.detach().clone()
        for step in range(self.num_steps):
            optimizer.zero_grad()
            soft_prompt = trigger_embeds  #-
            soft_prompt = trigger_embeds.to(model_dtype)  #+
            inputs_embeds = torch.cat([prefix_embeds, soft_prompt], dim=1)
            sentence = self.model(inputs_embeds)
            loss = 1 - F.cosine_similarity(sentence.float(), target_vector.float(), dim=-1).mean()
            losses.append(loss.item())
            if losses[-1] < best_loss:
                best_loss, best_trigger = losses[-1], trigger_embeds.detach().clone()
            loss.backward()
            optimizer.step()
            logger.info("step %d loss %.4f", step, losses[-1])
        return best_trigger, losses
