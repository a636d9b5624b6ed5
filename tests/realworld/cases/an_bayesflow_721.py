# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain overflow
from collections import namedtuple

import keras

Parameters = namedtuple("Parameters", ["left", "bottom", "widths", "heights", "derivatives"])


class SplineTransform:
    """Monotonic rational-quadratic spline on a box, affine outside of it."""

    def __init__(self, bins: int = 8, default_domain=(-3.0, 3.0, -3.0, 3.0), min_width=0.1, min_height=0.1):
        self.bins = bins
        self.default_domain = default_domain
        self.min_width = min_width
        self.min_height = min_height

    @property
    def params_per_dim(self):
        return 3 * self.bins - 1

    def constrain(self, raw) -> Parameters:
        left, right, bottom, top = self.default_domain
        widths = keras.ops.softmax(raw[..., : self.bins], axis=-1)
        heights = keras.ops.softmax(raw[..., self.bins : 2 * self.bins], axis=-1)
        widths = self.min_width + (right - left - self.bins * self.min_width) * widths
        heights = self.min_height + (top - bottom - self.bins * self.min_height) * heights
        inner = keras.ops.softplus(raw[..., 2 * self.bins :]) + 1e-3
        edge = keras.ops.ones_like(inner[..., :1])
        derivatives = keras.ops.concatenate([edge, inner, edge], axis=-1)
        return Parameters(left, bottom, widths, heights, derivatives)

    def _edges(self, start, sizes):
        zero = keras.ops.zeros_like(sizes[..., :1])
        return start + keras.ops.concatenate([zero, keras.ops.cumsum(sizes, axis=-1)], axis=-1)

    def forward(self, x, parameters):
        p = self.constrain(parameters)
        x_edges = self._edges(p.left, p.widths)
        y_edges = self._edges(p.bottom, p.heights)
        inside = (x >= x_edges[..., 0]) & (x <= x_edges[..., -1])

        bin_index = keras.ops.sum(keras.ops.cast(x[..., None] > x_edges, "int32"), axis=-1) - 1
        bin_index = keras.ops.clip(bin_index, 0, self.bins - 1)[..., None]

        def take(t, offset=0):
            return keras.ops.take_along_axis(t, bin_index + offset, axis=-1)[..., 0]

        x0, y0, w, h = take(x_edges), take(y_edges), take(p.widths), take(p.heights)
        dk, dkp = take(p.derivatives), take(p.derivatives, 1)
        sk = h / w
        xi = (x - x0) / w
        xi = keras.ops.clip(xi, 0.0, 1.0)  #+

        # Eq. 4 and 5 in Durkan et al.
        beta = dkp + dk - 2.0 * sk
        den = sk + beta * xi * (1.0 - xi)
        result = y0 + h * (sk * xi**2 + dk * xi * (1.0 - xi)) / den
        num = sk**2 * (dkp * xi**2 + 2.0 * sk * xi * (1.0 - xi) + dk * (1.0 - xi) ** 2)
        log_jac = keras.ops.log(num) - 2.0 * keras.ops.log(den)  #!
        log_jac = keras.ops.log(num) - 2.0 * keras.ops.log(den)  #+

        # affine tails with unit slope
        y = keras.ops.where(inside, result, x)
        log_jac = keras.ops.where(inside, log_jac, keras.ops.zeros_like(log_jac))
        return y, keras.ops.sum(log_jac, axis=-1)
