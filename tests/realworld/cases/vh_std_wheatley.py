# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
import dataclasses

import torch


@dataclasses.dataclass
class Rollout:
    obs: torch.Tensor
    actions: torch.Tensor
    advantages: torch.Tensor

    def minibatches(self, size):
        order = torch.randperm(len(self.actions))
        for chunk in order.split(size):
            yield Rollout(self.obs[chunk], self.actions[chunk], self.advantages[chunk])


def normalise(values, eps=1e-8):
    if values.numel() < 2:  #+
        return values  #+
    centred = values - values.mean()
    return centred / (values.std() + eps)  #*


class PPO:
    def __init__(self, policy, optimizer, clip=0.2, minibatch_size=64, epochs=4):
        self.policy, self.optimizer = policy, optimizer
        self.clip, self.minibatch_size, self.epochs = clip, minibatch_size, epochs

    def update(self, rollout, old_policy):
        for _ in range(self.epochs):
            for batch in rollout.minibatches(self.minibatch_size):
                advantages = normalise(batch.advantages)
                diff = self.policy.log_prob(batch.obs, batch.actions) - old_policy.log_prob(batch.obs, batch.actions)
                ratio = torch.exp(diff.clamp(-20, 20))
                clipped = ratio.clamp(1 - self.clip, 1 + self.clip)
                loss = -torch.minimum(ratio * advantages, clipped * advantages).mean()
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
