# origin: https://github.com/HIPS/autograd/issues/183
# kinds: domain
import autograd.numpy as np
from autograd import grad
from autograd.misc.optimizers import adam


class RadialBump:
    """Sum of isotropic bumps with trainable centres."""

    def __init__(self, centres, heights, lengthscale=1.0):
        self.centres = centres
        self.heights = heights
        self.lengthscale = lengthscale

    def __call__(self, x):
        total = 0.0
        for centre, height in zip(self.centres, self.heights):
            sq_dist = np.linalg.norm(x - centre) ** 2  #!
            sq_dist = np.sum((x - centre) ** 2)  #+
            total = total + height * np.exp(-0.5 * sq_dist / self.lengthscale ** 2)
        return total


def climb(surface, x0, num_iters=200, step_size=0.05):
    gradient = grad(lambda x, i: -surface(x))

    def report(x, i, g):
        if i % 50 == 0:
            print(i, -surface(x), g)

    return adam(gradient, x0, callback=report, num_iters=num_iters, step_size=step_size)


if __name__ == "__main__":
    centres = np.array([[0.0, 0.0], [2.0, 1.0]])
    surface = RadialBump(centres, heights=np.array([1.0, 0.5]))
    print(climb(surface, np.zeros(2)))
