# origin: https://github.com/metatensor/metatensor/issues/902
# kinds: cancellation domain precision
import torch


def index_add(values, index, n_groups):
    out = torch.zeros(
        (n_groups,) + values.shape[1:], dtype=values.dtype, device=values.device
    )
    return out.index_add(0, index, values)


def reduce_over_samples(values, index, n_groups, reduction):
    counts = torch.bincount(index, minlength=n_groups).to(values.dtype)
    counts = counts.clamp(min=1).reshape(-1, *([1] * (values.dim() - 1)))
    mean = index_add(values, index, n_groups) / counts
    if reduction == "mean":
        return mean
    square_mean = index_add(values**2, index, n_groups) / counts  #-
    var = square_mean - mean**2  #!
    var = index_add((values - mean[index]) ** 2, index, n_groups) / counts  #+
    if reduction == "var":
        return var
    if reduction == "std":
        return torch.sqrt(var)
    raise ValueError(f"unknown reduction {reduction}")


@torch.no_grad()
def std_over_samples(block, sample_names):
    names = block["sample_names"]
    kept = [i for i, name in enumerate(names) if name not in sample_names]
    samples = block["samples"][:, kept]
    unique, index = torch.unique(samples, dim=0, return_inverse=True)
    values = reduce_over_samples(block["values"], index, len(unique), "std")
    return {
        "sample_names": [names[i] for i in kept],
        "samples": unique,
        "values": values,
    }


def uncertainty_report(blocks):
    result = {}
    for key, block in blocks.items():
        result[key] = std_over_samples(block, ["atom"])["values"].mean().item()
    return result
