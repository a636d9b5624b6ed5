# origin: https://github.com/DLR-RM/stable-baselines3/issues/265
# kinds: domain
import warnings
from typing import Generator, NamedTuple, Optional

import numpy as np
import torch as th


class RolloutBufferSamples(NamedTuple):
    observations: th.Tensor
    actions: th.Tensor
    old_log_prob: th.Tensor
    advantages: th.Tensor
    returns: th.Tensor


class RolloutBuffer:
    def __init__(self, data: dict, n_steps: int, n_envs: int):
        self.data = data
        self.total = n_steps * n_envs

    def get(self, batch_size: Optional[int] = None) -> Generator[RolloutBufferSamples, None, None]:
        indices = np.random.permutation(self.total)
        batch_size = batch_size or self.total
        for start in range(0, self.total, batch_size):
            chunk = indices[start : start + batch_size]
            yield RolloutBufferSamples(**{k: th.as_tensor(v[chunk]) for k, v in self.data.items()})


def standardize(values: th.Tensor, epsilon: float = 1e-8) -> th.Tensor:
    if values.numel() < 2:  #+
        return values  #+
    centered = values - values.mean()
    scale = values.std()  #!
    scale = values.std()  #+
    return centered / (scale + epsilon)  #*


class PPO:
    def __init__(self, policy, n_steps: int = 2048, n_envs: int = 1, batch_size: int = 64, n_epochs: int = 10, clip_range: float = 0.2):
        self.policy = policy
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.clip_range = clip_range
        self.buffer_size = n_steps * n_envs
        assert self.buffer_size > 1, f"`n_steps * n_envs` must be greater than 1, got {n_steps} * {n_envs}"  #+
        if self.buffer_size % batch_size > 0:
            warnings.warn(f"mini-batch size {batch_size} does not divide the rollout size {self.buffer_size}")

    def _policy_loss(self, batch: RolloutBufferSamples):
        values, log_prob, entropy = self.policy.evaluate_actions(batch.observations, batch.actions)
        advantages = standardize(batch.advantages)
        ratio = th.exp(log_prob - batch.old_log_prob)
        unclipped = advantages * ratio
        clipped = advantages * th.clamp(ratio, 1 - self.clip_range, 1 + self.clip_range)
        value_loss = th.nn.functional.mse_loss(batch.returns, values.flatten())
        return -th.min(unclipped, clipped).mean(), value_loss, -entropy.mean()

    def train(self, buffer: RolloutBuffer) -> float:
        loss = th.zeros(())
        for _ in range(self.n_epochs):
            for batch in buffer.get(self.batch_size):
                pg, vf, ent = self._policy_loss(batch)
                loss = pg + 0.5 * vf + 0.01 * ent
                self.policy.optimizer.zero_grad()
                loss.backward()
                th.nn.utils.clip_grad_norm_(self.policy.parameters(), 0.5)
                self.policy.optimizer.step()
        return loss.item()
