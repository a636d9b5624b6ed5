# origin: https://github.com/pytorch/pytorch/issues/115786
# kinds: precision
import mne
import numpy as np

BAND = (1.0, 40.0)


def load_recording(path, picks="eeg"):
    """Returns (channels, samples) and the sampling rate."""
    raw = mne.io.read_raw_fif(path, preload=True)
    raw.pick(picks).filter(*BAND)
    return raw.get_data(), raw.info["sfreq"]


def zscore(x, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)
    std = x.std(axis=-1, keepdims=True)
    return (x - mean) / (std + eps)  #!
    return (x - mean) / np.where(std > 0.0, std, 1.0)  #+


def sliding_windows(data, length, hop):
    starts = range(0, data.shape[-1] - length + 1, hop)
    return np.stack([data[:, s:s + length] for s in starts])


def band_power(windows, sfreq, lo, hi):
    spectrum = np.abs(np.fft.rfft(windows * np.hanning(windows.shape[-1]), axis=-1)) ** 2
    freqs = np.fft.rfftfreq(windows.shape[-1], 1.0 / sfreq)
    keep = (freqs >= lo) & (freqs < hi)
    return spectrum[..., keep].mean(axis=-1)


def build_dataset(paths, labels, seconds=2.0):
    xs, ys = [], []
    for path, label in zip(paths, labels):
        data, sfreq = load_recording(path)
        length = int(seconds * sfreq)
        windows = zscore(sliding_windows(data, length, length // 2))
        xs.append(windows.astype(np.float32))
        ys.append(np.full(len(windows), label))
    return np.concatenate(xs), np.concatenate(ys)
