# origin: https://github.com/Tencent-Hunyuan/UniRL/pull/341
# kinds: domain
from collections import defaultdict

import torch


class SpeakerPitchNormaliser:
    """Log-f0 statistics per speaker, used by the prosody predictor."""

    def __init__(self, eps=1e-5):
        self.eps = eps
        self.stats = {}

    def fit(self, utterances):
        voiced = defaultdict(list)
        for utt in utterances:
            f0 = utt["f0"]
            keep = f0[f0 > 0]
            if keep.numel():
                voiced[utt["speaker"]].append(torch.log(keep).mean())
        for speaker, means in voiced.items():
            means = torch.stack(means)
            self.stats[speaker] = (means.mean(), means.std())  #!
            spread = means.std(unbiased=False)  #+
            if spread < 1e-3:  #+
                spread = torch.ones_like(spread)  #+
            self.stats[speaker] = (means.mean(), spread)  #+
        return self

    def transform(self, f0, speaker):
        mean, std = self.stats[speaker]
        log_f0 = torch.log(f0.clamp(min=1.0))
        normed = (log_f0 - mean) / (std + self.eps)
        return torch.where(f0 > 0, normed, torch.zeros_like(normed))

    def inverse(self, normed, voiced, speaker):
        mean, std = self.stats[speaker]
        f0 = torch.exp(normed * (std + self.eps) + mean)
        return f0 * voiced


def collate(batch, normaliser):
    frames = max(item["f0"].numel() for item in batch)
    pitch = torch.zeros(len(batch), frames)
    lengths = torch.zeros(len(batch), dtype=torch.long)
    for i, item in enumerate(batch):
        n = item["f0"].numel()
        pitch[i, :n] = normaliser.transform(item["f0"], item["speaker"])
        lengths[i] = n
    return {"pitch": pitch, "lengths": lengths}
