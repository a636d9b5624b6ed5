# origin: https://github.com/pytorch/pytorch/issues/115786
# kinds: precision underflow
import argparse

import numpy as np
import torch

EPS = 1e-8


def load_pairs(path):
    """npz file with the residual fields of the reference and of the surrogate solver."""
    with np.load(path) as data:
        reference = torch.from_numpy(data["reference"]).double()
        surrogate = torch.from_numpy(data["surrogate"]).double()
    return reference.flatten(1), surrogate.flatten(1)


def unit_scale(v):  #+
    peak = v.abs().amax(dim=-1, keepdim=True)  #+
    return v / torch.where(peak > 0, peak, torch.ones_like(peak))  #+


def row_cosine(x, y, eps=EPS):
    x = unit_scale(x)  #+
    y = unit_scale(y)  #+
    dot = (x * y).sum(dim=-1)
    norm_x = torch.linalg.vector_norm(x, dim=-1)
    norm_y = torch.linalg.vector_norm(y, dim=-1)
    return dot / torch.clamp(norm_x * norm_y, min=eps)  #!
    return dot / torch.clamp(norm_x * norm_y, min=eps)  #+


class DirectionReport:
    def __init__(self, threshold):
        self.threshold = threshold
        self.values = []

    def update(self, reference, surrogate):
        cos = row_cosine(reference, surrogate)
        self.values.append(cos)

    def summary(self):
        cos = torch.cat(self.values)
        return {
            "rows": cos.numel(),
            "mean": cos.mean().item(),
            "worst": cos.min().item(),
            "aligned": (cos > self.threshold).double().mean().item(),
        }


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--threshold", type=float, default=0.99)
    args = parser.parse_args(argv)

    report = DirectionReport(args.threshold)
    for path in args.files:
        report.update(*load_pairs(path))
    for key, value in report.summary().items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
