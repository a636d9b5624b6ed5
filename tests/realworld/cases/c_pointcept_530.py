# origin: https://github.com/Pointcept/Pointcept/pull/530
# kinds: domain data
import numpy as np
import random


class ChromaticAutoContrast:
    def __init__(self, p=0.2, blend_factor=None):
        self.p = p
        self.blend_factor = blend_factor

    def __call__(self, data_dict):
        if "color" in data_dict and np.random.rand() < self.p:
            lo = np.min(data_dict["color"], 0, keepdims=True)
            hi = np.max(data_dict["color"], 0, keepdims=True)
            scale = 255 / (hi - lo)  #!
            scale = 255 / np.maximum(hi - lo, 1e-6)  #+
            contrast_feat = (data_dict["color"][:, :3] - lo) * scale
            blend = random.random() if self.blend_factor is None else self.blend_factor
            data_dict["color"][:, :3] = (1 - blend) * data_dict["color"][:, :3] + blend * contrast_feat
        return data_dict
