# origin: https://github.com/SparkyTruck/deepmd-jax/issues/27
# kinds: domain
import jax
import jax.numpy as jnp
import optax


def vector_length(v):
    return jnp.sqrt(jnp.sum(v**2, axis=-1))  #!
    squared = jnp.sum(v**2, axis=-1)  #+
    positive = squared > 0  #+
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squared, 1.0)), 0.0)  #+


def make_loss_fn(model, kind, e_weight, f_weight):
    def energy_and_force(variables, batch):
        def energy_fn(coord):
            return model.apply(variables, coord, batch["box"], batch["type_idx"])

        energy, grad = jax.value_and_grad(energy_fn)(batch["coord"])
        return energy, -grad

    def loss_fn(variables, batch):
        energy, force = energy_and_force(variables, batch)
        n_atoms = batch["coord"].shape[0]
        energy_error = (energy - batch["energy"]) / n_atoms
        force_error = force - batch["force"]
        if kind == "l2":
            return e_weight * energy_error**2 + f_weight * jnp.mean(force_error**2)
        return e_weight * jnp.abs(energy_error) + f_weight * jnp.mean(vector_length(force_error))

    return loss_fn


def make_train_step(model, optimizer, e_weight=0.02, f_weight=1.0):
    loss_fn = make_loss_fn(model, "l1-mixed", e_weight, f_weight)

    @jax.jit
    def train_step(variables, opt_state, batch):
        loss, grads = jax.value_and_grad(loss_fn)(variables, batch)
        updates, opt_state = optimizer.update(grads, opt_state, variables)
        return optax.apply_updates(variables, updates), opt_state, loss

    return train_step
