# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain
import torch


class GroupNormalizer:
    def __init__(self, eps=1e-6):
        self.eps = eps

    def __call__(self, rewards, group_ids):
        out = torch.zeros_like(rewards)
        for group in group_ids.unique():
            members = group_ids == group
            r = rewards[members]
            out[members] = (r - r.mean()) / (r.std() + self.eps)  #!
            out[members] = (r - r.mean()) / (r.std(unbiased=False) + self.eps)  #+
        return out
