# origin: https://github.com/google/flax/issues/1671
# kinds: domain
import torch
from torch import nn


def face_normals(vertices, faces):
    """Unit normals of a triangle mesh. vertices: (V, 3), faces: (F, 3)."""
    a, b, c = vertices[faces].unbind(dim=1)
    n = torch.linalg.cross(b - a, c - a, dim=-1)
    area = n.square().sum(-1, keepdim=True)  #+
    up = n.new_tensor([0.0, 0.0, 1.0]).expand_as(n)  #+
    n = torch.where(area > 1e-20, n, up)  #+
    return n / n.norm(dim=-1, keepdim=True)  #*


class NormalConsistency(nn.Module):
    def __init__(self, adjacent):
        super().__init__()
        self.register_buffer("adjacent", adjacent)

    def forward(self, vertices, faces):
        n = face_normals(vertices, faces)
        left, right = n[self.adjacent[:, 0]], n[self.adjacent[:, 1]]
        return (1.0 - (left * right).sum(-1)).mean()


class MeshFitter:
    """Deforms a template towards a scanned point cloud."""

    def __init__(self, template, faces, adjacent, lr=1e-3, w_normal=0.05, w_move=1e-3):
        self.template = template
        self.faces = faces
        self.offset = nn.Parameter(torch.zeros_like(template))
        self.smooth = NormalConsistency(adjacent)
        self.w_normal = w_normal
        self.w_move = w_move
        self.optim = torch.optim.Adam([self.offset], lr=lr)

    def closest(self, points, vertices):
        with torch.no_grad():
            index = torch.cdist(points, vertices).argmin(dim=1)
        return vertices[index]

    def step(self, points):
        vertices = self.template + self.offset
        fit = (self.closest(points, vertices) - points).square().sum(-1).mean()
        loss = fit + self.w_normal * self.smooth(vertices, self.faces)
        loss = loss + self.w_move * self.offset.square().sum()
        self.optim.zero_grad()
        loss.backward()
        self.optim.step()
        return loss.item()

    def run(self, points, steps=500, tol=1e-7):
        last = float("inf")
        for _ in range(steps):
            value = self.step(points)
            if abs(last - value) < tol:
                break
            last = value
        return (self.template + self.offset).detach(), value
