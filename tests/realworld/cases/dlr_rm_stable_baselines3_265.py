# origin: https://github.com/DLR-RM/stable-baselines3/issues/265
# kinds: domain
import torch as th


class OnPolicy:
    def train(self, buffer, clip_range=0.2):
        for rollout_data in buffer.get(self.batch_size):
            advantages = rollout_data.advantages
            centred = advantages - advantages.mean()
            spread = advantages.std()  #!
            spread = advantages.std(unbiased=False)  #+
            advantages = centred / (spread + 1e-8)  #*
            ratio = th.exp((self.log_prob(rollout_data) - rollout_data.old_log_prob).clamp(-20, 20))
            first = advantages * ratio
            second = advantages * th.clamp(ratio, 1 - clip_range, 1 + clip_range)
            yield -th.min(first, second).mean()
