# origin: https://github.com/xlite-dev/LeetCUDA/pull/335
# kinds: overflow precision
"""Emulates the block kernels thread by thread to check them without a GPU."""
import argparse

import numpy as np

WARP_SIZE = 32


def warp_reduce_sum(lane_values):
    vals = lane_values.copy()
    offset = WARP_SIZE >> 1
    while offset >= 1:
        vals = vals + vals[np.arange(WARP_SIZE) ^ offset]
        offset >>= 1
    return vals[0]


def block_reduce_sum(thread_values):
    warps = thread_values.reshape(-1, WARP_SIZE)
    shared = np.zeros(WARP_SIZE, dtype=thread_values.dtype)
    for w, lanes in enumerate(warps):
        shared[w] = warp_reduce_sum(lanes)
    return warp_reduce_sum(shared)


def rms_norm_f16x8(x, g, num_threads=64, epsilon=1e-5):
    """x: (N, K) half; one block per row, every thread reads packs of 8 halves."""
    N, K = x.shape
    y = np.empty_like(x)
    per_thread = K // num_threads
    for row in range(N):
        packs = x[row].reshape(num_threads, per_thread)
        local = np.zeros(num_threads, dtype=np.float16)  #-
        local = np.zeros(num_threads, dtype=np.float32)  #+
        for i in range(per_thread):
            value = packs[:, i]  #-
            local += value * value  #!
            value = packs[:, i].astype(np.float32)  #+
            local += value * value  #+
        variance = block_reduce_sum(local)
        s_variance = 1.0 / np.sqrt(np.float32(variance) / K + epsilon)
        y[row] = (x[row].astype(np.float32) * s_variance * g).astype(np.float16)
    return y


def rms_norm_ref(x, g, epsilon=1e-5):
    x = x.astype(np.float64)
    return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + epsilon) * g


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--N", type=int, default=4)
    parser.add_argument("--K", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--std", type=float, default=12.0)
    args = parser.parse_args()
    rng = np.random.default_rng(0)
    for K in args.K:
        x = (rng.standard_normal((args.N, K)) * args.std).astype(np.float16)
        out = rms_norm_f16x8(x, 1.0)
        err = np.abs(out - rms_norm_ref(x, 1.0)).max()
        print(f"K={K} first: {out[0, :3]} max err: {err:.5f}")


if __name__ == "__main__":
    main()
