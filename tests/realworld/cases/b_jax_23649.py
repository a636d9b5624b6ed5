# origin: https://github.com/jax-ml/jax/issues/23649
# kinds: domain
import jax
import jax.numpy as jnp


def bounce_angle(field, pitch):
    """Angle at which a particle turns round."""
    ratio = field * pitch
    return jnp.arccos(jnp.clip(ratio, -1, 1))  #!
    eps = jnp.finfo(ratio.dtype).eps  #+
    return jnp.arccos(jnp.clip(ratio, -1 + eps, 1 - eps))  #+


loss = jax.grad(lambda field, pitch: bounce_angle(field, pitch).sum())
