# origin: https://github.com/deepmodeling/deepmd-kit/pull/5715
# kinds: overflow domain
import numpy as np


def segment_sum(data, segment_ids, num_segments):
    out = np.zeros((num_segments,) + data.shape[1:], dtype=data.dtype)
    np.add.at(out, segment_ids, data)
    return out


def segment_max(data, segment_ids, num_segments):
    out = np.full((num_segments,) + data.shape[1:], -np.inf, dtype=data.dtype)
    np.maximum.at(out, segment_ids, data)
    return out


def segment_softmax(data, segment_ids, num_segments, mask=None):
    """Softmax over the edges of every centre atom; edges with mask 0 get no weight."""
    if mask is not None:
        data_for_max = np.where(mask, data, -np.inf)
    else:
        data_for_max = data
    seg_max = segment_max(data_for_max, segment_ids, num_segments)
    seg_max = np.where(np.isinf(seg_max), np.zeros_like(seg_max), seg_max)
    shifted = data - np.take(seg_max, segment_ids, axis=0)  #!
    shifted = data_for_max - np.take(seg_max, segment_ids, axis=0)  #+
    ex = np.exp(shifted)  #!
    ex = np.exp(shifted)  #+
    if mask is not None:
        ex = ex * mask.astype(ex.dtype)  #!
        ex = ex * mask.astype(ex.dtype)  #+
    denom = segment_sum(ex, segment_ids, num_segments)
    denom_e = np.take(denom, segment_ids, axis=0)
    safe = np.where(denom_e > 0, denom_e, np.ones_like(denom_e))
    return ex / safe


class NeighborAttention:
    def __init__(self, dim, seed=0):
        rng = np.random.default_rng(seed)
        self.wq = rng.normal(size=(dim, dim)).astype(np.float32)
        self.wk = rng.normal(size=(dim, dim)).astype(np.float32)

    def __call__(self, edge_feat, centre, n_atoms, edge_mask):
        q, k = edge_feat @ self.wq, edge_feat @ self.wk
        weights = segment_softmax((q * k).sum(-1), centre, n_atoms, mask=edge_mask)
        return segment_sum(weights[:, None] * edge_feat, centre, n_atoms)
