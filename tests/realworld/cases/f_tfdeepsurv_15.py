# origin: https://github.com/liupei101/TFDeepSurv/issues/15
# kinds: domain
import tensorflow as tf


class dsnn(object):
    def __init__(self, input_node, hidden_layers, config):
        self.graph = tf.Graph()
        self.input_node = input_node
        self.hidden_layers = hidden_layers
        self.config = config

    def _create_network(self, X):
        for i, units in enumerate(self.hidden_layers):
            X = tf.layers.dense(X, units, activation=tf.nn.relu, name=f"layer{i}")
        return tf.layers.dense(X, 1, name="output")

    def _create_loss(self, Y, Y_hat):
        Y_c = tf.squeeze(Y)
        Y_hat_c = tf.squeeze(Y_hat)
        Y_label_T = tf.abs(Y_c)
        Y_label_E = tf.cast(tf.greater(Y_c, 0), dtype=tf.float32)
        Obs = tf.reduce_sum(Y_label_E)

        Y_hat_hr = tf.exp(tf.clip_by_value(Y_hat_c, -20.0, 20.0))
        Y_hat_cumsum = tf.math.log(tf.cumsum(Y_hat_hr))

        unique_values, segment_ids = tf.unique(Y_label_T)
        loss_s2_v = tf.math.segment_max(Y_hat_cumsum, segment_ids)
        loss_s2_count = tf.math.segment_sum(Y_label_E, segment_ids)

        loss_s2 = tf.reduce_sum(tf.multiply(loss_s2_v, loss_s2_count))
        loss_s1 = tf.reduce_sum(tf.multiply(Y_hat_c, Y_label_E))
        loss_breslow = tf.divide(tf.subtract(loss_s2, loss_s1), Obs)  #!
        loss_breslow = tf.divide(tf.subtract(loss_s2, loss_s1), tf.maximum(Obs, 1.0))  #+
        return loss_breslow

    def build_graph(self):
        with self.graph.as_default():
            X = tf.placeholder(tf.float32, [None, self.input_node], name="x-Input")
            Y = tf.placeholder(tf.float32, [None, 1], name="y-Input")
            loss = self._create_loss(Y, self._create_network(X))
            optimizer = tf.train.GradientDescentOptimizer(self.config["learning_rate"])
            self.train_step = optimizer.minimize(loss)
