# origin: https://github.com/axolotl-ai-cloud/axolotl/pull/3910
# kinds: domain cancellation
import math  #+

import torch
from torch.nn import CrossEntropyLoss, functional as F


def log1mexp(x):  #+
    x = torch.clamp(x, max=-1e-6)  #+
    near_zero = x > -math.log(2)  #+
    return torch.where(near_zero, torch.log(-torch.expm1(x)), torch.log1p(-torch.exp(x)))  #+


class ORPOLossMixin:
    orpo_alpha = 0.1

    def orpo_compute_logps(self, prompt_attention_mask, chosen_inputs, chosen_attention_mask, logits):
        chosen_shape = chosen_attention_mask[:, :-1].shape
        mask = chosen_attention_mask[:, :-1] - prompt_attention_mask[:, 1:]
        per_token_logps = torch.gather(
            logits[:, : chosen_shape[1], :].log_softmax(-1),
            dim=2,
            index=(mask * chosen_inputs[:, 1:]).unsqueeze(2),
        ).squeeze(2)
        return torch.mul(per_token_logps, mask.to(dtype=logits.dtype)).sum(dim=1) / mask.sum(dim=1)

    def orpo_compute_loss(self, model, batch):
        chosen_logits = model(batch["input_ids"], batch["attention_mask"])
        rejected_logits = model(batch["rejected_input_ids"], batch["rejected_attention_mask"])

        loss_fct = CrossEntropyLoss(ignore_index=-100)
        nll = loss_fct(chosen_logits[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten())

        pos_prob = self.orpo_compute_logps(
            batch["prompt_attention_mask"], batch["input_ids"], batch["attention_mask"], chosen_logits
        )
        neg_prob = self.orpo_compute_logps(
            batch["prompt_attention_mask"],
            batch["rejected_input_ids"],
            batch["rejected_attention_mask"],
            rejected_logits,
        )

        pos_odds = pos_prob - torch.log(1 - torch.exp(pos_prob))  #!
        neg_odds = neg_prob - torch.log(1 - torch.exp(neg_prob))  #!
        pos_odds = pos_prob - log1mexp(pos_prob)  #+
        neg_odds = neg_prob - log1mexp(neg_prob)  #+
        log_odds = pos_odds - neg_odds
        ratio = F.logsigmoid(log_odds)
        return torch.mean(nll - self.orpo_alpha * ratio)
