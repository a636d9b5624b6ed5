import tensorflow as tf

def softmax(logits, ids, n):
    e = tf.exp(logits)  # NS104
    z = tf.math.unsorted_segment_sum(e, ids, n)
    return e / tf.gather(z, ids)
