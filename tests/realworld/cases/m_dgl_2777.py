# origin: https://github.com/dmlc/dgl/issues/2777
# kinds: domain
import torch
import torch.nn as nn


class MeanSAGEConv(nn.Module):
    def __init__(self, in_feats, out_feats, activation=None):
        super().__init__()
        self.fc_self = nn.Linear(in_feats, out_feats, bias=False)
        self.fc_neigh = nn.Linear(in_feats, out_feats, bias=False)
        self.bias = nn.Parameter(torch.zeros(out_feats))
        self.activation = activation

    def aggregate(self, feat, src, dst):
        num_nodes = feat.size(0)
        summed = feat.new_zeros(num_nodes, feat.size(1))
        summed = summed.index_add(0, dst, feat[src])
        degree = feat.new_zeros(num_nodes)
        degree = degree.index_add(0, dst, torch.ones_like(dst, dtype=feat.dtype))
        return summed / degree.unsqueeze(-1)  #!
        return summed / degree.clamp(min=1).unsqueeze(-1)  #+

    def forward(self, graph, feat):
        src, dst = graph
        h_neigh = self.aggregate(feat, src, dst)
        rst = self.fc_self(feat) + self.fc_neigh(h_neigh) + self.bias
        if self.activation is not None:
            rst = self.activation(rst)
        return rst


class SAGE(nn.Module):
    def __init__(self, in_feats, hidden, n_classes):
        super().__init__()
        self.conv1 = MeanSAGEConv(in_feats, hidden, activation=nn.LeakyReLU())
        self.conv2 = MeanSAGEConv(hidden, n_classes)

    def forward(self, graph, feat):
        return self.conv2(graph, self.conv1(graph, feat))
