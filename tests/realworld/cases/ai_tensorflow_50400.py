# origin: https://github.com/tensorflow/tensorflow/issues/50400
# kinds: domain
import tensorflow as tf

MSSSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def _gaussian_kernel(size=11, sigma=1.5):
    coords = tf.cast(tf.range(size), tf.float32) - (size - 1) / 2.0
    g = tf.exp(-tf.square(coords) / (2.0 * sigma ** 2))
    g = g / tf.reduce_sum(g)
    return (g[:, None] * g[None, :])[:, :, None, None]


def _ssim_per_channel(img1, img2, max_val, k1=0.01, k2=0.03):
    channels = img1.shape[-1]
    kernel = tf.tile(_gaussian_kernel(), [1, 1, channels, 1])

    def reducer(x):
        return tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], padding="VALID")

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean0, mean1 = reducer(img1), reducer(img2)
    num0 = mean0 * mean1 * 2.0
    den0 = tf.square(mean0) + tf.square(mean1)
    luminance = (num0 + c1) / (den0 + c1)
    num1 = reducer(img1 * img2) * 2.0
    den1 = reducer(tf.square(img1) + tf.square(img2))
    cs = (num1 - num0 + c2) / (den1 - den0 + c2)
    return tf.reduce_mean(luminance * cs, [1, 2]), tf.reduce_mean(cs, [1, 2])


def ssim_multiscale(img1, img2, max_val, power_factors=MSSSIM_WEIGHTS):
    """Multi-scale SSIM, averaged over the colour channels."""
    mcs = []
    for k in range(len(power_factors)):
        if k > 0:
            img1 = tf.nn.avg_pool2d(img1, 2, 2, padding="SAME")
            img2 = tf.nn.avg_pool2d(img2, 2, 2, padding="SAME")
        ssim_per_channel, cs = _ssim_per_channel(img1, img2, max_val)
        mcs.append(tf.nn.relu(cs))  #-
        mcs.append(tf.maximum(cs, 1e-6))  #+
    mcs.pop()
    mcs_and_ssim = tf.stack(mcs + [tf.nn.relu(ssim_per_channel)], axis=-1)  #-
    mcs_and_ssim = tf.stack(mcs + [tf.maximum(ssim_per_channel, 1e-6)], axis=-1)  #+
    ms_ssim = tf.reduce_prod(tf.pow(mcs_and_ssim, power_factors), [-1])  #*
    return tf.reduce_mean(ms_ssim, [-1])


@tf.function
def train_step(autoencoder, optimizer, images):
    with tf.GradientTape() as tape:
        recon = autoencoder(images, training=True)
        loss = 1.0 - tf.reduce_mean(ssim_multiscale(images, recon, 1.0))
    grads = tape.gradient(loss, autoencoder.trainable_variables)
    optimizer.apply_gradients(zip(grads, autoencoder.trainable_variables))
    return loss
