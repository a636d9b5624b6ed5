# origin: https://github.com/xlite-dev/LeetCUDA/pull/335
# kinds: overflow
import time

import torch

WARP_SIZE = 32
torch.set_grad_enabled(False)


def warp_reduce_sum(val: torch.Tensor, width: int = WARP_SIZE) -> torch.Tensor:
    # butterfly reduction over the last axis, one lane per element
    lane = torch.arange(width)
    mask = width >> 1
    while mask >= 1:
        val = val + val[..., lane ^ mask]
        mask >>= 1
    return val[..., 0]


def block_reduce_sum(val: torch.Tensor, num_threads: int = 256) -> torch.Tensor:
    num_warps = num_threads // WARP_SIZE
    per_thread = val.unflatten(-1, (-1, num_threads)).sum(dim=-2)
    shared = warp_reduce_sum(per_thread.unflatten(-1, (num_warps, WARP_SIZE)))
    return warp_reduce_sum(shared, num_warps)


def rms_norm_f16(x: torch.Tensor, out: torch.Tensor, g: float = 1.0, epsilon: float = 1e-5):
    K = x.shape[-1]
    variance = block_reduce_sum(x * x)  #!
    xf = x.float()  #+
    variance = block_reduce_sum(xf * xf)  #+
    s_variance = torch.rsqrt(variance / K + epsilon)
    out.copy_(x * s_variance[:, None] * g)


def layer_norm_f16(x: torch.Tensor, out: torch.Tensor, g: float = 1.0, b: float = 0.0,
                   epsilon: float = 1e-5):
    K = x.shape[-1]
    value = x  #-
    value = x.float()  #+
    s_mean = block_reduce_sum(value) / K
    centered = value - s_mean[:, None]
    variance = block_reduce_sum(centered * centered)  #!
    variance = block_reduce_sum(centered * centered)  #+
    s_variance = torch.rsqrt(variance / K + epsilon)
    out.copy_(centered * s_variance[:, None] * g + b)


def run_benchmark(perf_func, x: torch.Tensor, tag: str, out: torch.Tensor, iters: int = 10):
    out.fill_(0)
    start = time.time()
    for _ in range(iters):
        perf_func(x, out)
    mean_time = (time.time() - start) * 1000 / iters
    out_val = [f"{v:<12}" for v in out.flatten()[:3].float().tolist()]
    print(f"{'out_' + tag:>17}: {out_val}, time:{mean_time:.6f}ms")
    return out.clone()


if __name__ == "__main__":
    N, K = 64, 512
    x_f16 = (torch.randn((N, K)) * 16.0 + 4.0).half()
    out_f16 = torch.zeros_like(x_f16)
    run_benchmark(rms_norm_f16, x_f16, "rms_f16", out_f16)
    run_benchmark(layer_norm_f16, x_f16, "layer_f16", out_f16)
