# origin: https://github.com/keras-team/keras/issues/5078
# kinds: domain
import tensorflow as tf
from keras.layers import Dense, Input
from keras.models import Model


def mean_avg_prec_tf(y_true, y_pred):
    dims = tf.shape(y_true)
    n, k = dims[0], dims[1]
    _, top_idx = tf.nn.top_k(y_pred, k)
    label_idx = tf.concat([tf.cast(y_true, tf.float32), tf.cast(top_idx, tf.float32)], 1)
    label_idx = tf.reshape(label_idx, [n, 2, k])

    def avg_prec(label_idx):
        label = label_idx[0]
        idx = tf.cast(label_idx[1], tf.int32)
        ordered_pred = tf.gather(label, idx)
        prec = ordered_pred * tf.cumsum(ordered_pred)
        prec /= tf.cast(tf.range(1, k + 1), tf.float32)
        prec = tf.reduce_sum(prec) / tf.reduce_sum(ordered_pred)  #!
        prec = tf.reduce_sum(prec) / (tf.reduce_sum(ordered_pred) + 1e-10)  #+
        return prec

    precs = tf.map_fn(avg_prec, label_idx)
    return tf.reduce_mean(precs)


def build(input_dim, n_labels):
    inputs = Input(shape=(input_dim,))
    hidden = Dense(256, activation="relu")(inputs)
    outputs = Dense(n_labels, activation="sigmoid")(hidden)
    model = Model(inputs, outputs)
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=[mean_avg_prec_tf])
    return model
