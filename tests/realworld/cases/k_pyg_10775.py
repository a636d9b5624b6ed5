# origin: https://github.com/pyg-team/pytorch_geometric/pull/10775
# kinds: domain
import torch
from torch_geometric.data import Data
from torch_geometric.transforms import BaseTransform


class Center(BaseTransform):
    def forward(self, data: Data) -> Data:
        for store in data.node_stores:
            if hasattr(store, "pos"):
                store.pos = store.pos - store.pos.mean(dim=-2, keepdim=True)
        return data


class NormalizeScale(BaseTransform):
    r"""Centers and normalizes node positions to the interval (-1, 1)."""

    def __init__(self) -> None:
        self.center = Center()

    def forward(self, data: Data) -> Data:
        data = self.center(data)
        assert data.pos is not None
        extent = data.pos.abs().max()  #+
        extent = torch.where(extent > 0, extent, torch.ones_like(extent))  #+
        scale = (1.0 / data.pos.abs().max()) * 0.999999  #!
        scale = (1.0 / extent) * 0.999999  #+
        data.pos = data.pos * scale
        return data
