# origin: https://github.com/maxrmorrison/torchcrepe/issues/5
# kinds: domain
import torch
import torch.nn as nn
import torch.nn.functional as F

SAMPLE_RATE = 16000
WINDOW_SIZE = 1024
PITCH_BINS = 360


class Crepe(nn.Module):
    def __init__(self, channels=32):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, (512, 1), stride=(4, 1))
        self.conv2 = nn.Conv2d(channels, channels, (64, 1))
        self.classifier = nn.Linear(channels, PITCH_BINS)

    def forward(self, x):
        x = x[:, None, :, None]
        x = F.pad(x, (0, 0, 254, 254))
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 1))
        x = F.relu(self.conv2(x)).mean(dim=(2, 3))
        return torch.sigmoid(self.classifier(x))


def preprocess(audio, hop_length=None, device='cpu'):
    """Convert audio to model input frames"""
    hop_length = SAMPLE_RATE // 100 if hop_length is None else hop_length

    # Pad
    audio = F.pad(audio, (WINDOW_SIZE // 2, WINDOW_SIZE // 2))

    # Chunk
    total_frames = 1 + int((audio.size(1) - WINDOW_SIZE) // hop_length)
    frames = F.unfold(audio[:, None, None, :], kernel_size=(1, WINDOW_SIZE), stride=(1, hop_length))
    frames = frames[:, :, :total_frames].transpose(1, 2).reshape(-1, WINDOW_SIZE).to(device)

    # Mean-center
    frames -= frames.mean(dim=1, keepdim=True)

    # Scale
    frames /= frames.std(dim=1, keepdim=True)  #!
    frames /= torch.max(torch.tensor(1e-10, device=frames.device), frames.std(dim=1, keepdim=True))  #+
    return frames


def predict(audio, model, hop_length=None, device='cpu'):
    frames = preprocess(audio, hop_length, device)
    with torch.no_grad():
        probabilities = model(frames)
    probabilities = probabilities.reshape(audio.size(0), -1, PITCH_BINS).transpose(1, 2)
    weights = probabilities / (probabilities.sum(dim=1, keepdim=True) + 1e-7)
    cents = torch.arange(PITCH_BINS, device=weights.device) * 20 + 1997.3794084376191
    pitch = 10 * 2 ** ((weights * cents[None, :, None]).sum(dim=1) / 1200)
    return pitch, probabilities.max(dim=1).values
