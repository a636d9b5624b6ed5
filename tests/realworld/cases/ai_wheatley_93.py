# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
import numpy as np
import torch
from torch import nn


class RolloutBuffer:
    def __init__(self, obs, actions, logprobs, advantages, returns):
        self.obs = obs
        self.actions = actions
        self.logprobs = logprobs
        self.advantages = advantages
        self.returns = returns

    def __len__(self):
        return self.obs.shape[0]


class PPO:
    def __init__(self, agent, lr=2.5e-4, clip_coef=0.2, vf_coef=0.5, ent_coef=0.01,
                 update_epochs=3, minibatch_size=128, norm_adv=True, max_grad_norm=0.5):
        self.agent = agent
        self.optimizer = torch.optim.Adam(agent.parameters(), lr=lr, eps=1e-5)
        self.clip_coef = clip_coef
        self.vf_coef = vf_coef
        self.ent_coef = ent_coef
        self.update_epochs = update_epochs
        self.minibatch_size = minibatch_size
        self.norm_adv = norm_adv
        self.max_grad_norm = max_grad_norm

    def update(self, data: RolloutBuffer):
        b_inds = np.arange(len(data))
        for epoch in range(self.update_epochs):
            np.random.shuffle(b_inds)
            for start in range(0, len(data), self.minibatch_size):
                mb_inds = b_inds[start:start + self.minibatch_size]
                newlogprob, entropy, newvalue = self.agent.evaluate(data.obs[mb_inds], data.actions[mb_inds])
                ratio = (newlogprob - data.logprobs[mb_inds]).exp()

                mb_advantages = data.advantages[mb_inds]
                if self.norm_adv:  #-
                    mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)  #!
                if self.norm_adv and len(mb_inds) > 1:  #+
                    mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)  #+

                pg_loss1 = -mb_advantages * ratio
                pg_loss2 = -mb_advantages * torch.clamp(ratio, 1 - self.clip_coef, 1 + self.clip_coef)
                pg_loss = torch.max(pg_loss1, pg_loss2).mean()
                v_loss = 0.5 * ((newvalue.view(-1) - data.returns[mb_inds]) ** 2).mean()
                loss = pg_loss - self.ent_coef * entropy.mean() + self.vf_coef * v_loss

                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.agent.parameters(), self.max_grad_norm)
                self.optimizer.step()
