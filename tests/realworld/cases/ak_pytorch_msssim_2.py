# origin: https://github.com/jorge-pessoa/pytorch-msssim/issues/2
# kinds: domain
import numpy as np
import tensorflow as tf

_RGB_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], dtype=np.float32)
_LMS_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], dtype=np.float32)


def linear_rgb_to_oklab(rgb):
    lms = tf.einsum("...c,kc->...k", rgb, tf.constant(_RGB_TO_LMS))
    cone = tf.pow(lms, 1.0 / 3.0)  #!
    cone = tf.sign(lms) * tf.pow(tf.maximum(tf.abs(lms), 1e-6), 1.0 / 3.0)  #+
    return tf.einsum("...c,kc->...k", cone, tf.constant(_LMS_TO_LAB))


class PerceptualColorLoss(tf.keras.losses.Loss):
    """L1 in Oklab; chroma is weighted more than lightness."""

    def __init__(self, chroma_weight=2.0, name="oklab_l1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.chroma_weight = chroma_weight

    def call(self, y_true, y_pred):
        ref = linear_rgb_to_oklab(y_true)
        est = linear_rgb_to_oklab(y_pred)
        diff = tf.abs(ref - est)
        light = diff[..., 0]
        chroma = tf.reduce_sum(diff[..., 1:], axis=-1)
        return tf.reduce_mean(light + self.chroma_weight * chroma, axis=[1, 2])


def build_colorizer(size=128, width=48):
    gray = tf.keras.Input((size, size, 1))
    x = gray
    for rate in (1, 2, 4, 1):
        x = tf.keras.layers.Conv2D(width, 3, padding="same", dilation_rate=rate,
                                   activation="swish")(x)
    residual = tf.keras.layers.Conv2D(3, 1)(x)
    rgb = tf.keras.layers.Add()([tf.keras.layers.Concatenate()([gray] * 3), residual])
    model = tf.keras.Model(gray, rgb)
    model.compile(optimizer=tf.keras.optimizers.Adam(2e-4), loss=PerceptualColorLoss())
    return model
