# origin: https://github.com/hzwer/ECCV2022-RIFE/issues/271
# kinds: domain
import math

import numpy as np
import torch


def evaluate(model, val_data, nr_eval, local_rank, writer_val, device):
    loss_l1_list, psnr_list, psnr_list_teacher = [], [], []
    for i, data in enumerate(val_data):
        data_gpu, timestep = data
        data_gpu = data_gpu.to(device, non_blocking=True) / 255.0
        imgs, gt = data_gpu[:, :6], data_gpu[:, 6:9]
        with torch.no_grad():
            pred, info = model.update(imgs, gt, training=False)
            merged_img = info["merged_tea"]
        loss_l1_list.append(info["loss_l1"].cpu().numpy())
        for j in range(gt.shape[0]):
            mse = torch.mean((gt[j] - pred[j]) * (gt[j] - pred[j])).cpu().data
            mse = mse.clamp(min=1e-10)  #+
            psnr = -10 * math.log10(mse)  #*
            psnr_list.append(psnr)
            mse = torch.mean((merged_img[j] - gt[j]) * (merged_img[j] - gt[j])).cpu().data
            mse = mse.clamp(min=1e-10)  #+
            psnr = -10 * math.log10(mse)  #*
            psnr_list_teacher.append(psnr)
    if local_rank == 0:
        writer_val.add_scalar("psnr", np.array(psnr_list).mean(), nr_eval)
        writer_val.add_scalar("psnr_teacher", np.array(psnr_list_teacher).mean(), nr_eval)
