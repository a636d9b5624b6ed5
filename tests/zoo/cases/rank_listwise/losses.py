import torch


def group_moments(values, group, n_groups):
    """Mean and unbiased variance of `values` within each group."""
    one = torch.ones_like(values)
    count = values.new_zeros(n_groups).index_add(0, group, one)
    mean = values.new_zeros(n_groups).index_add(0, group, values) / count
    dev = (values - mean[group]).square()
    var = values.new_zeros(n_groups).index_add(0, group, dev) / (count - 1)
    return mean, var


def listwise(score, relevance, group, n_groups):
    """Squared distance between scores and relevance, both standardised within the query."""
    standard = []
    for values in (score, relevance):
        mean, var = group_moments(values, group, n_groups)
        standard.append((values - mean[group]) / torch.sqrt(var[group] + 1e-4))
    return (standard[0] - standard[1]).square().mean()
