# origin: https://github.com/bayesflow-org/bayesflow/issues/721
# kinds: domain
import keras
from keras import ops


def _rational_quadratic_spline(x, edges, derivatives):
    """Monotone rational-quadratic spline (Durkan et al., 2019), Eqs. 4 and 5."""
    xk, xkp = edges["left"], edges["right"]
    yk, ykp = edges["bottom"], edges["top"]
    dk, dkp = derivatives["left"], derivatives["right"]
    dx, dy = xkp - xk, ykp - yk
    sk = dy / dx
    xi = (x - xk) / dx
    xi = ops.clip(xi, 0.0, 1.0)  #+

    num = dy * (sk * xi**2 + dk * xi * (1 - xi))
    den = sk + (dkp + dk - 2 * sk) * xi * (1 - xi)
    result = yk + num / den  #*
    jac_num = dkp * xi**2 + 2 * sk * xi * (1 - xi) + dk * (1 - xi) ** 2
    log_jac = 2 * ops.log(sk) + ops.log(jac_num) - 2 * ops.log(den)  #*
    return result, log_jac


class SplineTransform:
    """Spline on [-bound, bound], affine outside of the domain."""

    def __init__(self, bins=16, bound=5.0, min_width=0.1, min_derivative=1e-3):
        self.bins = bins
        self.bound = bound
        self.min_width = min_width
        self.min_derivative = min_derivative

    def constrain_parameters(self, parameters):
        span = 2 * self.bound - self.bins * self.min_width
        widths = self.min_width + span * ops.softmax(parameters["widths"], axis=-1)
        heights = self.min_width + span * ops.softmax(parameters["heights"], axis=-1)
        inner = self.min_derivative + ops.softplus(parameters["derivatives"])
        ones = ops.ones_like(inner[..., :1])
        return widths, heights, ops.concatenate([ones, inner, ones], axis=-1)

    def _edges(self, sizes):
        left = ops.cumsum(sizes, axis=-1) - sizes - self.bound
        return left, left + sizes

    def _forward(self, x, parameters):
        widths, heights, derivs = self.constrain_parameters(parameters)
        left, right = self._edges(widths)
        bottom, top = self._edges(heights)
        inside = (x > -self.bound) & (x < self.bound)
        upper = ops.cast(x[..., None] >= right[..., :-1], "int32")
        index = ops.sum(upper, axis=-1)[..., None]

        def take(t):
            return ops.take_along_axis(t, index, axis=-1)[..., 0]

        edges = {"left": take(left), "right": take(right),
                 "bottom": take(bottom), "top": take(top)}
        derivatives = {"left": take(derivs[..., :-1]), "right": take(derivs[..., 1:])}
        y, log_jac = _rational_quadratic_spline(x, edges, derivatives)
        y = ops.where(inside, y, x)
        log_jac = ops.where(inside, log_jac, ops.zeros_like(log_jac))
        return y, ops.sum(log_jac, axis=-1)


class SplineCoupling(keras.Layer):
    def __init__(self, subnet, transform=None, **kwargs):
        super().__init__(**kwargs)
        self.subnet = subnet
        self.transform = transform or SplineTransform()

    def call(self, x1, x2):
        return self.transform._forward(x2, self.subnet(x1))
