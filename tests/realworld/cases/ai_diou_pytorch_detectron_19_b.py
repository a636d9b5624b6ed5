# origin: https://github.com/Zzh-tju/DIoU-pytorch-detectron/issues/19
# kinds: domain
import torch
from torch import nn

# parent of every joint in the 17-joint Human3.6M skeleton
PARENTS = [0, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15]


class BoneDirectionLoss(nn.Module):
    """1 - cosine between predicted and annotated limbs, over visible limbs."""

    def __init__(self, parents=PARENTS, weight=0.1):
        super().__init__()
        self.register_buffer("child", torch.arange(1, len(parents)))
        self.register_buffer("parent", torch.tensor(parents[1:]))
        self.weight = weight

    def bones(self, joints):
        return joints[:, self.child] - joints[:, self.parent]

    def forward(self, pred, target, visible):
        # joints that the detector did not see are stored as zeros
        pred = pred * visible.unsqueeze(-1)
        both = visible[:, self.child] & visible[:, self.parent]
        bp, bt = self.bones(pred), self.bones(target)
        bp, bt = bp[both], bt[both]  #+
        ok = (bp.norm(dim=-1) > 1e-6) & (bt.norm(dim=-1) > 1e-6)  #+
        bp, bt = bp[ok], bt[ok]  #+
        dot = (bp * bt).sum(-1)
        cos = dot / (bp.norm(dim=-1) * bt.norm(dim=-1))  #*
        cos = cos[both]  #-
        if cos.numel() == 0:
            return pred.sum() * 0.0
        return self.weight * (1.0 - cos).mean()


class LiftingNet(nn.Module):
    def __init__(self, joints=17, width=512):
        super().__init__()
        self.joints = joints
        self.net = nn.Sequential(
            nn.Linear(joints * 2, width), nn.ReLU(), nn.Dropout(0.25),
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, joints * 3),
        )

    def forward(self, kp2d):
        return self.net(kp2d.flatten(1)).view(-1, self.joints, 3)


def training_step(net, bone_loss, batch, optimizer):
    pred = net(batch["kp2d"])
    vis = batch["visible"]
    err = (pred - batch["kp3d"]).abs().sum(-1) * vis
    loss = err.sum() / vis.sum().clamp(min=1) + bone_loss(pred, batch["kp3d"], vis)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
