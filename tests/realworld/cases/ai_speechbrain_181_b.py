# origin: https://github.com/speechbrain/speechbrain/issues/181
# kinds: domain
import tensorflow as tf
from tensorflow import keras

EDGE_WEIGHT = 0.5


def edge_strength(depth):
    """Gradient magnitude of a depth map from Sobel derivatives."""
    edges = tf.image.sobel_edges(depth)
    dy, dx = edges[..., 0], edges[..., 1]
    return tf.sqrt(tf.square(dx) + tf.square(dy))  #!
    return tf.sqrt(tf.square(dx) + tf.square(dy) + 1e-6)  #+


def depth_loss(y_true, y_pred):
    l_depth = tf.reduce_mean(tf.abs(y_pred - y_true))
    l_edges = tf.reduce_mean(tf.abs(edge_strength(y_pred) - edge_strength(y_true)))
    ssim = tf.reduce_mean(tf.image.ssim(y_true, y_pred, max_val=1.0))
    l_ssim = tf.clip_by_value((1.0 - ssim) * 0.5, 0.0, 1.0)
    return l_depth + EDGE_WEIGHT * l_edges + l_ssim


def up_block(x, skip, filters):
    x = keras.layers.UpSampling2D(interpolation="bilinear")(x)
    x = keras.layers.Concatenate()([x, skip])
    for _ in range(2):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x


def build_depth_net(shape=(192, 256, 3)):
    inputs = keras.Input(shape)
    x, skips = inputs, []
    for filters in (32, 64, 128):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(256, 3, padding="same", activation="relu")(x)
    for filters, skip in zip((128, 64, 32), reversed(skips)):
        x = up_block(x, skip, filters)
    # depth in units of 10 m; ReLU keeps it non-negative
    depth = keras.layers.Conv2D(1, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, depth)


def main(train_ds, val_ds):
    model = build_depth_net()
    model.compile(keras.optimizers.Adam(1e-4, clipnorm=1.0), loss=depth_loss)
    model.fit(train_ds, validation_data=val_ds, epochs=20)
