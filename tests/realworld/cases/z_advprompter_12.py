# origin: https://github.com/facebookresearch/advprompter/issues/12
# kinds: overflow loss-scale
import torch
import torch.nn as nn


class PromptedLM(nn.Module):
    """Causal LM wrapper that never proposes tokens from a fixed list of disallowed ids."""

    def __init__(self, backbone, head, disallowed_ids, dtype=torch.float16):
        super().__init__()
        self.backbone = backbone.to(dtype)
        self.head = head.to(dtype)
        self.register_buffer("disallowed_ids", torch.as_tensor(disallowed_ids, dtype=torch.long))

    def logits(self, input_ids):
        hidden = self.backbone(input_ids)
        return self.head(hidden)

    def generate_teacher_forced(self, key_ids, value_ids):
        full_ids = torch.cat([key_ids, value_ids], dim=1)
        pred_logits = self.logits(full_ids)[:, :-1].clone()
        pred_logits.index_fill_(-1, self.disallowed_ids, -1e10)  #!
        pred_logits.index_fill_(-1, self.disallowed_ids, torch.finfo(pred_logits.dtype).min)  #+
        start = key_ids.shape[1] - 1
        shifted = pred_logits[:, start:]
        return torch.log_softmax(shifted.float(), dim=-1), value_ids

    @torch.no_grad()
    def next_token_candidates(self, input_ids, top_k=48):
        last = self.logits(input_ids)[:, -1].clone()
        last.index_fill_(-1, self.disallowed_ids, torch.finfo(last.dtype).min)
        probs = torch.softmax(last.float(), dim=-1)
        return torch.multinomial(probs, top_k, replacement=False)


def teacher_forced_loss(model, key_ids, value_ids):
    logps, targets = model.generate_teacher_forced(key_ids, value_ids)
    token_loss = -logps.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return token_loss.mean()
