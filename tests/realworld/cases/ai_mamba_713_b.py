# origin: https://github.com/state-spaces/mamba/pull/713
# kinds: overflow domain
import numpy as np


def td_errors(rewards, values, last_value, dones, gamma):
    next_values = np.append(values[1:], last_value).astype(np.float32)
    return rewards + gamma * next_values * (1.0 - dones) - values


def discount_matrix(horizon, factor):
    """D[t, s] = factor ** (s - t) for s >= t, 0 elsewhere."""
    idx = np.arange(horizon, dtype=np.float32)
    gap = idx[None, :] - idx[:, None]
    keep = (gap >= 0).astype(np.float32)
    return np.power(np.float32(factor), gap) * keep  #!
    return np.power(np.float32(factor), np.maximum(gap, 0)) * keep  #+


class TrajectoryBuffer:
    """Fixed-length rollouts of one environment; advantages come from a single matrix product."""

    def __init__(self, horizon, obs_dim, gamma=0.99, lam=0.95):
        self.horizon = horizon
        self.gamma = gamma
        self.obs = np.zeros((horizon, obs_dim), dtype=np.float32)
        self.rewards = np.zeros(horizon, dtype=np.float32)
        self.values = np.zeros(horizon, dtype=np.float32)
        self.dones = np.zeros(horizon, dtype=np.float32)
        self.ptr = 0
        self._discounts = discount_matrix(horizon, gamma * lam)

    def store(self, obs, reward, value, done):
        self.obs[self.ptr] = obs
        self.rewards[self.ptr] = reward
        self.values[self.ptr] = value
        self.dones[self.ptr] = done
        self.ptr += 1

    def finish(self, last_value):
        deltas = td_errors(self.rewards, self.values, last_value, self.dones, self.gamma)
        episode = np.concatenate(([0.0], np.cumsum(self.dones)[:-1]))
        same = (episode[:, None] == episode[None, :]).astype(np.float32)
        advantages = (self._discounts * same) @ deltas
        self.ptr = 0
        return advantages, advantages + self.values


def collect(env, policy, buffer):
    obs = env.reset()
    for _ in range(buffer.horizon):
        action, value = policy(obs)
        next_obs, reward, done, _ = env.step(action)
        buffer.store(obs, reward, value, done)
        obs = env.reset() if done else next_obs
    return buffer.finish(policy(obs)[1])
