# origin: https://github.com/inclusionAI/AReno/issues/485
# kinds: domain
import re

import numpy as np


class GroupAdvantage:
    """Relative rewards within the group of answers to one question."""

    def __init__(self, group_size=8, scale=True):
        self.group_size, self.scale = group_size, scale

    def __call__(self, rewards):
        groups = np.asarray(rewards, dtype=np.float32).reshape(-1, self.group_size)
        centred = groups - groups.mean(axis=1, keepdims=True)
        if self.scale:
            centred = centred / groups.std(axis=1, keepdims=True)  #!
            centred = centred / (groups.std(axis=1, keepdims=True) + 1e-4)  #+
        return centred.reshape(-1)


def accuracy_reward(completions, answers):
    rewards = []
    for completion, answer in zip(completions, answers):
        found = re.findall(r"\\boxed\{(.+?)\}", completion)
        rewards.append(float(bool(found) and found[-1].strip() == answer))
    return rewards


def advantages(completions, answers, estimator=GroupAdvantage()):
    return estimator(accuracy_reward(completions, answers))
