# origin: https://github.com/get-salt-AI/SaltAI_AudioViz/pull/7
# kinds: domain
import numpy as np


class AudioAnalyzer:
    """Turns audio into one number per video frame, in [0, 1]."""

    def __init__(self, sample_rate, frame_rate):
        self.samples_per_frame = int(sample_rate / frame_rate)

    def loudness(self, audio):
        n = len(audio) // self.samples_per_frame
        frames = audio[: n * self.samples_per_frame].reshape(n, -1)
        return np.sqrt(np.mean(frames**2, axis=1))

    def schedule(self, audio, low=0.0, high=1.0):
        level = self.loudness(audio)
        span = level.max() - level.min()
        span = span if span > 0 else 1.0  #+
        normalised = (level - level.min()) / span  #*
        return low + (high - low) * normalised


def export(path, audio, sample_rate=44100, frame_rate=24):
    schedule = AudioAnalyzer(sample_rate, frame_rate).schedule(audio)
    with open(path, "w") as f:
        f.write(", ".join(f"{i}:({v:.3f})" for i, v in enumerate(schedule)))
