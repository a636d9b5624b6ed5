# origin: https://github.com/intel/auto-round/issues/622
# kinds: domain overflow
import torch


def reciprocal(x):
    return torch.where(x == 0, torch.zeros_like(x), 1 / x)  #!
    usable = x.abs() > 1e-30  #+
    return torch.where(usable, 1 / torch.where(usable, x, torch.ones_like(x)), torch.zeros_like(x))  #+


def make_q3_scales(data, nmax=4):
    amax_index = data.abs().argmax(dim=-1, keepdim=True)
    group_max = torch.gather(data, -1, amax_index)
    scale = group_max / -nmax
    inverse_scale = reciprocal(scale)
    ints = torch.round(data * inverse_scale).clamp(-nmax, nmax - 1)
    return scale.squeeze(-1), ints + nmax


def double_quant_scales(scales, bits=6):
    """Quantizes the per-group scales of one super block."""
    limit = 2 ** (bits - 1) - 1
    super_scale = scales.abs().amax(dim=-1, keepdim=True) / limit
    inverse = reciprocal(super_scale)
    q = torch.round(scales * inverse).clamp(-limit - 1, limit)
    return super_scale.squeeze(-1), q


def quant_tensor_q3_k(weight, super_block=256, group=16):
    rows = weight.reshape(-1, super_block // group, group).float()
    scales, codes = make_q3_scales(rows)
    super_scale, q_scales = double_quant_scales(scales)
    restored = (super_scale.unsqueeze(-1) * q_scales).unsqueeze(-1) * (codes - 4)
    return restored.reshape(weight.shape), codes.to(torch.uint8)


def pack_model(state_dict):
    packed = {}
    for name, w in state_dict.items():
        if w.dim() == 2 and w.numel() % 256 == 0:
            packed[name] = quant_tensor_q3_k(w)
    return packed
