# origin: https://github.com/maxrmorrison/torchcrepe/issues/5
# kinds: domain
import torch

SAMPLE_RATE = 16000
WINDOW_SIZE = 1024


def preprocess(audio, sample_rate, hop_length=None, batch_size=None, device='cpu'):
    """Convert audio to model input

    Arguments
        audio (torch.tensor [shape=(1, time)])
            The audio signals
        sample_rate (int)
            The sampling rate in Hz
        hop_length (int)
            The hop_length in samples
        batch_size (int)
            The number of frames per batch

    Returns
        frames (torch.tensor [shape=(1 + int(time // hop_length), 1024)])
    """
    # Default hop length of 10 ms
    hop_length = sample_rate // 100 if hop_length is None else hop_length

    # Get total number of frames
    total_frames = 1 + int(audio.size(1) // hop_length)

    # Pad
    audio = torch.nn.functional.pad(audio, (WINDOW_SIZE // 2, WINDOW_SIZE // 2))

    batch_size = total_frames if batch_size is None else batch_size

    for i in range(0, total_frames, batch_size):
        start = max(0, i * hop_length)
        end = min(audio.size(1), (i + batch_size - 1) * hop_length + WINDOW_SIZE)

        # Chunk
        frames = torch.nn.functional.unfold(
            audio[:, None, None, start:end],
            kernel_size=(1, WINDOW_SIZE),
            stride=(1, hop_length))

        # shape=(1 + int(time / hop_length, 1024)
        frames = frames.transpose(1, 2).reshape(-1, WINDOW_SIZE)
        frames = frames.to(device)

        # Mean-center
        frames -= frames.mean(dim=1, keepdim=True)

        # Scale
        frames /= frames.std(dim=1, keepdim=True)  #!
        frames /= torch.max(torch.tensor(1e-10, device=frames.device), frames.std(dim=1, keepdim=True))  #+

        yield frames


def predict(model, audio, sample_rate=SAMPLE_RATE, hop_length=None, batch_size=512):
    results = []
    with torch.no_grad():
        for frames in preprocess(audio, sample_rate, hop_length, batch_size):
            results.append(model(frames))
    return torch.cat(results, 0)
