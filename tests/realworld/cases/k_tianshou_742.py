# origin: https://github.com/thu-ml/tianshou/issues/742
# kinds: domain
from typing import Any, Dict, List

import numpy as np
import torch
from torch import nn


class PPOPolicy(nn.Module):
    def __init__(self, actor, critic, optim, dist_fn, eps_clip=0.2, advantage_normalization=True, **kwargs: Any):
        super().__init__()
        self.actor, self.critic, self.optim, self.dist_fn = actor, critic, optim, dist_fn
        self._eps_clip = eps_clip
        self._norm_adv = advantage_normalization
        self._eps = 1e-8

    def _actor_loss(self, minibatch):
        dist = self.dist_fn(*self.actor(minibatch.obs))
        if self._norm_adv:  #-
        if self._norm_adv and len(minibatch.adv) > 1:  #+
            mean, std = minibatch.adv.mean(), minibatch.adv.std()
            minibatch.adv = (minibatch.adv - mean) / std  #!
            minibatch.adv = (minibatch.adv - mean) / (std + self._eps)  #+
        log_ratio = (dist.log_prob(minibatch.act) - minibatch.logp_old).clamp(-20.0, 20.0)
        ratio = log_ratio.exp().float()
        ratio = ratio.reshape(ratio.size(0), -1).transpose(0, 1)
        surr1 = ratio * minibatch.adv
        surr2 = ratio.clamp(1.0 - self._eps_clip, 1.0 + self._eps_clip) * minibatch.adv
        return -torch.min(surr1, surr2).mean(), dist.entropy().mean()

    def learn(self, batch, batch_size: int, repeat: int, **kwargs: Any) -> Dict[str, List[float]]:
        losses = []
        for _ in range(repeat):
            for minibatch in batch.split(batch_size, merge_last=True):
                clip_loss, ent = self._actor_loss(minibatch)
                value = self.critic(minibatch.obs).flatten()
                vf_loss = (minibatch.returns - value).pow(2).mean()
                loss = clip_loss + 0.5 * vf_loss - 0.01 * ent
                self.optim.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.parameters(), max_norm=0.5)
                self.optim.step()
                losses.append(loss.item())
        return {"loss": losses}
