# origin: https://github.com/MrLeeeee/GCN-GAT-and-Graphsage/issues/3
# kinds: domain
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class GraphSage(nn.Module):
    def __init__(self, nfeat, nhid, nclass, adj, dropout=0.5):
        super().__init__()
        self.adj = adj
        self.dropout = dropout
        self.fc1 = nn.Linear(2 * nfeat, nhid)
        self.fc2 = nn.Linear(2 * nhid, nclass)

    def aggregate(self, h):
        degree = self.adj.sum(1, keepdim=True)
        h1 = torch.mm(self.adj, h)
        h1 = h1 / degree  #!
        h1 = h1 / (degree + 1e-5)  #+
        return torch.cat([h, h1], dim=1)

    def forward(self, x):
        x = F.relu(self.fc1(self.aggregate(x)))
        x = F.dropout(x, self.dropout, training=self.training)
        return F.log_softmax(self.fc2(self.aggregate(x)), dim=1)


def load_adjacency(path, num_nodes):
    edges = np.loadtxt(path, dtype=np.int64)
    adj = np.zeros((num_nodes, num_nodes), dtype=np.float32)
    adj[edges[:, 0], edges[:, 1]] = 1.0
    return torch.from_numpy(np.maximum(adj, adj.T))


def run(args, features, labels, idx_train):
    adj = load_adjacency(args.edges, features.shape[0])
    model = GraphSage(features.shape[1], args.hidden, int(labels.max()) + 1, adj, args.dropout)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr, weight_decay=args.weight_decay)
    for epoch in range(args.epochs):
        model.train()
        optimizer.zero_grad()
        output = model(features)
        loss = F.nll_loss(output[idx_train], labels[idx_train])
        loss.backward()
        optimizer.step()
