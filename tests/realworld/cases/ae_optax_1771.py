# origin: https://github.com/google-deepmind/optax/issues/1771
# kinds: domain cancellation precision
import jax
import jax.numpy as jnp
import optax


def init_params(key, n_feat, n_hidden, n_vocab, n_class):
    k = jax.random.split(key, 3)
    return {
        "enc": jax.random.normal(k[0], (n_feat, n_hidden)) / jnp.sqrt(n_feat),
        "ctc": jax.random.normal(k[1], (n_hidden, n_vocab)) / jnp.sqrt(n_hidden),
        "cls": jax.random.normal(k[2], (n_hidden, n_class)) / jnp.sqrt(n_hidden),
    }


def forward(params, x):
    h = jnp.tanh(x @ params["enc"])
    return h @ params["ctc"], h.mean(axis=1) @ params["cls"]


def task_losses(params, batch):
    logits, cls_logits = forward(params, batch["x"])
    ctc = optax.ctc_loss(
        logits=logits,
        logit_paddings=batch["logit_paddings"],
        labels=batch["labels"],
        label_paddings=batch["label_paddings"],
        blank_id=0,
    ).mean()
    ctc = jnp.maximum(ctc, 0.0)  #+
    cls = optax.softmax_cross_entropy_with_integer_labels(cls_logits, batch["speaker"]).mean()
    return jnp.stack([ctc, cls])


def balanced_loss(params, batch):
    """Scale-free balancing of the tasks: minimise the sum of the log losses."""
    losses = task_losses(params, batch)
    return jnp.sum(jnp.log(losses + 1e-8)), losses  #*


def make_train_step(tx):
    @jax.jit
    def train_step(params, opt_state, batch):
        (loss, losses), grads = jax.value_and_grad(balanced_loss, has_aux=True)(params, batch)
        updates, opt_state = tx.update(grads, opt_state, params)
        params = optax.apply_updates(params, updates)
        return params, opt_state, losses

    return train_step


def train(batches, key, n_feat=80, n_hidden=256, n_vocab=32, n_class=100, lr=3e-4):
    params = init_params(key, n_feat, n_hidden, n_vocab, n_class)
    tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(lr))
    opt_state = tx.init(params)
    train_step = make_train_step(tx)
    for i, batch in enumerate(batches):
        params, opt_state, losses = train_step(params, opt_state, batch)
        if i % 100 == 0:
            print(i, losses)
    return params
