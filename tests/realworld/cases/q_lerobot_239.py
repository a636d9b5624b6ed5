# origin: https://github.com/huggingface/lerobot/pull/239
# kinds: domain
import torch
from torch import Tensor, nn


class Normalize(nn.Module):
    """Brings observations and actions to [-1, 1] or to zero mean and unit variance."""

    def __init__(self, modes: dict[str, str], stats: dict[str, dict[str, Tensor]]):
        super().__init__()
        self.modes = modes
        for key in modes:
            buffers = {name: nn.Parameter(value.clone(), requires_grad=False) for name, value in stats[key].items()}
            setattr(self, "buffer_" + key.replace(".", "_"), nn.ParameterDict(buffers))

    @torch.no_grad()
    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        batch = dict(batch)
        for key, mode in self.modes.items():
            buffer = getattr(self, "buffer_" + key.replace(".", "_"))
            if mode == "mean_std":
                batch[key] = (batch[key] - buffer["mean"]) / buffer["std"].clamp_min(1e-6)
            elif mode == "min_max":
                low, high = buffer["min"], buffer["max"]
                batch[key] = (batch[key] - low) / (high - low)  #!
                span = torch.where(high > low, high - low, torch.ones_like(high))  #+
                batch[key] = (batch[key] - low) / span  #+
                batch[key] = batch[key] * 2 - 1
            else:
                raise ValueError(mode)
        return batch


def compute_stats(frames: dict[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    return {
        key: {"mean": x.mean(0), "std": x.std(0, unbiased=False), "min": x.amin(0), "max": x.amax(0)}
        for key, x in frames.items()
    }


def make_normalizer(frames: dict[str, Tensor]) -> Normalize:
    modes = {"observation.state": "min_max", "action": "min_max"}
    return Normalize(modes, compute_stats(frames))
