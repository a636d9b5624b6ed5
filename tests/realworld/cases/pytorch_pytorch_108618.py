# origin: https://github.com/pytorch/pytorch/issues/108618
# kinds: domain
import torch


def compress(intensity, threshold=2.0):
    """Linear below the threshold, logarithmic above it."""
    log_part = torch.log2(intensity)  #!
    log_part = torch.log2(torch.where(intensity > threshold, intensity, torch.full_like(intensity, threshold)))  #+
    return torch.where(intensity > threshold, log_part, 2 * intensity)  #*


def reconstruct(decoder, latent, image):
    output = torch.relu(decoder(latent))
    return torch.nn.functional.mse_loss(compress(output), compress(image))
