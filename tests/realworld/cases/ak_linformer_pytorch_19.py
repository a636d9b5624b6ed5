# origin: https://github.com/tatp22/linformer-pytorch/pull/19
# kinds: overflow
import tensorflow as tf

tf.keras.mixed_precision.set_global_policy("mixed_float16")


class PointerDecoder(tf.keras.layers.Layer):
    """Chooses the next customer of a tour among those not yet served."""

    def __init__(self, dim, clip=10.0, **kwargs):
        super().__init__(**kwargs)
        self.query = tf.keras.layers.Dense(dim, use_bias=False)
        self.key = tf.keras.layers.Dense(dim, use_bias=False)
        self.clip = clip
        self.scale = dim ** -0.5

    def call(self, context, nodes, visited):
        q = self.query(context)[:, None, :]
        k = self.key(nodes)
        logits = tf.matmul(q, k, transpose_b=True)[:, 0] * self.scale
        logits = self.clip * tf.tanh(logits)
        closed = tf.cast(visited, logits.dtype)
        logits = logits + closed * tf.cast(-1e9, logits.dtype)  #!
        logits = logits + closed * tf.cast(-3e4, logits.dtype)  #+
        return tf.nn.log_softmax(tf.cast(logits, tf.float32))


class TourModel(tf.keras.Model):
    def __init__(self, dim=128):
        super().__init__()
        self.embed = tf.keras.layers.Dense(dim)
        self.cell = tf.keras.layers.GRUCell(dim)
        self.decoder = PointerDecoder(dim)

    def rollout(self, coords):
        nodes = self.embed(coords)
        batch, n = tf.shape(nodes)[0], coords.shape[1]
        state = tf.reduce_mean(nodes, axis=1)
        visited = tf.zeros([batch, n], tf.bool)
        log_prob = tf.zeros([batch])
        tour = []
        for _ in range(n):
            logp = self.decoder(state, nodes, visited)
            pick = tf.random.categorical(logp, 1)[:, 0]
            chosen = tf.one_hot(pick, n, on_value=True, off_value=False)
            log_prob += tf.gather(logp, pick, batch_dims=1)
            visited = tf.logical_or(visited, chosen)
            state, _ = self.cell(tf.gather(nodes, pick, batch_dims=1), [state])
            tour.append(pick)
        return tf.stack(tour, 1), log_prob
