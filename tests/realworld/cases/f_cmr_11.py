# origin: https://github.com/akanazawa/cmr/issues/11
# kinds: domain
import torch


class GraphLaplacianLoss(torch.nn.Module):
    """Encourages a minimal mean curvature shape."""

    def __init__(self, faces, numV):
        super(GraphLaplacianLoss, self).__init__()
        self.laplacian = self._build(faces, numV)
        self.Lx = None
        tmp = self.laplacian.sum(dim=1)
        self.register_buffer("degree", tmp)

    @staticmethod
    def _build(faces, numV):
        adjacency = torch.zeros(numV, numV)
        for i, j in ((0, 1), (1, 2), (2, 0)):
            adjacency[faces[:, i], faces[:, j]] = 1.0
        return torch.diag(adjacency.sum(1)) - adjacency

    def __call__(self, verts):
        self.Lx = torch.matmul(self.laplacian, verts)
        curve = torch.sqrt(torch.sum(self.Lx**2, dim=2))  #!
        curve = torch.sqrt(torch.sum(self.Lx**2, dim=2) + 1e-12)  #+
        return curve.mean()

    def visualize(self, verts, mv=None):
        with torch.no_grad():
            V = self.Lx[0].cpu()
        mags = torch.norm(V, p=2, dim=1)
        return mags / mags.max().clamp(min=1e-5)


def total_loss(outputs, batch, opts, triangle_loss_fn):
    mask_loss = torch.nn.functional.mse_loss(outputs["mask_pred"], batch["mask"])
    triangle_loss = triangle_loss_fn(outputs["verts"])
    deform_reg = outputs["delta_v"].pow(2).sum(-1).mean()
    return (
        opts.mask_loss_wt * mask_loss
        + opts.triangle_reg_wt * triangle_loss
        + opts.deform_reg_wt * deform_reg
    )
