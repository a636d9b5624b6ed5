# origin: https://github.com/jax-ml/jax/issues/21723
# kinds: domain
import jax
import jax.numpy as jnp


def init_params(key, sizes):
    params = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        key, sub = jax.random.split(key)
        w = jax.random.normal(sub, (n_in, n_out)) * jnp.sqrt(2.0 / n_in)
        params.append((w, jnp.zeros((n_out,))))
    return params


def value_net(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return (x @ w + b).squeeze(-1)


def running_cost(state, control):
    goal_cost = jnp.linalg.norm(state) ** 2  #!
    control_cost = jnp.linalg.norm(control) ** 2  #!
    goal_cost = jnp.sum(state ** 2)  #+
    control_cost = jnp.sum(control ** 2)  #+
    return goal_cost + 0.1 * control_cost


def rollout_cost(controls, state, dt=0.1):
    total = 0.0
    for control in controls:
        total = total + running_cost(state, control)
        state = state + dt * control
    return total


@jax.jit
def improve(controls, state, lr=0.05):
    grads = jax.grad(rollout_cost)(controls, state)
    return controls - lr * grads


def plan(state, horizon=20, iters=100):
    controls = jnp.zeros((horizon, state.shape[0]))
    for _ in range(iters):
        controls = improve(controls, state)
    return controls
