# origin: https://github.com/qubvel-org/segmentation_models.pytorch/issues/463
# kinds: overflow
import argparse
from pathlib import Path

import numpy as np


def iter_shards(folder, pattern="feat_*.npy"):
    for path in sorted(Path(folder).glob(pattern)):
        yield np.load(path, mmap_mode="r")


def coverage(soft_mask):
    """Share of the slide which the tissue model marks, from a half-precision mask."""
    marked = soft_mask.sum()  #!
    marked = soft_mask.sum(dtype=np.float64)  #+
    return float(marked / soft_mask.size)


def overlap_score(soft_mask, reference):
    a = np.asarray(soft_mask, dtype=np.float32)
    b = np.asarray(reference, dtype=np.float32)
    hit = 2.0 * float((a * b).sum(dtype=np.float64))
    size = float(a.sum(dtype=np.float64) + b.sum(dtype=np.float64))
    return hit / size if size > 0 else 1.0


def tile_mask(logits, size=1024):
    h, w = logits.shape
    prob = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30).astype(np.float32)))
    out = np.zeros((size, size), dtype=np.float16)
    out[:h, :w] = prob[:size, :size]
    return out


def select_slides(folder, low=0.05, high=0.95):
    chosen = []
    for i, shard in enumerate(iter_shards(folder)):
        mask = tile_mask(np.asarray(shard))
        share = coverage(mask)
        if low <= share <= high:
            chosen.append((i, share))
    return chosen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--low", type=float, default=0.05)
    parser.add_argument("--high", type=float, default=0.95)
    args = parser.parse_args()
    for index, share in select_slides(args.folder, args.low, args.high):
        print(f"{index:05d} {share:.3f}")


if __name__ == "__main__":
    main()
