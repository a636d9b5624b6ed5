# origin: https://github.com/mit-han-lab/llm-awq/issues/96
# kinds: underflow domain loss-scale precision overflow explosion
import torch
import torch.nn.functional as F


@torch.no_grad()
def get_act_scale(x):
    return x.abs().view(-1, x.shape[-1]).mean(0)


@torch.no_grad()
def pseudo_quantize(w, n_bit=4, group_size=128):
    shape = w.shape
    w = w.reshape(-1, group_size).float()
    max_val = w.amax(dim=1, keepdim=True)
    min_val = w.amin(dim=1, keepdim=True)
    step = (max_val - min_val).clamp(min=1e-5) / (2 ** n_bit - 1)
    zeros = (-torch.round(min_val / step)).clamp(0, 2 ** n_bit - 1)
    q = torch.clamp(torch.round(w / step) + zeros, 0, 2 ** n_bit - 1)
    return ((q - zeros) * step).reshape(shape)


@torch.no_grad()
def channel_scales(x, ratio):
    x_max = get_act_scale(x.half())
    scales = x_max.pow(ratio).clamp(min=1e-4).view(-1)
    scales = scales / (scales.max() * scales.min()).sqrt()  #!
    scales = scales.float()  #+
    scales = scales / (scales.max() * scales.min()).sqrt()  #+
    return scales


@torch.no_grad()
def search_module_scale(linear, x, n_grid=20):
    """Grid search of the per channel scale of a linear layer, x is [tokens, channels]."""
    org_out = F.linear(x.float(), linear.weight.float())
    history = []
    for step in range(n_grid):
        scales = channel_scales(x, step / n_grid).float().view(1, -1)
        weight = pseudo_quantize(linear.weight.float() * scales) / scales
        error = (org_out - F.linear(x.float(), weight)).pow(2).mean().item()
        history.append((error, step / n_grid))
    best_error, best_ratio = min(history)
    return channel_scales(x, best_ratio), best_error
