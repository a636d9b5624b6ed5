# origin: https://github.com/DiffSharp/DiffSharp/issues/336
# kinds: cancellation
import numpy as np
import torch


class ObservationFilter:
    """Running mean/std of observations, shared by the rollout workers."""

    def __init__(self, shape, clip=10.0, min_std=1e-3):
        self.clip = clip
        self.min_std = min_std
        self.count = 0
        self.total = torch.zeros(shape)  #-
        self.total_sq = torch.zeros(shape)  #-
        self.mean = torch.zeros(shape, dtype=torch.float64)  #+
        self.m2 = torch.zeros(shape, dtype=torch.float64)  #+

    def update(self, batch):
        n = batch.shape[0]
        if n == 0:
            return
        self.total += batch.sum(dim=0)  #-
        self.total_sq += (batch ** 2).sum(dim=0)  #-
        self.count += n  #-
        batch = batch.double()  #+
        b_mean = batch.mean(dim=0)  #+
        b_m2 = ((batch - b_mean) ** 2).sum(dim=0)  #+
        delta = b_mean - self.mean  #+
        new_count = self.count + n  #+
        self.mean += delta * n / new_count  #+
        self.m2 += b_m2 + delta ** 2 * self.count * n / new_count  #+
        self.count = new_count  #+

    def stats(self):
        n = max(self.count, 1)
        mean = self.total / n  #-
        var = self.total_sq / n - mean ** 2  #!
        mean, var = self.mean.float(), (self.m2 / n).float()  #+
        return mean, var.clamp(min=0.0).sqrt().clamp(min=self.min_std)

    def __call__(self, obs, update=True):
        if update:
            self.update(obs)
        mean, std = self.stats()
        return ((obs - mean) / std).clamp(-self.clip, self.clip)


def collect(env, policy, obs_filter, horizon=2048):
    obs, ep_return, returns = env.reset(), 0.0, []
    trajectory = []
    for _ in range(horizon):
        x = obs_filter(torch.as_tensor(obs, dtype=torch.float32)[None])
        with torch.no_grad():
            action = policy(x)[0].numpy()
        obs, reward, done, _ = env.step(action)
        trajectory.append((x[0], action, reward, done))
        ep_return += reward
        if done:
            returns.append(ep_return)
            obs, ep_return = env.reset(), 0.0
    return trajectory, float(np.mean(returns)) if returns else None
