# origin: https://github.com/jacobgil/pytorch-grad-cam/pull/449
# kinds: domain
import torch


class ScoreCAM:
    def __init__(self, model, size):
        self.model = model
        self.upsample = torch.nn.UpsamplingBilinear2d(size=size)

    def weights(self, activations, image):
        with torch.no_grad():
            upsampled = self.upsample(activations)
            maxs = upsampled.view(upsampled.size(0), upsampled.size(1), -1).max(dim=-1)[0]
            mins = upsampled.view(upsampled.size(0), upsampled.size(1), -1).min(dim=-1)[0]
            maxs, mins = maxs[:, :, None, None], mins[:, :, None, None]
            upsampled = (upsampled - mins) / (maxs - mins)  #!
            upsampled = (upsampled - mins) / (maxs - mins + 1e-8)  #+
            return self.model(image * upsampled)
