# origin: https://github.com/odlgroup/odl/issues/40
# kinds: domain
import numpy as np


class MatVecOperator:
    def __init__(self, matrix):
        self.matrix = np.asarray(matrix, dtype=float)

    def __call__(self, x):
        return self.matrix @ x

    @property
    def adjoint(self):
        return MatVecOperator(self.matrix.T)


def conjugate_gradient(op, x, rhs, niter=1, partial=None):
    """Optimized version of CG, ``op`` is self-adjoint and positive definite."""
    r = op(x)
    r = rhs - r  # r = rhs - A x
    p = r.copy()

    sqnorm_r_old = r @ r  # Only recalculate norm after update

    for _ in range(niter):
        if sqnorm_r_old == 0:  # Return if residual is 0  #+
            return x  #+
        d = op(p)  # d = A p

        alpha = sqnorm_r_old / (p @ d)  #*

        x = x + alpha * p  # x = x + alpha*p
        r = r - alpha * d  # r = r - alpha*d

        sqnorm_r_new = r @ r

        beta = sqnorm_r_new / sqnorm_r_old  #*
        sqnorm_r_old = sqnorm_r_new

        p = r + beta * p  # p = r + b * p

        if partial is not None:
            partial(x)

    return x


def tikhonov(op, rhs, lam=0.1, niter=50):
    normal = op.adjoint.matrix @ op.matrix + lam * np.eye(op.matrix.shape[1])
    x0 = np.zeros(op.matrix.shape[1])
    return conjugate_gradient(MatVecOperator(normal), x0, op.adjoint(rhs), niter=niter)


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    A = MatVecOperator(rng.standard_normal((20, 5)))
    print(tikhonov(A, A(np.ones(5))))
