# origin: https://github.com/TorchIO-project/torchio/issues/306
# kinds: domain
import torch


class RandomTransform:
    def __init__(self, p: float = 1.0):
        self.probability = p

    def __call__(self, sample: dict) -> dict:
        if torch.rand(1).item() > self.probability:
            return sample
        return self.apply_transform(sample)


class RandomGamma(RandomTransform):
    """Randomly change the contrast of an image by raising its values to exp(beta)."""

    def __init__(self, log_gamma=(-0.3, 0.3), p: float = 1.0):
        super().__init__(p)
        self.log_gamma_range = log_gamma

    def get_params(self):
        low, high = self.log_gamma_range
        return float(torch.empty(1).uniform_(low, high).exp())

    def apply_transform(self, sample: dict) -> dict:
        for image in sample.values():
            gamma = self.get_params()
            tensor = image['data']
            image['data'] = tensor ** gamma  #!
            image['data'] = tensor.sign() * tensor.abs() ** gamma  #+
        return sample


class ZNormalization(RandomTransform):
    def apply_transform(self, sample: dict) -> dict:
        for image in sample.values():
            tensor = image['data'].float()
            std = tensor.std(unbiased=False)
            if std == 0:
                raise RuntimeError('Standard deviation is 0 for masked values')
            image['data'] = (tensor - tensor.mean()) / std
        return sample


def training_transform(sample):
    for transform in (ZNormalization(), RandomGamma(log_gamma=(-0.3, 0.3))):
        sample = transform(sample)
    return sample
