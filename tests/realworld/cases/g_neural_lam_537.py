# origin: https://github.com/mllam/neural-lam/pull/537
# kinds: domain underflow
import torch
from torch import nn


class BaseGraphModel(nn.Module):
    def __init__(self, args, grid_output_dim, hidden_dim=64):
        super().__init__()
        self.output_std = bool(args.output_std)
        self.grid_output_dim = grid_output_dim
        self.output_map = nn.Sequential(
            nn.Linear(hidden_dim, hidden_dim), nn.SiLU(), nn.Linear(hidden_dim, 2 * grid_output_dim)
        )
        self.register_buffer("per_var_std", torch.ones(grid_output_dim))

    def predict_step(self, grid_rep, prev_state):
        net_output = self.output_map(grid_rep)
        if self.output_std:
            pred_delta_mean, pred_std_raw = net_output.chunk(2, dim=-1)
            pred_std = torch.nn.functional.softplus(pred_std_raw)
            pred_std = torch.clamp(pred_std, min=1e-6)  #+
        else:
            pred_delta_mean, pred_std = net_output[..., : self.grid_output_dim], self.per_var_std
        return prev_state + pred_delta_mean, pred_std

    def training_step(self, batch):
        grid_rep, prev_state, target, mask = batch
        prediction, pred_std = self.predict_step(grid_rep, prev_state)
        entry_loss = nll(prediction, target, pred_std)
        return torch.mean(entry_loss[..., mask, :].sum(dim=-1))


def nll(pred, target, pred_std):
    error = (target - pred) / pred_std  #*
    return 0.5 * error**2 + torch.log(pred_std)  #*
