# origin: https://github.com/DLR-RM/stable-baselines3/issues/325
# kinds: domain
import torch as th


class PPO:
    def __init__(self, policy, rollout_buffer, batch_size, clip_range=0.2):
        self.policy = policy
        self.rollout_buffer = rollout_buffer
        self.batch_size = batch_size
        self.clip_range = clip_range

    def train(self):
        for rollout_data in self.rollout_buffer.get(self.batch_size):
            advantages = rollout_data.advantages
            if len(advantages) > 1:  #+
                advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)  #+
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)  #!
            log_prob = self.policy.evaluate(rollout_data)
            ratio = (log_prob - rollout_data.old_log_prob).clamp(-20, 20).exp()
            surrogate = advantages * th.clamp(ratio, 1 - self.clip_range, 1 + self.clip_range)
            self.policy.update(-th.min(advantages * ratio, surrogate).mean())
