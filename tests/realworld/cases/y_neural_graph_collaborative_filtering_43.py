# origin: https://github.com/xiangwang1223/neural_graph_collaborative_filtering/issues/43
# kinds: domain underflow
import tensorflow as tf


class NGCF(tf.Module):
    """Embedding propagation on the user-item graph, trained on (user, item, other item) triples."""

    def __init__(self, n_users, n_items, norm_adj, emb_dim=64, n_layers=3, decay=1e-5):
        super().__init__()
        init = tf.keras.initializers.GlorotUniform()
        self.n_users, self.n_items = n_users, n_items
        self.norm_adj = norm_adj
        self.decay = decay
        self.embedding = tf.Variable(init([n_users + n_items, emb_dim]), name="ego_embedding")
        self.W_gc = [tf.Variable(init([emb_dim, emb_dim])) for _ in range(n_layers)]
        self.W_bi = [tf.Variable(init([emb_dim, emb_dim])) for _ in range(n_layers)]

    def propagate(self):
        ego = self.embedding
        layers = [ego]
        for w_gc, w_bi in zip(self.W_gc, self.W_bi):
            side = tf.sparse.sparse_dense_matmul(self.norm_adj, ego)
            ego = tf.nn.leaky_relu(side @ w_gc) + tf.nn.leaky_relu((ego * side) @ w_bi)
            layers.append(tf.math.l2_normalize(ego, axis=1, epsilon=1e-6))
        return tf.split(tf.concat(layers, 1), [self.n_users, self.n_items], 0)

    def create_bpr_loss(self, users, pos_items, neg_items):
        pos_scores = tf.reduce_sum(tf.multiply(users, pos_items), axis=1)
        neg_scores = tf.reduce_sum(tf.multiply(users, neg_items), axis=1)
        regularizer = tf.nn.l2_loss(users) + tf.nn.l2_loss(pos_items) + tf.nn.l2_loss(neg_items)
        maxi = tf.math.log(tf.nn.sigmoid(pos_scores - neg_scores))  #!
        maxi = tf.math.log_sigmoid(pos_scores - neg_scores)  #+
        mf_loss = tf.negative(tf.reduce_mean(maxi))
        return mf_loss + self.decay * regularizer / tf.cast(tf.shape(users)[0], tf.float32)

    def train_step(self, optimizer, u, i, j):
        with tf.GradientTape() as tape:
            ua, ia = self.propagate()
            loss = self.create_bpr_loss(tf.gather(ua, u), tf.gather(ia, i), tf.gather(ia, j))
        grads = tape.gradient(loss, self.trainable_variables)
        optimizer.apply_gradients(zip(grads, self.trainable_variables))
        return loss
