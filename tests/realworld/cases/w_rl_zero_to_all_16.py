# origin: https://github.com/hunkim/ReinforcementZeroToAll/pull/16
# kinds: underflow domain
import numpy as np
import tensorflow as tf

hidden_layer_size = 24
input_size = 4
output_size = 2
learning_rate = 0.001
gamma = 0.995

X = tf.placeholder(tf.float32, [None, input_size], name="input_x")
W1 = tf.get_variable("W1", shape=[input_size, hidden_layer_size])
W2 = tf.get_variable("W2", shape=[hidden_layer_size, output_size])
layer1 = tf.nn.relu(tf.matmul(X, W1))
action_pred = tf.nn.softmax(tf.matmul(layer1, W2))

Y = tf.placeholder(tf.float32, [None, output_size], name="input_y")
advantages = tf.placeholder(tf.float32, [None, 1], name="reward_signal")
log_lik = -Y * tf.log(action_pred)  #!
log_lik = -Y * tf.log(tf.clip_by_value(action_pred, 1e-10, 1.0))  #+
loss = tf.reduce_mean(tf.reduce_sum(log_lik * advantages, axis=1))
train = tf.train.AdamOptimizer(learning_rate).minimize(loss)


def discount_rewards(r):
    discounted = np.zeros_like(r, dtype=np.float32)
    running = 0.0
    for t in reversed(range(len(r))):
        running = running * gamma + r[t]
        discounted[t] = running
    return discounted


def run_update(sess, xs, ys, rewards):
    discounted = discount_rewards(rewards)
    discounted = (discounted - discounted.mean()) / (discounted.std() + 1e-7)
    feed = {X: np.vstack(xs), Y: np.vstack(ys), advantages: discounted.reshape(-1, 1)}
    value, _ = sess.run([loss, train], feed_dict=feed)
    return value
