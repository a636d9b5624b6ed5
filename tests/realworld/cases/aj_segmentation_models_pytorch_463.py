# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow
import torch
import torch.nn.functional as F
from torch import nn


class MelReconstructionMetric:
    """Masked L1 between log-mel batches, as logged for the codec checkpoints."""

    def __init__(self, n_mels=128):
        self.n_mels = n_mels
        self.total = 0.0
        self.batches = 0

    @staticmethod
    def frame_mask(lengths, frames, like):
        steps = torch.arange(frames, device=like.device)
        return (steps[None] < lengths[:, None]).unsqueeze(1).expand_as(like)

    def distance(self, pred, target, lengths):
        mask = self.frame_mask(lengths, pred.shape[-1], pred).to(pred.dtype)  #-
        diff = (pred - target).abs() * mask  #-
        return diff.sum() / mask.sum()  #!
        mask = self.frame_mask(lengths, pred.shape[-1], pred).float()  #+
        diff = (pred.float() - target.float()).abs() * mask  #+
        return diff.sum() / mask.sum().clamp(min=1.0)  #+

    def update(self, pred, target, lengths):
        self.total += self.distance(pred, target, lengths).item()
        self.batches += 1

    def compute(self):
        return self.total / max(self.batches, 1)


class MelCodec(nn.Module):
    def __init__(self, n_mels=128, dim=512, code=64):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv1d(n_mels, dim, 7, padding=3), nn.GELU(), nn.Conv1d(dim, code, 3, padding=1)
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(code, dim, 3, padding=1), nn.GELU(), nn.Conv1d(dim, n_mels, 7, padding=3)
        )

    def forward(self, mel):
        return self.decoder(torch.tanh(self.encoder(mel)))


@torch.inference_mode()
def evaluate(codec, loader, device="cuda"):
    codec = codec.to(device).half().eval()
    metric = MelReconstructionMetric()
    for mel, lengths in loader:
        mel = mel.to(device).half()
        recon = codec(mel)
        recon = F.pad(recon, (0, mel.shape[-1] - recon.shape[-1]))
        metric.update(recon, mel, lengths.to(device))
    return metric.compute()
