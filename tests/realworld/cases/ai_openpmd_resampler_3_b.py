# origin: https://github.com/berceanu/openPMD-resampler/pull/3
# kinds: cancellation precision
import numpy as np


class RoughnessGrid:
    """Streams LiDAR returns into a raster and keeps mean height and roughness per pixel."""

    def __init__(self, bounds, resolution=1.0):
        self.x_min, self.y_min, x_max, y_max = bounds
        self.resolution = resolution
        self.nx = int(np.ceil((x_max - self.x_min) / resolution))
        self.ny = int(np.ceil((y_max - self.y_min) / resolution))
        size = self.nx * self.ny
        self.count = np.zeros(size, dtype=np.float32)
        self.total = np.zeros(size, dtype=np.float32)  #-
        self.total_sq = np.zeros(size, dtype=np.float32)  #-
        self.mean_z = np.zeros(size, dtype=np.float64)  #+
        self.m2 = np.zeros(size, dtype=np.float64)  #+

    def _pixel(self, x, y):
        col = np.clip(((x - self.x_min) / self.resolution).astype(int), 0, self.nx - 1)
        row = np.clip(((y - self.y_min) / self.resolution).astype(int), 0, self.ny - 1)
        return row * self.nx + col

    def add_chunk(self, x, y, z):
        pixel = self._pixel(x, y)
        z = z.astype(np.float32)  #-
        np.add.at(self.count, pixel, 1)  #-
        np.add.at(self.total, pixel, z)  #-
        np.add.at(self.total_sq, pixel, z * z)  #-
        size = self.count.size  #+
        n_new = np.bincount(pixel, minlength=size)  #+
        mean_new = np.bincount(pixel, weights=z, minlength=size) / np.maximum(n_new, 1)  #+
        m2_new = np.bincount(pixel, weights=(z - mean_new[pixel]) ** 2, minlength=size)  #+
        n = np.maximum(self.count + n_new, 1)  #+
        delta = mean_new - self.mean_z  #+
        self.m2 += m2_new + delta ** 2 * self.count * n_new / n  #+
        self.mean_z += delta * n_new / n  #+
        self.count += n_new  #+

    def height(self):
        return (self.total / np.maximum(self.count, 1)).reshape(self.ny, self.nx)  #-
        return self.mean_z.reshape(self.ny, self.nx)  #+

    def roughness(self):
        n = np.maximum(self.count, 1)
        mean = self.total / n  #-
        variance = self.total_sq / n - mean * mean  #!
        variance = self.m2 / n  #+
        return np.sqrt(np.maximum(variance, 0)).reshape(self.ny, self.nx)


def synthetic_tile(rng, n, bounds, base=2150.0, sigma=0.02):
    x = rng.uniform(bounds[0], bounds[2], n)
    y = rng.uniform(bounds[1], bounds[3], n)
    return x, y, base + rng.normal(0.0, sigma, n)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    bounds = (512000.0, 4480000.0, 512010.0, 4480010.0)
    grid = RoughnessGrid(bounds)
    for _ in range(10):
        grid.add_chunk(*synthetic_tile(rng, 5000, bounds))
    print("height", grid.height().mean(), "roughness", grid.roughness().mean())
