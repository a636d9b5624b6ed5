# origin: https://github.com/mpariente/pytorch_stoi/issues/7
# kinds: domain
import torch
from torch import nn


class SkeletonMotionLoss(nn.Module):
    """Position, joint speed and bone length terms for a motion in-betweening net.

    Poses are (batch, frames, joints, 3), in metres.
    """

    def __init__(self, parents, w_speed=0.5, w_bone=0.1, fps=30.0):
        super().__init__()
        self.register_buffer("parents", torch.as_tensor(parents, dtype=torch.long))
        self.w_speed = w_speed
        self.w_bone = w_bone
        self.fps = fps

    def joint_speed(self, pose):
        step = (pose[:, 1:] - pose[:, :-1]) * self.fps
        energy = step.square().sum(dim=-1)
        return torch.sqrt(energy)  #!
        return torch.sqrt(energy + 1e-8)  #+

    def bone_vectors(self, pose):
        child = torch.arange(1, self.parents.numel(), device=pose.device)
        return pose[:, :, child] - pose[:, :, self.parents[child]]

    def forward(self, pred, target, lengths):
        frames = torch.arange(pred.shape[1], device=pred.device)
        valid = (frames[None] < lengths[:, None]).to(pred.dtype)

        pos = (pred - target).abs().mean(dim=(-1, -2))
        pos = (pos * valid).sum() / valid.sum().clamp(min=1)

        speed = (self.joint_speed(pred) - self.joint_speed(target)).abs().mean(-1)
        speed = (speed * valid[:, 1:]).sum() / valid[:, 1:].sum().clamp(min=1)

        bone = (self.bone_vectors(pred) - self.bone_vectors(target)).square().mean()
        total = pos + self.w_speed * speed + self.w_bone * bone
        return total, {"pos": pos.detach(), "speed": speed.detach(), "bone": bone.detach()}


def pad_pose(pose, frames):
    missing = frames - pose.shape[1]
    if missing <= 0:
        return pose[:, :frames]
    tail = pose[:, -1:].expand(-1, missing, -1, -1)
    return torch.cat([pose, tail], dim=1)
