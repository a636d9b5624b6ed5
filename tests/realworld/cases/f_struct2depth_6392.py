# origin: https://github.com/tensorflow/models/issues/6392
# kinds: domain
import tensorflow as tf


class Model(object):
    def __init__(self, batch_size=4, seq_length=3, size_constraint_weight=0.0, img_height=128):
        self.batch_size = batch_size
        self.seq_length = seq_length
        self.size_constraint_weight = size_constraint_weight
        self.img_height = img_height
        self.depth = {}
        self.seg_stack = None
        self.inf_loss = 0.0

    def _object_height(self, mask):
        rows = tf.where(tf.reduce_any(mask > 0, axis=1))
        y_max = tf.cast(tf.reduce_max(rows), tf.float32)
        y_min = tf.cast(tf.reduce_min(rows), tf.float32)
        return y_max - y_min

    def build_inference_loss(self, ref_heights, focal):
        for i in range(self.seq_length):
            for k in range(self.batch_size):
                mask = self.seg_stack[k, :, :, i]
                depth_map = self.depth[i][k, :, :, 0] * mask
                estimate = tf.reduce_sum(depth_map) / tf.maximum(tf.reduce_sum(mask), 1.0)
                height = self._object_height(mask)
                approx_depth = focal * ref_heights[k] / height  #!
                approx_depth = focal * ref_heights[k] / tf.maximum(height, 1.0)  #+
                self.inf_loss += tf.abs(estimate - approx_depth)
        return self.size_constraint_weight * self.inf_loss
