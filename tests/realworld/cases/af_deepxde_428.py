# origin: https://github.com/lululxvi/deepxde/issues/428
# kinds: domain
import numpy as np
import tensorflow as tf

tf.keras.backend.set_floatx("float64")

Ae = 1.0
k = 1.0
rho = 1.0


def build_net(width=40, depth=3):
    layers = [tf.keras.layers.Input(shape=(2,))]
    for _ in range(depth):
        layers.append(tf.keras.layers.Dense(width, activation="tanh", kernel_initializer="glorot_uniform"))
    layers.append(tf.keras.layers.Dense(2, kernel_initializer="glorot_uniform"))
    return tf.keras.Sequential(layers)


def pde(net, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        f = net(x)
        A = f[:, 0:1]
        A = 1e-3 + tf.nn.softplus(A)  #+
        u = f[:, 1:2]
        Au = A * u
        Au2 = A * u * u
        p = k * (tf.sqrt(A / Ae) - 1)  #*
    A_t = tape.gradient(A, x)[:, 1:2]
    Au_grad = tape.gradient(Au, x)
    Au_x, Au_t = Au_grad[:, 0:1], Au_grad[:, 1:2]
    Au2_x = tape.gradient(Au2, x)[:, 0:1]
    p_x = tape.gradient(p, x)[:, 0:1]

    eq1 = A_t + Au_x
    eq2 = Au_t + Au2_x + p_x * A / rho
    return eq1, eq2


def initial_condition(net, x0):
    f = net(x0)
    A = f[:, 0:1]
    A = 1e-3 + tf.nn.softplus(A)  #+
    return tf.reduce_mean((A - Ae) ** 2) + tf.reduce_mean(f[:, 1:2] ** 2)


def train(iterations=10000, lr=1e-3, n_domain=2540, seed=0):
    rng = np.random.default_rng(seed)
    net = build_net()
    optimizer = tf.keras.optimizers.Adam(lr)
    x = tf.constant(rng.uniform([0.0, 0.0], [1.0, 1.0], size=(n_domain, 2)))
    x0 = tf.constant(np.column_stack([rng.uniform(size=160), np.zeros(160)]))
    for it in range(iterations):
        with tf.GradientTape() as tape:
            eq1, eq2 = pde(net, x)
            loss = tf.reduce_mean(eq1**2) + tf.reduce_mean(eq2**2) + initial_condition(net, x0)
        grads = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(grads, net.trainable_variables))
        if it % 1000 == 0:
            print(it, float(loss))
    return net


if __name__ == "__main__":
    train()
