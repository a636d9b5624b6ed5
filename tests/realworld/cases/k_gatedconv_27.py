# origin: https://github.com/avalonstrel/GatedConvolution_pytorch/issues/27
# kinds: domain data
import os

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class InpaintDataset(Dataset):
    def __init__(self, img_flist_path, resize_shape=(256, 256), mask_dir=None):
        with open(img_flist_path) as f:
            self.img_paths = f.read().splitlines()
        self.resize_shape = resize_shape
        self.mask_dir = mask_dir

    def __len__(self):
        return len(self.img_paths)

    def read_img(self, path):
        img = Image.open(path).convert("RGB").resize(self.resize_shape)
        return self.scale(np.array(img).astype(np.float32))

    @staticmethod
    def scale(img):
        lo, hi = np.min(img), np.max(img)
        return (img - lo) / (hi - lo) * 2 - 1  #!
        return (img - lo) / max(hi - lo, 1e-3) * 2 - 1  #+

    def __getitem__(self, index):
        img = self.read_img(self.img_paths[index])
        mask = np.load(os.path.join(self.mask_dir, f"{index}.npy"))
        return torch.from_numpy(img).permute(2, 0, 1), torch.from_numpy(mask).float()


def train(netG, optG, opt):
    loader = DataLoader(InpaintDataset(opt.flist, mask_dir=opt.mask_dir), batch_size=opt.batch_size, shuffle=True)
    for imgs, masks in loader:
        imgs, masks = imgs.cuda(), masks.cuda()
        coarse, recon = netG(imgs, masks)
        loss = (torch.abs(imgs - recon) + torch.abs(imgs - coarse)).mean()
        optG.zero_grad()
        loss.backward()
        optG.step()
