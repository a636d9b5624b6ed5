# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain overflow
import keras
from keras import ops


class SplineTransform(keras.Layer):
    """Monotone rational quadratic spline on a box with affine tails."""

    def __init__(self, bins: int = 16, domain: tuple = (-5.0, 5.0), min_bin: float = 0.1, **kwargs):
        super().__init__(**kwargs)
        self.bins = bins
        self.left, self.right = domain
        self.min_bin = min_bin
        self.parameter_sizes = {"widths": bins, "heights": bins, "derivatives": bins + 1}

    @property
    def params_per_dim(self):
        return sum(self.parameter_sizes.values())

    def split_parameters(self, parameters):
        sizes = list(self.parameter_sizes.values())
        w, h, d = ops.split(parameters, [sizes[0], sizes[0] + sizes[1]], axis=-1)
        return {"widths": w, "heights": h, "derivatives": d}

    def constrain_parameters(self, parameters: dict) -> dict:
        free = (self.right - self.left) - self.bins * self.min_bin
        widths = self.min_bin + free * ops.softmax(parameters["widths"], axis=-1)
        heights = self.min_bin + free * ops.softmax(parameters["heights"], axis=-1)
        pad = [[0, 0]] * (len(ops.shape(widths)) - 1) + [[1, 0]]
        return {
            "x_edges": self.left + ops.pad(ops.cumsum(widths, axis=-1), pad),
            "y_edges": self.left + ops.pad(ops.cumsum(heights, axis=-1), pad),
            "derivatives": 1e-3 + ops.softplus(parameters["derivatives"]),
        }

    def _bin(self, x, p):
        idx = ops.sum(ops.cast(x[..., None] >= p["x_edges"], "int32"), axis=-1) - 1
        idx = ops.clip(idx, 0, self.bins - 1)[..., None]

        def take(values, shift=0):
            return ops.squeeze(ops.take_along_axis(values, idx + shift, axis=-1), axis=-1)

        return (take(p["x_edges"]), take(p["x_edges"], 1), take(p["y_edges"]), take(p["y_edges"], 1),
                take(p["derivatives"]), take(p["derivatives"], 1))

    def _forward(self, x, parameters):
        p = self.constrain_parameters(self.split_parameters(parameters))
        inside = ops.logical_and(x > self.left, x < self.right)
        x0, x1, y0, y1, d0, d1 = self._bin(x, p)

        xi = (x - x0) / (x1 - x0)  #-
        xi = ops.clip((x - x0) / (x1 - x0), 0.0, 1.0)  #+
        sk = (y1 - y0) / (x1 - x0)
        xi_1m = xi * (1 - xi)
        den = sk + (d1 + d0 - 2 * sk) * xi_1m
        num = sk**2 * (d1 * xi**2 + 2 * sk * xi_1m + d0 * (1 - xi) ** 2)

        spline_z = y0 + (y1 - y0) * (sk * xi**2 + d0 * xi_1m) / den  #!
        spline_log_jac = ops.log(num) - 2 * ops.log(den)  #!
        spline_z = y0 + (y1 - y0) * (sk * xi**2 + d0 * xi_1m) / den  #+
        spline_log_jac = ops.log(num) - 2 * ops.log(den)  #+

        z = ops.where(inside, spline_z, x)
        log_det = ops.sum(ops.where(inside, spline_log_jac, ops.zeros_like(x)), axis=-1)
        return z, log_det
