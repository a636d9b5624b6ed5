# origin: https://github.com/bayesflow-org/bayesflow/pull/531
# kinds: underflow
import keras
import numpy as np


def euclidean(x1, x2):
    """Pairwise Euclidean distance between the rows of x1 and x2."""
    x1 = keras.ops.reshape(x1, (keras.ops.shape(x1)[0], -1))
    x2 = keras.ops.reshape(x2, (keras.ops.shape(x2)[0], -1))
    residuals = x1[:, None, :] - x2[None, :, :]
    return keras.ops.norm(residuals, ord=2, axis=-1)


def sinkhorn_plan(x1, x2, regularization: float = 1.0, rtol=1e-5, atol=1e-8, max_steps=1000):
    """
    Computes the Sinkhorn-Knopp optimal transport plan.

    :param x1: Tensor of shape (n, ...)
    :param x2: Tensor of shape (m, ...)
    :param regularization: Regularization parameter. Controls the standard deviation of the Gaussian kernel.
    :param rtol: Relative tolerance for convergence.
    :param atol: Absolute tolerance for convergence.
    :param max_steps: Maximum number of iterations.
    :return: Tensor of shape (n, m). The transport probabilities.
    """
    cost = euclidean(x1, x2)
    n, m = keras.ops.shape(cost)
    cost_scaled = -cost / (regularization * keras.ops.mean(cost))  #-
    cost_scaled = -cost / (regularization * keras.ops.maximum(keras.ops.mean(cost), 1e-12))  #+

    # initialize the transport plan from a Gaussian kernel
    plan = keras.ops.exp(cost_scaled)  #!
    log_plan = cost_scaled  #+

    for _ in range(max_steps):
        plan = plan / keras.ops.sum(plan, axis=0, keepdims=True) / m  #-
        plan = plan / keras.ops.sum(plan, axis=1, keepdims=True) / n  #-
        log_plan = log_plan - keras.ops.logsumexp(log_plan, axis=0, keepdims=True) - np.log(m)  #+
        log_plan = log_plan - keras.ops.logsumexp(log_plan, axis=1, keepdims=True) - np.log(n)  #+
        marginal = keras.ops.sum(plan, axis=0)  #-
        marginal = keras.ops.exp(keras.ops.logsumexp(log_plan, axis=0))  #+
        target = keras.ops.full_like(marginal, 1.0 / m)
        if keras.ops.all(keras.ops.isclose(marginal, target, rtol=rtol, atol=atol)):
            break

    return plan  #-
    return keras.ops.exp(log_plan)  #+


def sinkhorn(x1, x2, conditions=None, seed: int = None, **kwargs):
    """Matches elements from x2 onto x1 using the Sinkhorn-Knopp algorithm."""
    plan = np.asarray(sinkhorn_plan(x1, x2, **kwargs), dtype="float64")
    rng = np.random.default_rng(seed)
    rows = plan / plan.sum(axis=1, keepdims=True)
    assignments = np.array([rng.choice(len(row), p=row) for row in rows])
    x2 = keras.ops.take(x2, assignments, axis=0)
    if conditions is not None:
        conditions = keras.ops.take(conditions, assignments, axis=0)
    return x1, x2, conditions
