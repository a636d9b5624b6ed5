import torch


def f(x, ids):
    x = x.half()
    x.index_fill_(-1, ids, -1e10)  # NS124
    return x
