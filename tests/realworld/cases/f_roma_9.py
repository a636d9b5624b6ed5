# origin: https://github.com/naver/roma/issues/9
# kinds: domain
import torch
import torch.nn.functional as F


def special_gramschmidt(M):
    x, y = M[..., 0], M[..., 1]
    x = F.normalize(x, p=2, dim=-1)
    y = F.normalize(y - (x * y).sum(-1, keepdim=True) * x, p=2, dim=-1)
    return torch.stack((x, y, torch.cross(x, y, dim=-1)), -1)


class PoseLoss(torch.nn.Module):
    def __init__(self, rot_weight=1.0, trans_weight=1.0, mode="rotmat"):
        super().__init__()
        self.w_rot, self.w_trans = rot_weight, trans_weight
        self.mode = mode

    def _rotmat_distance(self, R1, R2):
        R = R1.transpose(-1, -2) @ R2
        trace = R[..., 0, 0] + R[..., 1, 1] + R[..., 2, 2]
        cos = (trace - 1.0) / 2.0
        angle = torch.acos(torch.clamp(cos, -1.0, 1.0))  #!
        sin = torch.sqrt(((R - R.transpose(-1, -2)) ** 2).sum((-1, -2)) / 8.0 + 1e-12)  #+
        angle = torch.atan2(sin, cos)  #+
        return angle

    def forward(self, outputs, targets):
        pred_R = special_gramschmidt(outputs["rot6d"].reshape(-1, 3, 2))
        rot_loss = self._rotmat_distance(pred_R, targets["R"]).mean()
        trans_loss = F.smooth_l1_loss(outputs["t"], targets["t"])
        losses = {"loss_rot": self.w_rot * rot_loss, "loss_trans": self.w_trans * trans_loss}
        losses["total"] = sum(losses.values())
        return losses
