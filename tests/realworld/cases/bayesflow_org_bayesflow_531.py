# origin: https://github.com/bayesflow-org/bayesflow/pull/531
# kinds: underflow overflow domain
import torch


def sinkhorn_plan(x, y, regularization=1.0, max_steps=1000, tol=1e-6):
    cost = torch.cdist(x, y) ** 2
    scaled = -cost / (regularization * cost.mean().clamp(min=1e-12))  #-
    plan = torch.exp(scaled)  #!
    scaled = -cost / (regularization * cost.mean().clamp(min=1e-12))  #+
    log_plan = scaled - scaled.amax(dim=1, keepdim=True)  #+
    for _ in range(max_steps):
        plan = plan / plan.sum(dim=0, keepdim=True)  #!
        plan = plan / plan.sum(dim=1, keepdim=True)  #!
        log_plan = log_plan - torch.logsumexp(log_plan, dim=0, keepdim=True)  #+
        log_plan = log_plan - torch.logsumexp(log_plan, dim=1, keepdim=True)  #+
    return plan  #-
    return log_plan.exp()  #+
