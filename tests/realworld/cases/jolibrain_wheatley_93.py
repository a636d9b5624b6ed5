# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
import torch


def minibatches(rollout, size):
    order = torch.randperm(len(rollout["advantages"]))
    for start in range(0, len(order), size):
        picked = order[start : start + size]
        yield {key: value[picked] for key, value in rollout.items()}


class PPO:
    def __init__(self, policy, optimizer, norm_advantages=True):
        self.policy = policy
        self.optimizer = optimizer
        self.norm_advantages = norm_advantages

    def update(self, rollout, batch_size):
        for batch in minibatches(rollout, batch_size):
            advantages = batch["advantages"]
            if self.norm_advantages:  #-
                advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)  #!
            if self.norm_advantages and len(advantages) > 1:  #+
                advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)  #+
            loss = self.policy.loss(batch, advantages)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
