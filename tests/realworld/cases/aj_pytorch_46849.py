# origin: https://github.com/pytorch/pytorch/issues/46849
# kinds: domain overflow
import logging

import torch

log = logging.getLogger(__name__)


class FederatedServer:
    """Averages clipped client deltas into the global model (FedAvg with bounded updates)."""

    def __init__(self, model, clip_norm=1.0, server_lr=1.0):
        self.model = model
        self.clip_norm = clip_norm
        self.server_lr = server_lr
        self.round = 0

    @torch.no_grad()
    def delta(self, client_state):
        base = self.model.state_dict()
        return {k: client_state[k] - base[k] for k in base if base[k].is_floating_point()}

    @torch.no_grad()
    def clip(self, delta):
        total = torch.stack([d.square().sum() for d in delta.values()]).sum().sqrt()
        if not torch.isfinite(total):  #+
            return None  #+
        factor = (self.clip_norm / (total + 1e-6)).clamp(max=1.0)
        return {k: d * factor for k, d in delta.items()}  #*

    @torch.no_grad()
    def aggregate(self, client_states, weights):
        total_weight = 0.0
        mean = None
        for state, weight in zip(client_states, weights):
            clipped = self.clip(self.delta(state))
            if clipped is None:
                log.warning("round %d: dropped a client update", self.round)
                continue
            total_weight += weight
            if mean is None:
                mean = {k: weight * d for k, d in clipped.items()}
            else:
                for k, d in clipped.items():
                    mean[k] += weight * d
        self.round += 1
        if mean is None or total_weight == 0.0:
            return
        state = self.model.state_dict()
        for k, d in mean.items():
            state[k] = state[k] + self.server_lr * d / total_weight
        self.model.load_state_dict(state)
