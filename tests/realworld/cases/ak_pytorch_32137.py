# origin: https://github.com/pytorch/pytorch/issues/32137
# kinds: underflow domain
import torch
from torch import nn


class Frontend(nn.Module):
    """Cuts a waveform into chunks and scales each one to unit peak."""

    def __init__(self, chunk=16000, hop=8000, eps=1e-9):  #-
    def __init__(self, chunk=16000, hop=8000, eps=1e-4):  #+
        super().__init__()
        self.chunk = chunk
        self.hop = hop
        self.eps = eps

    def forward(self, wav):
        frames = wav.unfold(-1, self.chunk, self.hop)
        peak = frames.abs().amax(dim=-1, keepdim=True)
        return frames / peak.clamp_min(self.eps)  #*


class KeywordSpotter(nn.Module):
    def __init__(self, n_words=35, width=64):
        super().__init__()
        self.frontend = Frontend()
        self.net = nn.Sequential(
            nn.Conv1d(1, width, 80, stride=16),
            nn.ReLU(),
            nn.MaxPool1d(4),
            nn.Conv1d(width, width, 3),
            nn.ReLU(),
            nn.AdaptiveAvgPool1d(1),
            nn.Flatten(),
            nn.Linear(width, n_words),
        )

    def forward(self, wav):
        frames = self.frontend(wav)
        b, n, t = frames.shape
        logits = self.net(frames.reshape(b * n, 1, t))
        return logits.view(b, n, -1).mean(1)


def load_for_serving(path, device):
    model = KeywordSpotter()
    model.load_state_dict(torch.load(path, map_location="cpu"))
    return model.to(device=device, dtype=torch.float16).eval()


@torch.inference_mode()
def spot(model, wav, words):
    p = next(model.parameters())
    scores = model(wav.to(p.device, p.dtype)).float().softmax(-1)
    best = scores.argmax(-1)
    return [(words[i], scores[row, i].item()) for row, i in enumerate(best.tolist())]
