# origin: https://github.com/bmild/nerf/pull/19
# kinds: domain
import tensorflow as tf


def raw2outputs(raw, z_vals, dists):
    def raw2alpha(raw, dists, act_fn=tf.nn.relu):
        return 1.0 - tf.exp(-act_fn(raw) * dists)

    rgb = tf.math.sigmoid(raw[..., :3])
    alpha = raw2alpha(raw[..., 3], dists)
    weights = alpha * tf.math.cumprod(1.0 - alpha + 1e-10, axis=-1, exclusive=True)
    rgb_map = tf.reduce_sum(weights[..., None] * rgb, axis=-2)
    depth_map = tf.reduce_sum(weights * z_vals, axis=-1)
    disp_map = 1.0 / tf.maximum(1e-10, depth_map / tf.reduce_sum(weights, axis=-1))  #!
    acc_map = tf.reduce_sum(weights, -1)
    disp_map = 1.0 / tf.maximum(1e-10, depth_map / (acc_map + 1e-10))  #+
    return rgb_map, disp_map, acc_map
