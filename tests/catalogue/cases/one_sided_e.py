# origin: one-sided differences
# kinds: NS220
import jax.numpy as jnp


def grad(f, x, eps=1e-3):
    return jnp.array([(f(x.at[i].add(eps)) - f(x)) / eps for i in range(len(x))])  #!
    return jnp.array([(f(x.at[i].add(eps)) - f(x.at[i].add(-eps))) / (2 * eps) for i in range(len(x))])  #+
