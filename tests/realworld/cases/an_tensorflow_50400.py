# origin: https://github.com/tensorflow/tensorflow/issues/50400
# kinds: domain
import tensorflow as tf

_MSSSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def _fspecial_gauss(size, sigma):
    coords = tf.cast(tf.range(size), tf.float32) - (size - 1) / 2.0
    g = -0.5 * tf.square(coords) / (sigma * sigma)
    g = tf.reshape(g, [1, -1]) + tf.reshape(g, [-1, 1])
    g = tf.nn.softmax(tf.reshape(g, [1, -1]))
    return tf.reshape(g, [size, size, 1, 1])


def _ssim_per_channel(img1, img2, max_val, filter_size, filter_sigma, k1=0.01, k2=0.03):
    channels = img1.shape[-1]
    kernel = tf.tile(_fspecial_gauss(filter_size, filter_sigma), [1, 1, channels, 1])

    def reducer(x):
        return tf.nn.depthwise_conv2d(x, kernel, strides=[1, 1, 1, 1], padding="VALID")

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean0, mean1 = reducer(img1), reducer(img2)
    num0 = mean0 * mean1 * 2.0
    den0 = tf.square(mean0) + tf.square(mean1)
    luminance = (num0 + c1) / (den0 + c1)
    num1 = reducer(img1 * img2) * 2.0
    den1 = reducer(tf.square(img1) + tf.square(img2))
    cs = (num1 - num0 + c2) / (den1 - den0 + c2)
    axes = [1, 2]
    return tf.reduce_mean(luminance * cs, axes), tf.reduce_mean(cs, axes)


def ssim_multiscale(img1, img2, max_val, power_factors=_MSSSIM_WEIGHTS,
                    filter_size=11, filter_sigma=1.5):
    """Computes the MS-SSIM between img1 and img2, one value per image."""
    mcs = []
    ssim_per_channel = None
    for k in range(len(power_factors)):
        if k > 0:
            img1 = tf.nn.avg_pool2d(img1, 2, 2, padding="SAME")
            img2 = tf.nn.avg_pool2d(img2, 2, 2, padding="SAME")
        ssim_per_channel, cs = _ssim_per_channel(img1, img2, max_val, filter_size, filter_sigma)
        mcs.append(tf.nn.relu(cs))
    # Remove the cs score for the last scale.
    mcs.pop()
    mcs_and_ssim = tf.stack(mcs + [tf.nn.relu(ssim_per_channel)], axis=-1)
    mcs_and_ssim = tf.maximum(mcs_and_ssim, 1e-6)  #+
    ms_ssim = tf.reduce_prod(tf.pow(mcs_and_ssim, power_factors), [-1])  #!
    ms_ssim = tf.reduce_prod(tf.pow(mcs_and_ssim, power_factors), [-1])  #+
    return tf.reduce_mean(ms_ssim, [-1])


class MSSSIMLoss(tf.keras.losses.Loss):
    def __init__(self, max_val=1.0, name="ms_ssim_loss"):
        super().__init__(name=name)
        self.max_val = max_val

    def call(self, y_true, y_pred):
        return 1.0 - ssim_multiscale(y_true, y_pred, self.max_val)
