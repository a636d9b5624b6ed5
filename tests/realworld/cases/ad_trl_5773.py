# origin: https://github.com/huggingface/trl/pull/5773
# kinds: domain
import torch


def nanstd(tensor, dim=None, keepdim=False):
    """Compute the standard deviation of a tensor, ignoring NaNs, with Bessel's correction."""
    mean = torch.nanmean(tensor, dim=dim, keepdim=True)
    variance = torch.nanmean((tensor - mean) ** 2, dim=dim, keepdim=True)
    count = torch.sum(~torch.isnan(tensor), dim=dim, keepdim=True)
    correction = count / (count - 1)  #!
    correction = count / (count - 1).clamp(min=1)  #+
    variance = variance * correction
    std = torch.sqrt(variance)
    return std if keepdim else std.squeeze(dim)


def compute_advantages(rewards_per_func, reward_weights, num_generations, scale_rewards=True):
    """rewards_per_func: (B * G, n_funcs); a row is all-NaN when no reward function applied to it."""
    rewards = (rewards_per_func * reward_weights.unsqueeze(0)).nansum(dim=1)
    unscored = torch.isnan(rewards_per_func).all(dim=1)
    rewards[unscored] = torch.nan

    grouped = rewards.view(-1, num_generations)
    mean_grouped_rewards = torch.nanmean(grouped, dim=1).repeat_interleave(num_generations)
    advantages = rewards - mean_grouped_rewards
    if scale_rewards:
        std_rewards = nanstd(grouped, dim=1).repeat_interleave(num_generations)
        advantages = advantages / (std_rewards + 1e-4)
    advantages[unscored] = 0.0
    return advantages


def grpo_loss(per_token_logps, old_per_token_logps, advantages, completion_mask, epsilon=0.2):
    coef_1 = torch.exp((per_token_logps - old_per_token_logps).clamp(-20, 20))
    coef_2 = torch.clamp(coef_1, 1 - epsilon, 1 + epsilon)
    per_token_loss = -torch.min(coef_1 * advantages.unsqueeze(1), coef_2 * advantages.unsqueeze(1))
    return (per_token_loss * completion_mask).sum() / completion_mask.sum().clamp(min=1.0)


if __name__ == "__main__":
    nan = float("nan")
    rewards = torch.tensor([[1.0, 0.5], [0.0, nan], [1.0, 0.2], [nan, 0.1],
                            [nan, nan], [nan, nan], [1.0, 0.3], [nan, nan]])
    adv = compute_advantages(rewards, torch.tensor([1.0, 1.0]), num_generations=4)
    logps = torch.randn(8, 16, requires_grad=True)
    loss = grpo_loss(logps, logps.detach(), adv, torch.ones(8, 16))
    loss.backward()
    print(adv, loss)
