# origin: https://github.com/tensorflow/tensorflow/issues/70326
# kinds: domain underflow
import tensorflow as tf


class BinaryFocalLoss(tf.keras.losses.Loss):
    """Focal loss on logits, labels in {0, 1}; gamma=0 gives plain cross entropy."""

    def __init__(self, gamma=2.0, alpha=None, name="binary_focal_loss"):
        super().__init__(name=name)
        self.gamma = gamma
        self.alpha = alpha

    def call(self, y_true, logits):
        y_true = tf.cast(y_true, logits.dtype)
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=y_true, logits=logits)
        p = tf.sigmoid(logits)  #-
        p_t = y_true * p + (1.0 - y_true) * (1.0 - p)  #-
        modulator = tf.pow(1.0 - p_t, self.gamma)  #!
        margin = (2.0 * y_true - 1.0) * logits  #+
        modulator = tf.exp(-self.gamma * tf.nn.softplus(margin))  #+
        loss = modulator * cross_entropy
        if self.alpha is not None:
            loss *= y_true * self.alpha + (1.0 - y_true) * (1.0 - self.alpha)
        return tf.reduce_mean(loss, axis=-1)


@tf.function
def train_step(model, optimizer, loss_fn, x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = loss_fn(y, logits)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


def gamma_sweep(make_model, dataset, gammas=(0.0, 0.5, 2.0)):
    results = {}
    for gamma in gammas:
        model, optimizer = make_model(), tf.keras.optimizers.Adam(1e-3)
        loss_fn = BinaryFocalLoss(gamma=gamma)
        for x, y in dataset:
            results[gamma] = train_step(model, optimizer, loss_fn, x, y)
    return results
