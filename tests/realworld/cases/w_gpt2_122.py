# origin: https://github.com/openai/gpt-2/pull/122
# kinds: overflow domain
import tensorflow as tf


def shape_list(x):
    static = x.shape.as_list()
    dynamic = tf.shape(x)
    return [dynamic[i] if s is None else s for i, s in enumerate(static)]


def attention_mask(nd, ns, *, dtype):
    i = tf.range(nd)[:, None]
    j = tf.range(ns)
    m = i >= j - ns + nd
    return tf.cast(m, dtype)


def split_heads(x, n_head):
    *start, m = shape_list(x)
    x = tf.reshape(x, start + [n_head, m // n_head])
    return tf.transpose(x, [0, 2, 1, 3])


def mask_attn_weights(w):
    _, _, nd, ns = shape_list(w)
    b = attention_mask(nd, ns, dtype=w.dtype)
    b = tf.reshape(b, [1, 1, nd, ns])
    w = w * b - tf.cast(1e10, w.dtype) * (1 - b)  #!
    w = w * b - tf.cast(1e4, w.dtype) * (1 - b)  #+
    return w


def multihead_attn(q, k, v):
    w = tf.matmul(q, k, transpose_b=True)
    w = w * tf.math.rsqrt(tf.cast(shape_list(v)[-1], w.dtype))
    w = mask_attn_weights(w)
    w = tf.nn.softmax(w)
    return tf.matmul(w, v)


def attn(x, w_qkv, n_head):
    x = tf.cast(x, tf.float16)
    w_qkv = tf.cast(w_qkv, tf.float16)
    c = tf.einsum("bsd,de->bse", x, w_qkv)
    q, k, v = [split_heads(t, n_head) for t in tf.split(c, 3, axis=2)]
    return multihead_attn(q, k, v)
