# origin: https://github.com/pytorch/pytorch/issues/1620
# kinds: domain underflow
import torch
import torch.nn as nn


class Actor(nn.Module):
    """Chooses which job to dispatch next; one output per open slot."""

    def __init__(self, obs_dim, n_slots, hidden=128):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(obs_dim, hidden),
            nn.Tanh(),
            nn.Linear(hidden, hidden),
            nn.Tanh(),
            nn.Linear(hidden, n_slots),
            nn.Softmax(dim=-1),  #-
            nn.LogSoftmax(dim=-1),  #+
        )

    def forward(self, obs):
        return self.net(obs)


class ReinforceAgent:
    def __init__(self, obs_dim, n_slots, lr=3e-4, gamma=0.99):
        self.actor = Actor(obs_dim, n_slots)
        self.optimizer = torch.optim.Adam(self.actor.parameters(), lr=lr)
        self.gamma = gamma

    @torch.no_grad()
    def act(self, obs):
        weights = self.actor(obs)
        weights = weights.exp()  #+
        return torch.multinomial(weights, 1).squeeze(-1)

    def returns(self, rewards):
        out, running = [], 0.0
        for r in reversed(rewards):
            running = r + self.gamma * running
            out.append(running)
        return torch.tensor(out[::-1])

    def update(self, obs, actions, rewards):
        ret = self.returns(rewards)
        ret = (ret - ret.mean()) / (ret.std(unbiased=False) + 1e-6)
        chosen = self.actor(obs).gather(1, actions.unsqueeze(1)).squeeze(1)
        loss = -(chosen.log() * ret).mean()  #!
        loss = -(chosen * ret).mean()  #+

        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.actor.parameters(), 0.5)
        self.optimizer.step()
        return loss.item()
