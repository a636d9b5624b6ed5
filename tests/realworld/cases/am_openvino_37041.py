# origin: https://github.com/openvinotoolkit/openvino/pull/37041
# kinds: overflow
"""Reference executor of the T5 text encoder used by the video pipeline (f16 weights and activations)."""
import numpy as np

INFER_PRECISION = np.float16
F16_MAX = float(np.finfo(np.float16).max)  #+


class FullyConnected:
    def __init__(self, weights):
        self.weights = weights.astype(INFER_PRECISION)

    def __call__(self, x):
        acc = np.matmul(x.astype(np.float32), self.weights.astype(np.float32).T)
        return acc.astype(INFER_PRECISION)  #!
        return np.clip(acc, -F16_MAX, F16_MAX).astype(INFER_PRECISION)  #+


class RMS:
    def __init__(self, gamma, epsilon=1e-6):
        self.gamma = gamma.astype(np.float32)
        self.epsilon = epsilon

    def __call__(self, x):
        x = x.astype(np.float32)
        inv = 1.0 / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + self.epsilon)
        return (self.gamma * x * inv).astype(INFER_PRECISION)


def eltwise_sum(a, b):
    return a + b  #!
    total = a.astype(np.float32) + b.astype(np.float32)  #+
    return np.clip(total, -F16_MAX, F16_MAX).astype(INFER_PRECISION)  #+


def softmax(x):
    x = x.astype(np.float32)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(INFER_PRECISION)


class EncoderBlock:
    def __init__(self, tensors, prefix, num_heads):
        get = lambda name: tensors[f"{prefix}.{name}.weight"]
        self.num_heads = num_heads
        self.attn_norm = RMS(get("layer.0.layer_norm"))
        self.q, self.k, self.v, self.o = (
            FullyConnected(get(f"layer.0.SelfAttention.{n}")) for n in "qkvo")
        self.ff_norm = RMS(get("layer.1.layer_norm"))
        self.wi = FullyConnected(get("layer.1.DenseReluDense.wi"))
        self.wo = FullyConnected(get("layer.1.DenseReluDense.wo"))

    def _heads(self, x):
        t, d = x.shape
        return x.reshape(t, self.num_heads, d // self.num_heads).transpose(1, 0, 2)

    def attention(self, x):
        q, k, v = (self._heads(fc(x)).astype(np.float32) for fc in (self.q, self.k, self.v))
        ctx = softmax(q @ k.transpose(0, 2, 1)).astype(np.float32) @ v
        return self.o(ctx.transpose(1, 0, 2).reshape(x.shape[0], -1))

    def __call__(self, hidden):
        hidden = eltwise_sum(hidden, self.attention(self.attn_norm(hidden)))
        inner = np.maximum(self.wi(self.ff_norm(hidden)), 0)
        return eltwise_sum(hidden, self.wo(inner))


class TextEncoder:
    def __init__(self, tensors, num_layers, num_heads):
        self.embedding = tensors["shared.weight"].astype(INFER_PRECISION)
        self.blocks = [EncoderBlock(tensors, f"encoder.block.{i}", num_heads) for i in range(num_layers)]
        self.final_norm = RMS(tensors["encoder.final_layer_norm.weight"])

    def infer(self, token_ids):
        hidden = self.embedding[np.asarray(token_ids)]
        for block in self.blocks:
            hidden = block(hidden)
        return self.final_norm(hidden)
