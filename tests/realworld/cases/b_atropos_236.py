# origin: https://github.com/NousResearch/atropos/pull/236
# kinds: domain
import torch
import torch.nn.functional as F


def train_step(model, batch, optimizer, temperature=1.0):
    logits = model(batch["tokens"]).logits / temperature
    log_probs = F.log_softmax(logits, dim=-1)
    logp_per_token = log_probs.gather(-1, batch["labels"].clamp(min=0).unsqueeze(-1)).squeeze(-1)
    mask = (batch["labels"] != -100).float()
    advantages = batch["advantages"]
    term = (logp_per_token * advantages * mask).sum(-1) / mask.sum(-1)  #!
    term = (logp_per_token * advantages * mask).sum(-1) / mask.sum(-1).clamp(min=1e-8)  #+
    loss = -term.mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()
