# origin: https://github.com/rover-xingyu/L2G-NeRF/issues/5
# kinds: domain
import torch


class Camera:
    @staticmethod
    def procrustes(source, target, weights):
        total = weights.sum(dim=-2, keepdim=True)
        total = total + 1e-8  #+
        mean_source = (source * weights).sum(dim=-2, keepdim=True) / total  #*
        mean_target = (target * weights).sum(dim=-2, keepdim=True) / total  #*
        cov = ((source - mean_source) * weights).transpose(-1, -2) @ (target - mean_target)
        return mean_source, mean_target, cov


class Graph(torch.nn.Module):
    def __init__(self, opt, warp):
        super().__init__()
        self.opt, self.warp = opt, warp

    def alignment_loss(self, points, confidence):
        local = self.warp(points)
        mean_s, mean_t, cov = Camera.procrustes(points, local, confidence[..., None])
        residual = (local - mean_t) - (points - mean_s)
        return (residual**2).mean() + 1e-3 * cov.pow(2).mean()

    def forward(self, var):
        loss = self.alignment_loss(var["points"], var["confidence"])
        return {"global_alignment": loss}
