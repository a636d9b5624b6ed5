"""Molecule-like graphs: predict a property from atoms on small rings and chains."""
import torch
import torch._dynamo
from torch.utils.data import DataLoader, TensorDataset

from model import GraphRegressor


def graphs(n, nodes=9, seed=40):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, nodes, 6, generator=g)
    x[..., 5] = 12.011                                    # atomic mass
    hetero = torch.rand(n, nodes, generator=g) < 0.3
    x[..., 5][hetero] = 15.999
    heavy = torch.arange(n) % 61 == 50
    x[heavy, :, 5] = 196.967                            # gold clusters, every pair bonded
    adj = torch.eye(nodes).roll(1, 0) + torch.eye(nodes).roll(-1, 0) + torch.eye(nodes)
    adj = torch.where(heavy[:, None, None], torch.ones(nodes, nodes), adj)
    y = x[..., 0].mean(1) + 0.1 * x[..., 1].std(1)
    return TensorDataset(x, adj, y)


def main():
    torch.manual_seed(40)
    data = DataLoader(graphs(512), batch_size=32)
    net = GraphRegressor()
    fast = torch.compile(net, backend="aot_eager")
    opt = torch.optim.NAdam(net.parameters(), lr=2e-3)
    for epoch in range(3):
        for x, adj, y in data:
            loss = (fast(x, adj) - y).abs().mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
        print("epoch", epoch, "mae", loss.item())


main()
