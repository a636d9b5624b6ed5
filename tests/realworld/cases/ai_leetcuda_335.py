# origin: https://github.com/xlite-dev/LeetCUDA/pull/335
# kinds: overflow
import time
from functools import partial
from typing import Optional

import torch

torch.set_grad_enabled(False)


def naive_rms_norm(x: torch.Tensor, g: float, eps: float = 1e-5):
    # y'=x/rms(x) 1/rms(x) = rsqrtf(sum(x^2)/K)
    s_rms = torch.rsqrt(torch.sum(x * x, dim=1, keepdim=True) / x.shape[1] + eps)  #!
    y = (x * s_rms) * g  #-
    x_f32 = x.float()  #+
    s_rms = torch.rsqrt(torch.sum(x_f32 * x_f32, dim=1, keepdim=True) / x.shape[1] + eps)  #+
    y = ((x_f32 * s_rms) * g).to(x.dtype)  #+
    return y


def torch_rms_norm(x: torch.Tensor, g: float, eps: float = 1e-5):
    return torch.nn.functional.rms_norm(x, (x.shape[1],), eps=eps) * g


def run_benchmark(
    perf_func: callable,
    x: torch.Tensor,
    tag: str,
    out: Optional[torch.Tensor] = None,
    warmup: int = 10,
    iters: int = 1000,
    show_all: bool = False,
):
    g = 1.0
    for _ in range(warmup):
        perf_func(x, g)
    if x.is_cuda:
        torch.cuda.synchronize()
    start = time.time()
    for _ in range(iters):
        out = perf_func(x, g)
    if x.is_cuda:
        torch.cuda.synchronize()
    end = time.time()
    mean_time = (end - start) * 1000 / iters
    out_info = f"out_{tag}"
    out_val = [round(v, 8) for v in out.flatten().detach().cpu().tolist()[:3]]
    print(f"{out_info:>17}: {out_val}, time:{mean_time:.8f}ms")
    if show_all:
        print(out)
    return out, mean_time


def main():
    device = "cuda" if torch.cuda.is_available() else "cpu"
    N = 4096
    for K in (512, 1024, 2048, 4096):
        print("-" * 85)
        print(" " * 40 + f"N={N}, K={K}")
        x = 16.0 * torch.randn((N, K), device=device)
        x_f16 = x.half().contiguous()
        run_benchmark(partial(naive_rms_norm), x.contiguous(), "f32_th", iters=10)
        run_benchmark(partial(naive_rms_norm), x_f16, "f16_th", iters=10)
        run_benchmark(partial(torch_rms_norm), x_f16, "f16_ref", iters=10)


if __name__ == "__main__":
    main()
