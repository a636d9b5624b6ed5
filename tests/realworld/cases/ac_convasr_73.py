# origin: https://github.com/vadimkantorov/convasr/pull/73
# kinds: overflow loss-scale precision
import torch
import torch.nn as nn


def compute_output_lengths(x, lengths_fraction=None):
    if lengths_fraction is None:
        return torch.full(x.shape[:1], x.shape[-1], device=x.device, dtype=torch.long)
    return (lengths_fraction * x.shape[-1]).ceil().long()


def temporal_mask(x, lengths):
    mask = torch.arange(x.shape[-1], device=x.device, dtype=lengths.dtype).unsqueeze(0) < lengths.unsqueeze(1)
    return mask.view(x.shape[:1] + (1,) * (len(x.shape) - 2) + x.shape[-1:])


class MaskedInstanceNorm1d(nn.InstanceNorm1d):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)

    def forward(self, x, mask=None):
        if mask is None:
            std, mean = torch.std_mean(x, dim=-1, keepdim=True)
            return (x - mean) / (std + self.eps)
        else:
            assert self.track_running_stats is False
            xlen = mask.int().sum(dim=-1, keepdim=True).clamp(min=1)
            mean = (x * mask).sum(dim=-1, keepdim=True) / xlen  #*
            zero_mean_masked = mask * (x - mean)
            std = ((zero_mean_masked * zero_mean_masked).sum(dim=-1, keepdim=True) / xlen).sqrt()  #*
            return zero_mean_masked / (std + self.eps)


class JasperNet(nn.Module):
    def __init__(self, num_input_features=64, num_classes=38, width=128, num_blocks=3,
                 normalize_features_eps=torch.finfo(torch.float16).tiny):
        super().__init__()
        self.normalize_features = MaskedInstanceNorm1d(num_input_features, affine=False, eps=normalize_features_eps)
        layers = []
        channels = num_input_features
        for _ in range(num_blocks):
            layers += [nn.Conv1d(channels, width, 11, padding=5, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
            channels = width
        self.backbone = nn.Sequential(*layers)
        self.decoder = nn.Conv1d(channels, num_classes, 1)

    def forward(self, x, xlen=None):
        mask = temporal_mask(x, compute_output_lengths(x, xlen)) if xlen is not None else None
        x = self.normalize_features(x, mask=mask)  #!
        x = self.normalize_features(x.to(torch.float32), mask=mask).type_as(x)  #+
        logits = self.decoder(self.backbone(x))
        return logits, compute_output_lengths(logits, xlen)


def transcribe(model, log_mel_features, xlen, device='cuda'):
    """log_mel_features: (B, 64, T) natural log of the mel energies, T up to one hour of 10 ms frames."""
    model = model.half().to(device).eval()
    with torch.no_grad():
        logits, olen = model(log_mel_features.half().to(device), xlen.to(device))
        return logits.float().log_softmax(dim=1), olen
