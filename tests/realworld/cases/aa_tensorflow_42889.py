# origin: https://github.com/tensorflow/tensorflow/issues/42889
# kinds: domain
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def relative_error(y_true, y_pred):
    """Relative l2 error of every sample of the batch."""
    diff = tf.norm(y_true - y_pred, axis=-1)  #!
    diff = tf.sqrt(tf.reduce_sum(tf.square(y_true - y_pred), axis=-1) + 1e-12)  #+
    scale = tf.sqrt(tf.reduce_sum(tf.square(y_true), axis=-1) + 1e-12)
    return tf.reduce_mean(diff / scale)


class FourierDataset:
    def __init__(self, n, k=8, seed=0):
        self.n, self.k = n, k
        self.rng = np.random.RandomState(seed)
        self.grid = np.arange(n) / n

    def batch(self, size):
        coef = self.rng.randn(size, self.k).astype(np.float32)
        modes = np.stack([np.cos(2 * np.pi * j * self.grid) for j in range(1, self.k + 1)]).astype(np.float32)
        x = coef @ modes
        y = coef / np.arange(1, self.k + 1, dtype=np.float32)
        return x, y


def build_model(n, k, width=64, depth=3):
    inputs = keras.Input((n,))
    x = inputs
    for _ in range(depth):
        x = layers.Dense(width, activation="relu")(x)
    outputs = layers.Dense(k)(x)
    return keras.Model(inputs, outputs)


@tf.function
def train_step(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = relative_error(y, y_pred)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


def main(n=128, k=8, batch_size=16, max_iter=20000):
    data = FourierDataset(n, k)
    model = build_model(n, k)
    optimizer = keras.optimizers.Adam(1e-3)
    for it in range(max_iter):
        x, y = data.batch(batch_size)
        loss = train_step(model, optimizer, tf.constant(x), tf.constant(y))
        if it % 100 == 0:
            print(it, float(loss))


if __name__ == "__main__":
    main()
