# origin: https://github.com/geoopt/geoopt/pull/215
# kinds: domain
import numpy as np


def unit(q):
    return q / np.maximum(np.linalg.norm(q, axis=-1, keepdims=True), 1e-12)


def slerp(q0, q1, t):
    """Spherical interpolation of unit quaternions (..., 4); t broadcasts over the front axes."""
    dot = np.sum(q0 * q1, axis=-1, keepdims=True)
    q1 = np.where(dot < 0, -q1, q1)
    omega = np.arccos(np.abs(dot))  #!
    omega = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))  #+
    sin_omega = np.maximum(np.sin(omega), 1e-8)
    near = omega < 1e-4
    w0 = np.where(near, 1.0 - t, np.sin((1.0 - t) * omega) / sin_omega)
    w1 = np.where(near, t, np.sin(t * omega) / sin_omega)
    return unit(w0 * q0 + w1 * q1)


class MotionClip:
    """Joint rotations (frames, joints, 4) sampled at a fixed rate."""

    def __init__(self, rotations, fps=30.0):
        self.rotations = unit(np.asarray(rotations, dtype=np.float32))
        self.fps = fps

    def __len__(self):
        return self.rotations.shape[0]

    @property
    def duration(self):
        return (len(self) - 1) / self.fps

    def resample(self, fps):
        n_out = int(np.floor(self.duration * fps)) + 1
        pos = np.arange(n_out) / fps * self.fps
        lo = np.minimum(pos.astype(int), len(self) - 1)
        hi = np.minimum(lo + 1, len(self) - 1)
        frac = (pos - lo).astype(np.float32)[:, None, None]
        out = slerp(self.rotations[lo], self.rotations[hi], frac)
        return MotionClip(out, fps)

    def blend(self, other, width=10):
        """Cross-fades the end of this clip into the start of another."""
        t = np.linspace(0.0, 1.0, width, dtype=np.float32)[:, None, None]
        mid = slerp(self.rotations[-width:], other.rotations[:width], t)
        parts = [self.rotations[:-width], mid, other.rotations[width:]]
        return MotionClip(np.concatenate(parts), self.fps)
