# origin: https://github.com/NEGU93/cvnn/issues/12
# kinds: domain
import tensorflow as tf


class ComplexDense(tf.keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        shape = (int(input_shape[-1]), self.units)
        self.w_r = self.add_weight(name="w_r", shape=shape)
        self.w_i = self.add_weight(name="w_i", shape=shape)

    def call(self, inputs):
        return tf.matmul(inputs, tf.complex(self.w_r, self.w_i))


def phase(z):
    return tf.math.angle(z)  #!
    is_zero = tf.math.abs(z) < 1e-6  #+
    return tf.math.angle(tf.where(is_zero, tf.ones_like(z), z))  #+


def angle_loss(y_true, y_pred):
    diff = phase(y_true) - phase(y_pred)
    return tf.reduce_mean(1.0 - tf.cos(diff))


def fit(model, optimizer, dataset, epochs):
    for _ in range(epochs):
        for x, y in dataset:
            with tf.GradientTape() as tape:
                loss = angle_loss(y, model(x))
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(grads, model.trainable_variables))


def make_model(optimizer_lr=1e-3):
    model = tf.keras.Sequential([ComplexDense(32), ComplexDense(1)])
    return model, tf.keras.optimizers.SGD(optimizer_lr)
