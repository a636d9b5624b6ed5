# origin: https://github.com/ialhashim/DenseDepth/issues/65
# kinds: domain
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset


def DepthNorm(depth, maxDepth=1000.0):
    return maxDepth / depth  #!
    return maxDepth / depth.clamp(min=1e-2)  #+


class RandomHorizontalFlip(object):
    def __call__(self, sample):
        image, depth = sample["image"], sample["depth"]
        if random.random() < 0.5:
            image, depth = np.flip(image, 1).copy(), np.flip(depth, 1).copy()
        return {"image": image, "depth": depth}


class depthDatasetMemory(Dataset):
    def __init__(self, data, nyu2_train, transform=None):
        self.data, self.nyu_dataset, self.transform = data, nyu2_train, transform

    def __getitem__(self, idx):
        sample = {"image": self.data[self.nyu_dataset[idx][0]], "depth": self.data[self.nyu_dataset[idx][1]]}
        return self.transform(sample) if self.transform else sample

    def __len__(self):
        return len(self.nyu_dataset)


def train(model, dataset, ssim, epochs=20, bs=4, lr=1e-4):
    train_loader = DataLoader(dataset, batch_size=bs, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    l1_criterion = torch.nn.L1Loss()
    for epoch in range(epochs):
        model.train()
        for i, sample_batched in enumerate(train_loader):
            optimizer.zero_grad()
            image = sample_batched["image"].cuda()
            depth = sample_batched["depth"].cuda(non_blocking=True)
            depth_n = DepthNorm(depth)
            output = model(image)
            l_depth = l1_criterion(output, depth_n)
            l_ssim = torch.clamp((1 - ssim(output, depth_n, val_range=1000.0 / 10.0)) * 0.5, 0, 1)
            loss = (1.0 * l_ssim) + (0.1 * l_depth)
            loss.backward()
            optimizer.step()
