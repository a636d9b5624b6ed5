# origin: https://github.com/flatironinstitute/nemos/pull/447
# kinds: underflow domain overflow
import jax
import jax.numpy as jnp


def forward_pass(initial_prob, transition_prob, conditionals):
    """Filtered probabilities and their norm, of a hidden Markov model."""

    def body(carry, emission):
        alpha, total = carry
        joint = emission * (transition_prob.T @ alpha)
        norm = jnp.sum(joint)
        alpha = joint / norm  #!
        alpha = joint / jnp.maximum(norm, 1e-30)  #+
        return (alpha, total + 1.0), (alpha, norm)

    alpha = conditionals[0] * initial_prob
    _, (alphas, norms) = jax.lax.scan(body, (alpha, 0.0), conditionals[1:])
    return alphas, norms


def gaussian_conditionals(y, means, scale):
    z = (y[:, None] - means[None]) / scale
    return jnp.exp(-0.5 * jnp.sum(z**2, axis=-1))


def neg_log_likelihood(params, y, scale=1.0):
    conditionals = gaussian_conditionals(y, params["means"], scale)
    _, norms = forward_pass(jax.nn.softmax(params["initial"]), jax.nn.softmax(params["transition"], -1), conditionals)
    return -jnp.sum(jnp.log(norms))  #!
    return -jnp.sum(jnp.log(jnp.maximum(norms, 1e-30)))  #+
