# origin: https://github.com/irolaina/FCRN-DepthPrediction/issues/34
# kinds: domain
import tensorflow as tf


class Trainer(object):
    def __init__(self, net, learning_rate=1e-4):
        self.net = net
        self.global_step = tf.Variable(0, trainable=False)
        self.optimizer = tf.train.AdamOptimizer(learning_rate)

    def build(self, input_images, input_labels):
        with tf.name_scope("loss"):
            labels_mask = tf.to_float(input_labels > 0)
            output = self.net({"data": input_images}).get_output()
            n_valid = tf.reduce_sum(labels_mask)
            n_valid = tf.maximum(n_valid, 1.0)  #+
            loss = tf.reduce_sum(tf.square((output - input_labels) * labels_mask)) / n_valid  #*
            tf.summary.image("output", output, max_outputs=3)
            tf.summary.scalar("loss", loss)
        with tf.name_scope("train"):
            self.train_op = self.optimizer.minimize(loss, global_step=self.global_step)
        return loss

    def fit(self, session, batches, writer, summaries):
        for step, (images, labels) in enumerate(batches):
            _, summary = session.run([self.train_op, summaries], {"images:0": images, "labels:0": labels})
            writer.add_summary(summary, step)
