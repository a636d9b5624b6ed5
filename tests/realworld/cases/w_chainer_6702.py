# origin: https://github.com/chainer/chainer/issues/6702
# kinds: overflow precision
import numpy as np


class MeanAbsoluteError:
    def __init__(self):
        self.diff = None

    def check_type(self, x0, x1):
        if x0.dtype != x1.dtype or x0.shape != x1.shape:
            raise TypeError("inputs must agree in type and shape")

    def forward(self, inputs):
        x0, x1 = inputs
        self.check_type(x0, x1)
        self.diff = x0 - x1
        diff = self.diff.ravel()
        summed = abs(diff).sum()  #!
        summed = abs(diff).sum(dtype=np.float64)  #+
        return np.array(summed / diff.size, dtype=diff.dtype)


class HeightRegressor:
    def __init__(self, predictor, dtype=np.float16):
        self.predictor = predictor
        self.dtype = dtype
        self.loss_fun = MeanAbsoluteError()

    def evaluate(self, batches):
        losses = []
        for image, elevation in batches:
            prediction = self.predictor(image.astype(self.dtype))
            losses.append(
                self.loss_fun.forward((prediction, elevation.astype(self.dtype)))
            )
        return [float(v) for v in losses]


def constant_predictor(value):
    def predict(x):
        return np.full(x.shape, value, dtype=np.float16)

    return predict
