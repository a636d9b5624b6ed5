"""Peak memory and CPU seconds of cross entropy over a large vocabulary, one fresh process per form.

`python benchmarks/ops_memory.py [--json] [--n 4096] [--classes 32000] [--width 512]`. Memory is the growth of
the process's high-water mark above the inputs, gradients included.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time

FORMS = ("torch", "chunk", "tile")


def _status(key: str) -> float:
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def one(form: str, n: int, classes: int, width: int) -> dict[str, float]:
    """Measured in this process."""
    import torch

    from numsan import ops

    torch.set_num_threads(1)
    forms = {
        "torch": lambda x, w, t: torch.nn.functional.cross_entropy(x @ w.T, t),
        "chunk": lambda x, w, t: ops.linear_cross_entropy(x, w, t),
        "tile": lambda x, w, t: ops.linear_cross_entropy(x, w, t, tile=(256, 512)),
    }
    g = torch.Generator().manual_seed(0)
    for rows, columns, d in ((64, 32, 8), (n, classes, width)):
        x = torch.randn(rows, d, generator=g).requires_grad_()
        w = (torch.randn(columns, d, generator=g) * 0.04).requires_grad_()
        t = torch.randint(0, columns, (rows,), generator=g)
        before, start = _status("VmRSS"), time.process_time()
        loss = forms[form](x, w, t)
        loss.backward()
    return {"peak_mb": _status("VmHWM") - before, "cpu_s": time.process_time() - start, "loss": loss.item()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--form", choices=FORMS)
    parser.add_argument("--n", type=int, default=4096)
    parser.add_argument("--classes", type=int, default=32000)
    parser.add_argument("--width", type=int, default=512)
    options = parser.parse_args()
    sizes = [str(v) for v in ("--n", options.n, "--classes", options.classes, "--width", options.width)]
    if options.form:
        print(json.dumps(one(options.form, options.n, options.classes, options.width)))
        return
    results = {
        form: json.loads(
            subprocess.check_output([sys.executable, __file__, "--form", form, *sizes], text=True)
        )
        for form in FORMS
    }
    if options.json:
        print(json.dumps(results, indent=1))
        return
    for form, r in results.items():
        base = results["torch"]
        print(
            f"{form:6} {r['peak_mb']:7.0f} MB (1/{base['peak_mb'] / r['peak_mb']:.1f}) "
            f"{r['cpu_s']:6.2f} s (x{r['cpu_s'] / base['cpu_s']:.2f}) loss {r['loss']:.7g}"
        )


if __name__ == "__main__":
    main()
