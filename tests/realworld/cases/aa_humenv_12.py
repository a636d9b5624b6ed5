# origin: https://github.com/facebookresearch/humenv/pull/12
# kinds: cancellation domain
import numpy as np
import torch


def distance_smpl(next_obs, goal):
    return torch.norm(next_obs[..., :214] - goal[..., :214], dim=-1)


def distance_proximity(next_obs, tracking_target, bound=2.0, margin=2.0):
    stats = {}
    dist = distance_smpl(next_obs, tracking_target)
    in_bounds_mask = dist <= bound
    out_bounds_mask = dist > bound + margin
    stats["proximity"] = (
        in_bounds_mask + ((bound + margin - dist) / margin) * (~in_bounds_mask) * (~out_bounds_mask)
    ).mean()
    stats["distance"] = dist.mean()
    stats["success"] = in_bounds_mask.min().float()
    return stats


def get_pose(obs):
    return obs[:, :214]


def distance_matrix(X: torch.Tensor, Y: torch.Tensor):
    X_norm = X.pow(2).sum(1).reshape(-1, 1)
    Y_norm = Y.pow(2).sum(1).reshape(1, -1)
    val = X_norm + Y_norm - 2 * torch.matmul(X, Y.T)
    return torch.sqrt(val)  #!
    return torch.sqrt(torch.clamp(val, min=0))  #+


def sinkhorn(a, b, cost, reg=0.05, n_iter=200):
    log_a, log_b = a.log(), b.log()
    f, g = torch.zeros_like(a), torch.zeros_like(b)
    for _ in range(n_iter):
        f = reg * (log_a - torch.logsumexp((g[None, :] - cost) / reg, dim=1))
        g = reg * (log_b - torch.logsumexp((f[:, None] - cost) / reg, dim=0))
    plan = torch.exp((f[:, None] + g[None, :] - cost) / reg)
    return (plan * cost).sum()


def emd(next_obs, tracking_target, device="cpu"):
    agent_obs = get_pose(next_obs).to(device)
    tracked_obs = get_pose(tracking_target).to(device)
    cost_matrix = distance_matrix(agent_obs, tracked_obs)
    X_pot = torch.ones(agent_obs.shape[0], device=agent_obs.device) / agent_obs.shape[0]
    Y_pot = torch.ones(tracked_obs.shape[0], device=agent_obs.device) / tracked_obs.shape[0]
    transport_cost = sinkhorn(X_pot, Y_pot, cost_matrix)
    return {"emd": transport_cost.item()}


def evaluate(episodes):
    metrics = {}
    for ep in episodes:
        next_obs = torch.tensor(ep["observation"][1:], dtype=torch.float32)
        target = torch.tensor(ep["tracking_target"], dtype=torch.float32)
        for k, v in {**distance_proximity(next_obs, target), **emd(next_obs, target)}.items():
            metrics.setdefault(k, []).append(float(v))
    return {k: np.mean(v) for k, v in metrics.items()}
