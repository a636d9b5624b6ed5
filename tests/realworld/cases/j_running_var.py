# origin: https://github.com/pytorch/pytorch/pull/47240
# kinds: cancellation
import torch


class RunningNormalizer:
    """Standardises observations by statistics that are kept as sums."""

    def __init__(self, shape, eps=1e-2):
        self.count = torch.tensor(eps)
        self.total = torch.zeros(shape)
        self.total_sq = torch.full(shape, eps)
        self.mean, self.m2 = torch.zeros(shape), torch.zeros(shape)  #+

    def update(self, batch):
        n = batch.shape[0]  #+
        delta = batch.mean(0) - self.mean  #+
        self.m2 += ((batch - batch.mean(0)) ** 2).sum(0) + delta**2 * self.count * n / (self.count + n)  #+
        self.mean += delta * n / (self.count + n)  #+
        self.total += batch.sum(0)  #-
        self.total_sq += (batch**2).sum(0)  #-
        self.count += batch.shape[0]

    def __call__(self, x):
        mean = self.total / self.count  #-
        var = self.total_sq / self.count - mean**2  #!
        mean, var = self.mean, self.m2 / self.count  #+
        return ((x - mean) / torch.sqrt(var.clamp(min=1e-2))).clamp(-5, 5)


def collect(env, policy, normalizer, steps):
    obs, rows = env.reset(), []
    for _ in range(steps):
        normalizer.update(obs)
        action = policy(normalizer(obs))
        obs, reward, done = env.step(action)
        rows.append((obs, action, reward, done))
    return rows
