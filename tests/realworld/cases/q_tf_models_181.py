# origin: https://github.com/tensorflow/models/pull/181
# kinds: domain underflow
import numpy as np
import tensorflow as tf


def weight_variable(shape):
    return tf.Variable(tf.zeros(shape))


def conv_block(h, in_ch, out_ch, filter_size):
    w = tf.Variable(tf.random_normal([filter_size, filter_size, in_ch, out_ch], stddev=0.01))
    b = tf.Variable(tf.random_normal([out_ch], stddev=0.01))
    return tf.nn.relu(tf.nn.conv2d(h, w, strides=[1, 2, 2, 1], padding='SAME') + b)


x = tf.placeholder(tf.float32, [None, 1600])
y = tf.placeholder(tf.float32, [None, 10])
keep_prob = tf.placeholder(tf.float32)

h = tf.reshape(x, [-1, 40, 40, 1])
h = conv_block(h, 1, 16, 3)
h = conv_block(h, 16, 16, 3)
h = tf.reshape(h, [-1, 10 * 10 * 16])

w_fc1 = tf.Variable(tf.random_normal([10 * 10 * 16, 1024], stddev=0.01))
b_fc1 = weight_variable([1024])
h_fc1 = tf.nn.dropout(tf.nn.relu(tf.matmul(h, w_fc1) + b_fc1), keep_prob)

w_fc2 = tf.Variable(tf.random_normal([1024, 10], stddev=0.01))
b_fc2 = weight_variable([10])
y_logits = tf.matmul(h_fc1, w_fc2) + b_fc2
y_pred = tf.nn.softmax(y_logits)  #-

cross_entropy = -tf.reduce_sum(y * tf.log(y_pred))  #!
cross_entropy = tf.reduce_mean(  #+
    tf.nn.softmax_cross_entropy_with_logits(logits=y_logits, labels=y))  #+
optimizer = tf.train.AdamOptimizer().minimize(cross_entropy)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(y_logits, 1), tf.argmax(y, 1)), tf.float32))


def train(x_train, y_train, n_epochs=500, batch=100):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        indices = np.arange(len(x_train))
        for _ in range(n_epochs):
            np.random.shuffle(indices)
            for start in range(0, len(indices), batch):
                rows = indices[start:start + batch]
                sess.run(optimizer, {x: x_train[rows], y: y_train[rows], keep_prob: 0.8})
