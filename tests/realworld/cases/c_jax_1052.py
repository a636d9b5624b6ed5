# origin: https://github.com/jax-ml/jax/issues/1052
# kinds: domain
import jax
import jax.numpy as jnp


def bond_angle_loss(params, dx, dy, valid):
    shifted_x = dx * params["scale"]
    shifted_y = dy * params["scale"]
    angle = jnp.arctan2(shifted_y, shifted_x)  #!
    angle = jnp.arctan2(jnp.where(valid, shifted_y, 0.0), jnp.where(valid, shifted_x, 1.0))  #+
    angle = jnp.where(valid, angle, 0.0)  #*
    return jnp.sum(angle**2)


loss_and_grad = jax.value_and_grad(bond_angle_loss)
