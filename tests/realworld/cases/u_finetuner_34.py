# origin: https://github.com/jina-ai/finetuner/pull/34
# kinds: domain
import tensorflow as tf
from tensorflow import keras


class EuclideanHead(keras.layers.Layer):
    """Similarity of two embeddings as 1 / (1 + distance)."""

    def call(self, inputs):
        lvalue, rvalue = inputs
        dist = tf.norm(lvalue - rvalue, axis=-1)  #!
        squared = tf.reduce_sum(tf.square(lvalue - rvalue), axis=-1)  #+
        dist = tf.sqrt(tf.maximum(squared, 1e-12))  #+
        return 1.0 / (1.0 + dist)


class CosineHead(keras.layers.Layer):
    def call(self, inputs):
        lvalue, rvalue = inputs
        lnorm = tf.math.l2_normalize(lvalue, axis=-1)
        rnorm = tf.math.l2_normalize(rvalue, axis=-1)
        return tf.reduce_sum(lnorm * rnorm, axis=-1)


class KerasTuner:
    def __init__(self, base_model, head="euclidean", learning_rate=1e-3):
        self.base_model = base_model
        self.head = EuclideanHead() if head == "euclidean" else CosineHead()
        self.optimizer = keras.optimizers.Adam(learning_rate)

    @tf.function
    def train_step(self, left, right, target):
        with tf.GradientTape() as tape:
            lvalue = self.base_model(left, training=True)
            rvalue = self.base_model(right, training=True)
            score = self.head([lvalue, rvalue])
            loss = tf.reduce_mean(tf.square(score - target))
        grads = tape.gradient(loss, self.base_model.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.base_model.trainable_variables))
        return loss

    def fit(self, dataset, epochs=10):
        for _ in range(epochs):
            for (left, right), target in dataset:
                loss = self.train_step(left, right, target)
        return float(loss)
