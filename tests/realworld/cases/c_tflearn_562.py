# origin: https://github.com/tflearn/tflearn/pull/562
# kinds: vanishing overflow underflow precision
import tensorflow as tf


def conv_net(x, weights, keep_prob):
    conv = tf.nn.conv2d(x, weights["wc1"], strides=[1, 1, 1, 1], padding="SAME")
    fc = tf.reshape(tf.nn.relu(conv), [-1, 3136])
    fc = tf.nn.dropout(fc, keep_prob)
    out = tf.matmul(fc, weights["out"])
    return tf.nn.softmax(out)  #-
    return out  #+


def build(X, Y, weights, keep_prob, learning_rate=0.01):
    net = conv_net(X, weights, keep_prob)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=net, labels=Y))  #*
    return tf.train.AdamOptimizer(learning_rate).minimize(loss)
