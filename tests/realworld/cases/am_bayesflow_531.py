# origin: https://github.com/bayesflow-org/bayesflow/pull/531
# kinds: underflow domain
import keras
from keras import ops

Tensor = keras.KerasTensor


def euclidean(x1: Tensor, x2: Tensor) -> Tensor:
    sq = ops.sum(ops.square(x1[:, None] - x2[None, :]), axis=-1)
    return ops.sqrt(ops.maximum(sq, 1e-12))


def sinkhorn(x1: Tensor, x2: Tensor, seed: int = None, **kwargs) -> Tensor:
    """Matches elements from x2 onto x1 using the Sinkhorn-Knopp algorithm."""
    plan = sinkhorn_plan(x1, x2, **kwargs)
    log_plan = ops.log(ops.maximum(plan, 1e-30))
    assignments = keras.random.categorical(log_plan, num_samples=1, seed=seed)
    return ops.squeeze(assignments, axis=1)


def sinkhorn_plan(
    x1: Tensor,
    x2: Tensor,
    regularization: float = 1.0,
    max_steps: int = 100,
    rtol: float = 1e-5,
    atol: float = 1e-8,
) -> Tensor:
    cost = euclidean(x1, x2)
    cost_scaled = -cost / (regularization * ops.mean(cost) + 1e-16)

    plan = ops.exp(cost_scaled)  #!
    log_plan = cost_scaled - ops.max(cost_scaled)  #+

    def contains_nans(plan):
        return ops.any(ops.isnan(plan))

    def is_converged(plan):
        marginals = ops.sum(plan, axis=0)
        return ops.all(ops.isclose(marginals, 1.0, rtol=rtol, atol=atol))

    def cond(step, plan):  #-
        return ops.logical_not(ops.logical_or(is_converged(plan), contains_nans(plan)))  #-
    def cond(step, log_plan):  #+
        plan = ops.exp(log_plan)  #+
        return ops.logical_not(ops.logical_or(is_converged(plan), contains_nans(plan)))  #+

    def body(step, plan):  #-
        plan = plan / ops.sum(plan, axis=0, keepdims=True)  #!
        plan = plan / ops.sum(plan, axis=1, keepdims=True)  #!
        return step + 1, plan  #-
    def body(step, log_plan):  #+
        log_plan = log_plan - ops.logsumexp(log_plan, axis=0, keepdims=True)  #+
        log_plan = log_plan - ops.logsumexp(log_plan, axis=1, keepdims=True)  #+
        return step + 1, log_plan  #+

    _, plan = ops.while_loop(cond, body, (0, plan), maximum_iterations=max_steps)  #-
    return plan  #-
    _, log_plan = ops.while_loop(cond, body, (0, log_plan), maximum_iterations=max_steps)  #+
    return ops.exp(log_plan)  #+
