# origin: https://github.com/hzwer/ECCV2022-RIFE/issues/271
# kinds: domain
import math

import torch


def psnr(gt, pred):
    mse = torch.mean((gt - pred) * (gt - pred)).cpu().item()
    return -10 * math.log10(mse)  #!
    return -10 * math.log10(max(mse, 1e-10))  #+


@torch.no_grad()
def evaluate(model, loader, writer, nr_eval, device):
    """Interpolate the middle frame of each validation triplet and log the mean PSNR."""
    model.eval()
    loss_l1, scores, scores_teacher = [], [], []
    for data, timestep in loader:
        data = data.to(device, non_blocking=True) / 255.0
        imgs, gt = data[:, :6], data[:, 6:9]
        pred, info = model.update(imgs, gt, timestep=timestep.to(device), training=False)
        merged = info["merged_tea"].clamp(0, 1)
        loss_l1.append(info["loss_l1"].item())
        for j in range(gt.shape[0]):
            scores.append(psnr(gt[j], pred[j].clamp(0, 1)))
            scores_teacher.append(psnr(gt[j], merged[j]))
    mean = sum(scores) / max(len(scores), 1)
    mean_teacher = sum(scores_teacher) / max(len(scores_teacher), 1)
    writer.add_scalar("psnr", mean, nr_eval)
    writer.add_scalar("psnr_teacher", mean_teacher, nr_eval)
    return mean, mean_teacher
