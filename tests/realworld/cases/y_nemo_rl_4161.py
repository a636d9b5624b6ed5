# origin: https://github.com/NVIDIA-NeMo/RL/pull/4161
# kinds: cancellation domain
import torch


def calculate_baseline_and_std_per_prompt(prompts, rewards, valid_mask, leave_one_out_baseline=True):
    """For every sample: mean and standard deviation of the rewards of its prompt's other samples."""
    baseline = torch.zeros_like(rewards)
    std = torch.zeros_like(rewards)
    for prompt in torch.unique(prompts, dim=0):
        idx = torch.where((prompts == prompt).all(1))[0]
        n = len(idx)
        group = rewards[idx]
        if leave_one_out_baseline:
            matrix = (1 - torch.eye(n, dtype=rewards.dtype, device=rewards.device)) * valid_mask[idx]
        else:
            matrix = torch.ones(n, n, dtype=rewards.dtype, device=rewards.device) * valid_mask[idx]
        count = matrix.sum(1).clamp(min=1)
        mean = matrix @ group / count
        mean_sq = matrix @ group.square() / count  #!
        var = mean_sq - mean.square()  #!
        centred = group.unsqueeze(0) - mean.unsqueeze(1)  #+
        var = (matrix * centred.square()).sum(1) / count  #+
        baseline[idx] = mean
        std[idx] = var.clamp(min=0).sqrt()
    return baseline, std


class GRPOAdvantageEstimator:
    STD_FLOOR = 1e-3  #+

    def __init__(self, use_leave_one_out_baseline=True, normalize_rewards=True):
        self.use_leave_one_out_baseline = use_leave_one_out_baseline
        self.normalize_rewards = normalize_rewards

    def compute_advantage(self, prompt_ids, rewards, mask):
        baseline, std = calculate_baseline_and_std_per_prompt(
            prompt_ids, rewards, torch.ones_like(rewards), self.use_leave_one_out_baseline
        )
        advantages = (rewards - baseline).unsqueeze(-1)
        if self.normalize_rewards:
            nonzero = std > 0  #-
            nonzero = std > self.STD_FLOOR  #+
            advantages[nonzero] = advantages[nonzero] / std.unsqueeze(-1)[nonzero]  #*
        return advantages.expand(mask.shape)
