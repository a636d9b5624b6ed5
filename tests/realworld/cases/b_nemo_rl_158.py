# origin: https://github.com/NVIDIA-NeMo/RL/issues/158
# kinds: domain overflow
import torch


def masked_mean(values, mask, dim=None):
    if dim is None:
        return values[mask.bool()].mean()  #!
        return (values * mask).sum() / mask.sum().clamp(min=1)  #+
    return (values * mask).sum(dim=dim) / mask.sum(dim=dim).clamp(min=1)


class ClippedPGLossFn:
    def __call__(self, curr_logprobs, prev_logprobs, advantages, mask):
        ratios = (curr_logprobs - prev_logprobs).clamp(-20, 20).exp()
        clipped = ratios.clamp(0.8, 1.2)
        return masked_mean(-torch.minimum(ratios * advantages, clipped * advantages), mask)
