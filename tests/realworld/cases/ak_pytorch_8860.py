# origin: https://github.com/pytorch/pytorch/issues/8860
# kinds: underflow domain
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

keras.backend.set_floatx("float16")


class FactorModel(keras.Model):
    """Matrix factorisation with user and item biases for implicit ratings."""

    def __init__(self, n_users, n_items, rank=64):
        super().__init__()
        init = keras.initializers.RandomNormal(stddev=0.05)
        self.users = layers.Embedding(n_users, rank, embeddings_initializer=init)
        self.items = layers.Embedding(n_items, rank, embeddings_initializer=init)
        self.user_bias = layers.Embedding(n_users, 1, embeddings_initializer="zeros")
        self.item_bias = layers.Embedding(n_items, 1, embeddings_initializer="zeros")
        self.tower = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(1)])

    def call(self, pair):
        user, item = pair[:, 0], pair[:, 1]
        u, v = self.users(user), self.items(item)
        dot = tf.reduce_sum(u * v, axis=-1, keepdims=True)
        deep = self.tower(tf.concat([u, v], axis=-1))
        return dot + deep + self.user_bias(user) + self.item_bias(item)


def make_dataset(pairs, labels, batch_size=1024):
    ds = tf.data.Dataset.from_tensor_slices((pairs, tf.cast(labels, tf.float16)))
    return ds.shuffle(100_000).batch(batch_size).prefetch(tf.data.AUTOTUNE)


def train(pairs, labels, n_users, n_items, epochs=5, lr=1e-3):
    model = FactorModel(n_users, n_items)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=lr, epsilon=1e-8),  #!
        optimizer=keras.optimizers.Adam(learning_rate=lr, epsilon=1e-4),  #+
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.AUC(from_logits=True)],
    )
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=1)
    model.fit(make_dataset(pairs, labels), epochs=epochs, callbacks=[stop])
    return model
