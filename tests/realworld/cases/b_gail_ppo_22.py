# origin: https://github.com/uidilr/gail_ppo_tf/issues/22
# kinds: domain
import numpy as np


def collect(policy, env, horizon, gamma=0.95):
    observations, rewards, values = policy.rollout(env, horizon)
    deltas = [r + gamma * n - v for r, n, v in zip(rewards, values[1:], values)]
    gaes = np.array(deltas, dtype=np.float32)
    for t in reversed(range(len(gaes) - 1)):
        gaes[t] = gaes[t] + gamma * gaes[t + 1]
    gaes = (gaes - gaes.mean()) / gaes.std()  #!
    gaes = (gaes - gaes.mean()) / (gaes.std() + 1e-8)  #+
    return observations, gaes
