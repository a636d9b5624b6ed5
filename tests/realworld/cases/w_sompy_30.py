# origin: https://github.com/sevamoo/SOMPY/pull/30
# kinds: domain
import numpy as np


class NormalizerFactory:
    @staticmethod
    def build(type_name):
        for cls in (VarianceNormalizer,):
            if cls.name == type_name:
                return cls()
        raise ValueError("Unknown normalization type '%s'" % type_name)


class VarianceNormalizer:
    name = "var"

    def _mean_and_standard_dev(self, data):
        me = np.mean(data, axis=0)
        st = np.std(data, axis=0)  #!
        constant = np.ptp(data, axis=0) == 0  #+
        st = np.where(constant, 1.0, np.std(data, axis=0))  #+
        return me, st

    def normalize(self, data):
        me, st = self._mean_and_standard_dev(data)
        return (data - me) / st  #*

    def normalize_by(self, raw_data, data):
        me, st = self._mean_and_standard_dev(raw_data)
        return (data - me) / st  #*

    def denormalize_by(self, data_by, n_vect):
        me, st = self._mean_and_standard_dev(data_by)
        return n_vect * st + me


class SOM:
    def __init__(self, data, codebook, normalization="var"):
        self._normalizer = NormalizerFactory.build(normalization)
        self._raw = data
        self._data = self._normalizer.normalize(data)
        self.codebook = codebook

    def bmu(self, data):
        x = self._normalizer.normalize_by(self._raw, data)
        d = ((x[:, None, :] - self.codebook[None]) ** 2).sum(-1)
        return d.argmin(axis=1)
