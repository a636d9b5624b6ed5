# origin: https://github.com/openvinotoolkit/openvino/pull/8676
# kinds: underflow domain
import numpy as np

INT8_MAX = 127


class BlockQuantizer:
    """Symmetric int8 quantisation of a half-precision KV cache, in blocks of 32."""

    def __init__(self, block=32, eps=1e-8):
        self.block = block
        self.eps = eps

    def _blocks(self, a):
        flat = a.reshape(-1)
        pad = (-flat.size) % self.block
        return np.pad(flat, (0, pad)).reshape(-1, self.block)

    def quantize(self, cache):
        cache = np.asarray(cache, dtype=np.float16)
        blocks = self._blocks(cache)
        amax = np.abs(blocks).max(axis=1, keepdims=True)
        scale = amax / np.float16(INT8_MAX) + np.float16(self.eps)  #-
        scale = amax.astype(np.float32) / INT8_MAX + self.eps  #+
        q = np.rint(blocks / scale)  #*
        codes = np.clip(q, -INT8_MAX, INT8_MAX).astype(np.int8)
        return {"codes": codes, "scale": scale, "shape": cache.shape}

    def dequantize(self, packed):
        values = packed["codes"] * packed["scale"]
        size = int(np.prod(packed["shape"]))
        return values.reshape(-1)[:size].reshape(packed["shape"]).astype(np.float16)


class KVCache:
    def __init__(self, layers, heads, max_len, dim):
        self.data = np.zeros((layers, 2, heads, max_len, dim), dtype=np.float16)
        self.length = 0
        self.codec = BlockQuantizer()

    def append(self, kv):
        steps = kv.shape[3]
        self.data[:, :, :, self.length:self.length + steps] = kv
        self.length += steps

    def offload(self):
        return [self.codec.quantize(layer) for layer in self.data]
