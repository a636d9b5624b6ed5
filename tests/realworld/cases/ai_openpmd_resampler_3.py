# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation
import numpy as np
import torch

COLUMNS = ("position_x_um", "position_y_um", "position_z_um", "momentum_x", "momentum_y", "momentum_z")


def build_cell_index(positions, cell_size):
    """Assigns each macroparticle to a cubic cell, returns the cell ids and their count."""
    ijk = torch.floor((positions - positions.min(dim=0).values) / cell_size).long()
    _, cell = torch.unique(ijk, dim=0, return_inverse=True)
    return cell, int(cell.max()) + 1


def cell_moments(values, weights, cell, n_cells):
    """Weighted mean and standard deviation of every column in every cell."""
    w = weights.unsqueeze(1)
    total = torch.zeros(n_cells, 1, dtype=values.dtype).index_add_(0, cell, w)
    sums = torch.zeros(n_cells, values.shape[1], dtype=values.dtype)
    sums.index_add_(0, cell, w * values)  #-
    sum_sq = torch.zeros_like(sums).index_add_(0, cell, w * values ** 2)  #-
    mean = sums / total  #-
    variance = (sum_sq / total - mean ** 2).clamp_min(0)  #!
    origin = values.mean(dim=0)  #+
    local = values - origin  #+
    centre = sums.index_add_(0, cell, w * local) / total  #+
    spread = torch.zeros_like(sums).index_add_(0, cell, w * (local - centre[cell]) ** 2)  #+
    variance = spread / total  #+
    mean = origin + centre  #+
    return mean, variance.sqrt()


class ParticleUpsampler:
    """Replaces each macroparticle by `factor` particles drawn around it."""

    def __init__(self, factor=10, cell_size=5e-6, seed=None):
        self.factor = factor
        self.cell_size = cell_size
        self.generator = torch.Generator()
        if seed is not None:
            self.generator.manual_seed(seed)

    def __call__(self, particles, weights):
        values = torch.as_tensor(np.asarray(particles), dtype=torch.float32)
        w = torch.as_tensor(np.asarray(weights), dtype=torch.float32)
        cell, n_cells = build_cell_index(values[:, :3], self.cell_size)
        _, sigma = cell_moments(values, w, cell, n_cells)
        bandwidth = sigma[cell] * self.factor ** (-1.0 / (values.shape[1] + 4))
        repeated = values.repeat_interleave(self.factor, dim=0)
        noise = torch.randn(repeated.shape, generator=self.generator)
        upsampled = repeated + noise * bandwidth.repeat_interleave(self.factor, dim=0)
        new_weights = w.repeat_interleave(self.factor) / self.factor
        return upsampled.numpy(), new_weights.numpy()


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    bunch = rng.normal(0.0, 1e-6, size=(20000, 6))
    bunch[:, 2] += 1e-2
    new, new_w = ParticleUpsampler(factor=4, seed=0)(bunch, np.ones(len(bunch)))
    for name, before, after in zip(COLUMNS, bunch.std(axis=0), new.std(axis=0)):
        print(f"{name:14s} {before:.3e} -> {after:.3e}")
