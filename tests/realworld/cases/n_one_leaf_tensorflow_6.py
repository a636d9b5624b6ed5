# origin: https://github.com/one-leaf/tensorflow/issues/6
# kinds: domain
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data


class TwoLayerNet(object):
    def __init__(self, n_hidden=256, n_classes=10, lr=0.01):
        self.x = tf.placeholder(tf.float32, [None, 784])
        self.y = tf.placeholder(tf.float32, [None, n_classes])
        w1 = tf.Variable(tf.truncated_normal([784, n_hidden], stddev=0.05))
        b1 = tf.Variable(tf.zeros([n_hidden]))
        w2 = tf.Variable(tf.truncated_normal([n_hidden, n_classes], stddev=0.05))
        b2 = tf.Variable(tf.zeros([n_classes]))
        hidden = tf.nn.relu(tf.matmul(self.x, w1) + b1)
        self.pred = tf.nn.softmax(tf.matmul(hidden, w2) + b2)
        tf.clip_by_value(self.pred, 1e-15, 1.0)  #!
        prob = tf.clip_by_value(self.pred, 1e-15, 1.0)  #+
        self.cross_entropy = tf.reduce_mean(
            -tf.reduce_sum(self.y * tf.log(self.pred), reduction_indices=1))  #!
            -tf.reduce_sum(self.y * tf.log(prob), reduction_indices=1))  #+
        self.train_op = tf.train.GradientDescentOptimizer(lr).minimize(self.cross_entropy)
        hit = tf.equal(tf.argmax(self.pred, 1), tf.argmax(self.y, 1))
        self.accuracy = tf.reduce_mean(tf.cast(hit, tf.float32))


def main(steps=2000, batch_size=100):
    mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
    net = TwoLayerNet()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(steps):
            xs, ys = mnist.train.next_batch(batch_size)
            _, loss = sess.run([net.train_op, net.cross_entropy], {net.x: xs, net.y: ys})
            if step % 100 == 0:
                print(step, loss)
        print(sess.run(net.accuracy, {net.x: mnist.test.images, net.y: mnist.test.labels}))


if __name__ == "__main__":
    main()
