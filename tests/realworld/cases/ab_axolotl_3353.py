# origin: https://github.com/axolotl-ai-cloud/axolotl/pull/3353
# kinds: domain
import torch


class GDPOTrainer:
    """Group reward-decoupled policy optimization on top of GRPO style rollouts."""

    def __init__(self, policy, reward_funcs, num_generations=8, scale_rewards=True, beta=0.0, gdpo_epsilon=1e-4):
        self.policy = policy
        self.reward_funcs = reward_funcs
        self.num_generations = num_generations
        self.scale_rewards = scale_rewards
        self.beta = beta
        self.gdpo_epsilon = gdpo_epsilon

    def _calculate_rewards(self, prompts, completions):
        rewards_per_func = torch.zeros(len(prompts), len(self.reward_funcs))
        for i, reward_func in enumerate(self.reward_funcs):
            rewards_per_func[:, i] = torch.tensor(reward_func(prompts, completions), dtype=torch.float32)
        return rewards_per_func

    def _compute_advantages(self, rewards_per_func):
        rewards = rewards_per_func.sum(dim=1)
        mean_grouped_rewards = rewards.view(-1, self.num_generations).mean(dim=1)
        std_grouped_rewards = rewards.view(-1, self.num_generations).std(dim=1)  #!
        if self.num_generations == 1:  #+
            std_grouped_rewards = torch.zeros_like(mean_grouped_rewards)  #+
        else:  #+
            std_grouped_rewards = rewards.view(-1, self.num_generations).std(dim=1)  #+

        mean_grouped_rewards = mean_grouped_rewards.repeat_interleave(self.num_generations, dim=0)
        std_grouped_rewards = std_grouped_rewards.repeat_interleave(self.num_generations, dim=0)
        advantages = rewards - mean_grouped_rewards
        if self.scale_rewards:
            advantages = advantages / (std_grouped_rewards + self.gdpo_epsilon)
        return advantages

    def compute_loss(self, prompts, completions, input_ids, completion_mask, old_per_token_logps):
        rewards_per_func = self._calculate_rewards(prompts, completions)
        advantages = self._compute_advantages(rewards_per_func)

        logits = self.policy(input_ids)[:, :-1]
        per_token_logps = torch.gather(
            logits.log_softmax(-1), 2, input_ids[:, 1:].unsqueeze(-1)
        ).squeeze(-1)
        log_ratio = (per_token_logps - old_per_token_logps).clamp(-10.0, 10.0)
        coef_1 = torch.exp(log_ratio)
        coef_2 = torch.clamp(coef_1, 0.8, 1.2)
        per_token_loss = -torch.min(coef_1 * advantages.unsqueeze(1), coef_2 * advantages.unsqueeze(1))
        mask = completion_mask[:, 1:]
        return (per_token_loss * mask).sum() / mask.sum().clamp(min=1.0)
