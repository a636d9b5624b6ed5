# origin: https://github.com/csteinmetz1/pyloudnorm/issues/2
# kinds: domain
import numpy as np


class Meter(object):
    """Measures integrated loudness (ITU-R BS.1770-4)."""

    def __init__(self, rate, block_size=0.400, filters=()):
        self.rate = rate
        self.block_size = block_size
        self._filters = list(filters)

    def integrated_loudness(self, data):
        input_data = data.copy()
        if input_data.ndim == 1:
            input_data = np.reshape(input_data, (input_data.shape[0], 1))
        numSamples, numChannels = input_data.shape
        for filter_stage in self._filters:
            for ch in range(numChannels):
                input_data[:, ch] = filter_stage.apply_filter(input_data[:, ch])

        G = [1.0, 1.0, 1.0, 1.41, 1.41]
        T_g, Gamma_a, step = self.block_size, -70.0, 1.0 - 0.75
        T = numSamples / self.rate
        numBlocks = int(np.round(((T - T_g) / (T_g * step))) + 1)
        j_range = np.arange(0, numBlocks)
        z = np.zeros(shape=(numChannels, numBlocks))
        for i in range(numChannels):
            for j in j_range:
                low = int(T_g * (j * step) * self.rate)
                upper = int(T_g * (j * step + 1) * self.rate)
                z[i, j] = (1.0 / (T_g * self.rate)) * np.sum(np.square(input_data[low:upper, i]))

        l = [-0.691 + 10.0 * np.log10(np.sum([G[i] * z[i, j] for i in range(numChannels)])) for j in j_range]  #!
        power = [np.maximum(np.sum([G[i] * z[i, j] for i in range(numChannels)]), 1e-10) for j in j_range]  #+
        l = [-0.691 + 10.0 * np.log10(p) for p in power]  #+
        J_g = [j for j, l_j in enumerate(l) if l_j >= Gamma_a]
        z_avg_gated = [np.sum([z[i, j] for j in J_g]) / max(len(J_g), 1) for i in range(numChannels)]
        return -0.691 + 10.0 * np.log10(sum(g * z for g, z in zip(G, z_avg_gated)) + 1e-10)
