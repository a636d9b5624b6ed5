# origin: https://github.com/NVIDIA-NeMo/RL/pull/4158
# kinds: cancellation precision domain
import torch


def calculate_baseline_and_std(prompts, rewards, valid_mask, leave_one_out=True):
    unique = torch.unique(prompts, dim=0)
    baseline = torch.zeros_like(rewards)
    sq_baseline = torch.zeros_like(rewards)
    spread = torch.zeros_like(rewards)  #+
    for u in unique:
        idx = (prompts == u).all(1)
        n = int((valid_mask * idx).sum())
        others = (1 - torch.eye(n)) if leave_one_out else torch.ones(n, n)
        count = max(n - 1, 1) if leave_one_out else n
        mean = others @ rewards[idx] / count
        sq_mean = others @ torch.pow(rewards[idx], 2) / count
        baseline[idx] = mean
        sq_baseline[idx] = sq_mean
        spread[idx] = (others * (rewards[idx][None] - mean[:, None]).square()).sum(1) / count  #+
    std = (sq_baseline - baseline.square()).clamp(min=0).sqrt()  #!
    std = spread.clamp(min=1e-12).sqrt()  #+
    return baseline, std
