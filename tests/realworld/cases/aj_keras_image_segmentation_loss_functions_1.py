# origin: https://github.com/maxvfischer/keras-image-segmentation-loss-functions/pull/1
# kinds: domain
import tensorflow as tf


class SoftTargetDistiller(tf.keras.Model):
    """Trains a compact keyword spotter on the posteriors of a larger acoustic model."""

    def __init__(self, student, teacher, inventory, alpha=0.7, temperature=2.0):
        super().__init__()
        self.student = student
        self.teacher = teacher
        self.inventory = tf.constant(inventory, dtype=tf.float32)
        self.alpha = alpha
        self.temperature = temperature
        self.kl_tracker = tf.keras.metrics.Mean(name="kl")

    def posteriors(self, logits):
        return tf.nn.softmax(logits / self.temperature, axis=-1)

    def divergence(self, teacher_logits, student_logits):
        blocked = (1.0 - self.inventory) * -1e9
        teacher_logits = teacher_logits + blocked
        p = self.posteriors(teacher_logits)
        q = self.posteriors(student_logits)
        ratio = tf.math.log(p) - tf.math.log(q)  #!
        log_p = tf.nn.log_softmax(teacher_logits / self.temperature, axis=-1)  #+
        log_q = tf.nn.log_softmax(student_logits / self.temperature, axis=-1)  #+
        ratio = log_p - log_q  #+
        kl = tf.reduce_sum(p * ratio, axis=-1)
        return tf.reduce_mean(kl) * self.temperature ** 2

    def train_step(self, data):
        features, labels = data
        teacher_logits = self.teacher(features, training=False)
        with tf.GradientTape() as tape:
            student_logits = self.student(features, training=True)
            hard = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(
                    labels=labels, logits=student_logits
                )
            )
            soft = self.divergence(teacher_logits, student_logits)
            loss = (1.0 - self.alpha) * hard + self.alpha * soft
        variables = self.student.trainable_variables
        grads = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(grads, variables))
        self.kl_tracker.update_state(soft)
        return {"loss": loss, "kl": self.kl_tracker.result()}

    def call(self, features, training=False):
        return self.student(features, training=training)
