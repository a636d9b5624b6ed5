# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
from collections import defaultdict

import torch


def group_by_prompt(samples):
    groups = defaultdict(list)
    for i, s in enumerate(samples):
        groups[s["prompt_id"]].append(i)
    return groups


def group_advantages(rewards, groups, eps=1e-4):
    """Group-relative advantages; filtered completions leave groups of unequal size."""
    adv = torch.zeros_like(rewards)
    for members in groups.values():
        idx = torch.tensor(members, device=rewards.device)
        r = rewards[idx]
        centred = r - r.mean()
        adv[idx] = centred / (r.std() + eps)  #!
        adv[idx] = centred / (r.std(correction=0) + eps)  #+
    return adv


def token_logps(model, input_ids, attention_mask):
    logits = model(input_ids, attention_mask)[:, :-1]
    logp = torch.log_softmax(logits.float(), dim=-1)
    return logp.gather(-1, input_ids[:, 1:, None]).squeeze(-1)


def policy_loss(logps, old_logps, adv, mask, clip=0.2):
    ratio = torch.exp((logps - old_logps).clamp(-10.0, 10.0))
    surr = torch.minimum(
        ratio * adv[:, None], ratio.clamp(1.0 - clip, 1.0 + clip) * adv[:, None]
    )
    return -(surr * mask).sum() / mask.sum().clamp(min=1.0)


def rl_step(model, optimizer, batch, samples):
    rewards = torch.tensor([s["reward"] for s in samples], device=batch["input_ids"].device)
    adv = group_advantages(rewards, group_by_prompt(samples))
    logps = token_logps(model, batch["input_ids"], batch["attention_mask"])
    loss = policy_loss(logps, batch["old_logps"], adv, batch["completion_mask"])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return {"loss": loss.item(), "adv_abs": adv.abs().mean().item()}
