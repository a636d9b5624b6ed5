# origin: https://github.com/mlx-graphs/mlx-graphs/pull/18
# kinds: domain
import mlx.core as mx
import mlx.nn as nn


def degree(index, num_nodes):
    ones = mx.ones((index.shape[0],))
    return mx.zeros((num_nodes,)).at[index].add(ones)


class GCNConv(nn.Module):
    def __init__(self, x_dim: int, h_dim: int, bias: bool = True):
        super().__init__()
        self.linear = nn.Linear(x_dim, h_dim, bias=False)
        if bias:
            self.bias = mx.zeros((h_dim,))

    def __call__(self, node_features, edge_index, normalize: bool = True):
        row, col = edge_index[0], edge_index[1]
        num_nodes = node_features.shape[0]
        hidden = self.linear(node_features)
        messages = hidden[row]
        if normalize:
            deg = degree(col, num_nodes)
            deg_inv_sqrt = deg ** (-0.5)  #!
            deg_inv_sqrt = mx.where(deg > 0, mx.maximum(deg, 1.0) ** (-0.5), 0.0)  #+
            norm = deg_inv_sqrt[row] * deg_inv_sqrt[col]
            messages = norm[:, None] * messages
        out = mx.zeros_like(hidden).at[col].add(messages)
        if "bias" in self:
            out = out + self.bias
        return out


class GCN(nn.Module):
    def __init__(self, x_dim, h_dim, out_dim):
        super().__init__()
        self.layers = [GCNConv(x_dim, h_dim), GCNConv(h_dim, out_dim)]

    def __call__(self, node_features, edge_index):
        hidden = nn.relu(self.layers[0](node_features, edge_index))
        return self.layers[1](hidden, edge_index)


def loss_fn(model, node_features, edge_index, labels, train_mask):
    logits = model(node_features, edge_index)
    losses = nn.losses.cross_entropy(logits, labels, reduction="none")
    return (losses * train_mask).sum() / mx.maximum(train_mask.sum(), 1)
