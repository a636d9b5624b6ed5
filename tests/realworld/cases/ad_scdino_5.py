# origin: https://github.com/JacobHanimann/scDINO/issues/5
# kinds: domain
import numpy as np
import torch


def normalize_tensor_per_channel(x):
    x_min = x.min(axis=(1, 2), keepdims=True)
    x_max = x.max(axis=(1, 2), keepdims=True)
    diff_min_max = x_max - x_min
    x = (x - x_min) / diff_min_max  #!
    x = (x - x_min) / np.where(diff_min_max == 0, 1, diff_min_max)  #+
    return x


class normalize_tensor_0_to_1(object):
    def __call__(self, tensor):
        image = tensor.numpy()
        image = normalize_tensor_per_channel(image)
        tensor = torch.from_numpy(image).float()
        return tensor


class MultiChannelDataset(torch.utils.data.Dataset):
    def __init__(self, images, n_channels=5, transform=None):
        self.images = images
        self.n_channels = n_channels
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, idx):
        image = self.images[idx]
        if image.shape[-1] < self.n_channels:
            channels_to_add = self.n_channels - image.shape[-1]
            for channel in range(channels_to_add):
                # add a new channel of all zeros
                new_channels = np.zeros((image.shape[0], image.shape[1], 1), dtype=image.dtype)
                image = np.concatenate((image, new_channels), axis=-1)
        tensor = torch.from_numpy(np.transpose(image, (2, 0, 1)).astype(np.float32))
        if self.transform is not None:
            tensor = self.transform(tensor)
        return tensor


@torch.no_grad()
def extract_features(model, data_loader):
    model.eval()
    features = [model(samples) for samples in data_loader]
    return torch.cat(features)


if __name__ == '__main__':
    rng = np.random.RandomState(0)
    images = [rng.randint(0, 65535, (32, 32, 4)).astype(np.uint16) for _ in range(4)]
    dataset = MultiChannelDataset(images, transform=normalize_tensor_0_to_1())
    loader = torch.utils.data.DataLoader(dataset, batch_size=2)
    model = torch.nn.Sequential(torch.nn.Conv2d(5, 8, 8, stride=8), torch.nn.Flatten(), torch.nn.Linear(128, 16))
    print(extract_features(model, loader))
