# origin: https://github.com/jolibrain/wheatley/pull/93
# kinds: domain
import numpy as np
import torch
import torch.nn as nn


class PPO:
    def __init__(self, agent, training_specs, optimizer):
        self.agent = agent
        self.optimizer = optimizer
        self.num_epochs = training_specs.n_epochs
        self.minibatch_size = training_specs.batch_size
        self.clip_coef = training_specs.clip_range
        self.ent_coef = training_specs.ent_coef
        self.vf_coef = training_specs.vf_coef
        self.max_grad_norm = 0.5
        self.norm_adv = True
        self.clip_vloss = False

    def update(self, obs, actions, logprobs, advantages, returns):
        batch_size = actions.shape[0]
        b_inds = np.arange(batch_size)
        losses = []
        for epoch in range(self.num_epochs):
            np.random.shuffle(b_inds)
            for start in range(0, batch_size, self.minibatch_size):
                end = start + self.minibatch_size
                mb_inds = b_inds[start:end]
                newlogprob, entropy, newvalue = self.agent.evaluate(obs[mb_inds], actions[mb_inds])
                logratio = newlogprob - logprobs[mb_inds]
                ratio = torch.exp(logratio.clamp(-20, 20))

                mb_advantages = advantages[mb_inds]
                if self.norm_adv:  #-
                if self.norm_adv and len(mb_inds) > 1:  #+
                    mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)  #!
                    mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)  #+

                pg_loss1 = -mb_advantages * ratio
                pg_loss2 = -mb_advantages * torch.clamp(ratio, 1 - self.clip_coef, 1 + self.clip_coef)
                pg_loss = torch.max(pg_loss1, pg_loss2).mean()
                v_loss = 0.5 * ((newvalue.view(-1) - returns[mb_inds]) ** 2).mean()
                loss = pg_loss - self.ent_coef * entropy.mean() + v_loss * self.vf_coef

                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.agent.parameters(), self.max_grad_norm)
                self.optimizer.step()
                losses.append(loss.item())
        return losses
