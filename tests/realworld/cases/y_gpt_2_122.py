# origin: https://github.com/openai/gpt-2/pull/122
# kinds: overflow domain
import tensorflow as tf


def shape_list(x):
    static = x.shape.as_list()
    dynamic = tf.shape(x)
    return [dynamic[i] if s is None else s for i, s in enumerate(static)]


def softmax(x, axis=-1):
    x = x - tf.reduce_max(x, axis=axis, keepdims=True)
    ex = tf.exp(x)
    return ex / tf.reduce_sum(ex, axis=axis, keepdims=True)


def attention_mask(nd, ns, *, dtype):
    """1's in the lower triangle, counting from the lower right corner."""
    i = tf.range(nd)[:, None]
    j = tf.range(ns)
    return tf.cast(i >= j - ns + nd, dtype)


def split_heads(x, n_head):
    b, s, n = shape_list(x)
    return tf.transpose(tf.reshape(x, [b, s, n_head, n // n_head]), [0, 2, 1, 3])


def mask_attn_weights(w):
    _, _, nd, ns = shape_list(w)
    b = attention_mask(nd, ns, dtype=w.dtype)
    b = tf.reshape(b, [1, 1, nd, ns])
    w = w * b - tf.cast(1e10, w.dtype) * (1 - b)  #!
    w = w * b - tf.cast(1e4, w.dtype) * (1 - b)  #+
    return w


def attn(x, wqkv, wproj, n_head):
    """Causal self attention of the mixed precision model: activations are float16."""
    x = tf.cast(x, tf.float16)
    qkv = tf.einsum("bsn,nm->bsm", x, tf.cast(wqkv, tf.float16))
    q, k, v = [split_heads(t, n_head) for t in tf.split(qkv, 3, axis=2)]
    w = tf.matmul(q, k, transpose_b=True)
    w = w * tf.math.rsqrt(tf.cast(shape_list(v)[-1], w.dtype))
    w = softmax(mask_attn_weights(w))
    a = tf.transpose(tf.matmul(w, v), [0, 2, 1, 3])
    b, s, h, d = shape_list(a)
    return tf.einsum("bsn,nm->bsm", tf.reshape(a, [b, s, h * d]), tf.cast(wproj, tf.float16))
