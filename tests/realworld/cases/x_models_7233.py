# origin: https://github.com/tensorflow/models/pull/7233
# kinds: overflow explosion
import tensorflow as tf

EPSILON = 1e-8


class FasterRcnnBoxCoder:
    def __init__(self, scale_factors=(10.0, 10.0, 5.0, 5.0)):
        self._scale_factors = scale_factors

    def encode(self, boxes, anchors):
        ycenter_a, xcenter_a, ha, wa = self._center_size(anchors)
        ycenter, xcenter, h, w = self._center_size(boxes)
        ha, wa, h, w = (tf.maximum(v, EPSILON) for v in (ha, wa, h, w))
        ty = (ycenter - ycenter_a) / ha * self._scale_factors[0]
        tx = (xcenter - xcenter_a) / wa * self._scale_factors[1]
        th = tf.math.log(h / ha) * self._scale_factors[2]
        tw = tf.math.log(w / wa) * self._scale_factors[3]
        return tf.stack([ty, tx, th, tw], axis=-1)

    def decode(self, rel_codes, anchors):
        ycenter_a, xcenter_a, ha, wa = self._center_size(anchors)
        ty, tx, th, tw = tf.unstack(rel_codes, axis=-1)
        ty = ty / self._scale_factors[0]
        tx = tx / self._scale_factors[1]
        th = th / self._scale_factors[2]
        tw = tw / self._scale_factors[3]
        w = tf.exp(tw) * wa  #!
        h = tf.exp(th) * ha  #!
        w = tf.exp(tf.minimum(tw, 10.0)) * wa  #+
        h = tf.exp(tf.minimum(th, 10.0)) * ha  #+
        ycenter = ty * ha + ycenter_a
        xcenter = tx * wa + xcenter_a
        return tf.stack([ycenter - h / 2, xcenter - w / 2, ycenter + h / 2, xcenter + w / 2], axis=-1)

    @staticmethod
    def _center_size(boxes):
        ymin, xmin, ymax, xmax = tf.unstack(boxes, axis=-1)
        return (ymin + ymax) / 2, (xmin + xmax) / 2, ymax - ymin, xmax - xmin


class BoxHead(tf.keras.layers.Layer):
    def __init__(self, num_anchors, coder=None):
        super().__init__()
        self.conv = tf.keras.layers.Conv2D(4 * num_anchors, 1)
        self.coder = coder or FasterRcnnBoxCoder()

    def call(self, features, anchors):
        codes = tf.reshape(self.conv(features), [tf.shape(features)[0], -1, 4])
        return self.coder.decode(codes, anchors[None])


def corner_loss(decoded, gt_boxes, weights):
    diff = tf.reduce_sum(tf.abs(decoded - gt_boxes), axis=-1)
    return tf.reduce_sum(diff * weights) / tf.maximum(tf.reduce_sum(weights), 1.0)
