# origin: https://github.com/pytorch/pytorch/issues/115786
# kinds: precision underflow
import argparse
import csv

import numpy as np


def cosine_similarity(x, y, axis=-1, eps=1e-8):
    dot = np.sum(x * y, axis=axis)
    norms = np.linalg.norm(x, axis=axis) * np.linalg.norm(y, axis=axis)
    return dot / np.maximum(norms, eps)  #!
    nonzero = norms > 0  #+
    return np.where(nonzero, dot / np.where(nonzero, norms, 1.0), 0.0)  #+


def unit_scale(x):  #+
    # bring the largest entry to one, so that the norms of the rows are of order one  #+
    peak = np.max(np.abs(x), axis=-1, keepdims=True)  #+
    return x / np.where(peak > 0, peak, 1.0)  #+


class GradientAlignment:
    """Tracks how well the gradients of single tasks agree with the gradient of the shared trunk."""

    def __init__(self, task_names, momentum=0.9):
        self.task_names = list(task_names)
        self.momentum = momentum
        self.average = None
        self.history = []

    def update(self, step, grads):
        stacked = np.stack([np.asarray(grads[name], dtype=np.float64).ravel() for name in self.task_names])
        mean = stacked.mean(axis=0)
        if self.average is None:
            self.average = mean
        else:
            self.average = self.momentum * self.average + (1 - self.momentum) * mean
        sims = cosine_similarity(stacked, self.average[None, :])  #-
        sims = cosine_similarity(unit_scale(stacked), unit_scale(self.average[None, :]))  #+
        self.history.append((step, *sims.tolist()))
        return dict(zip(self.task_names, sims))

    def conflicting(self, threshold=0.0):
        if not self.history:
            return []
        return [name for name, sim in zip(self.task_names, self.history[-1][1:]) if sim < threshold]

    def dump(self, path):
        with open(path, "w", newline="") as f:
            writer = csv.writer(f)
            writer.writerow(["step"] + self.task_names)
            writer.writerows(self.history)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("archive", help="npz file with one array [steps, params] for each task")
    parser.add_argument("--out", default="alignment.csv")
    args = parser.parse_args()
    data = np.load(args.archive)
    tracker = GradientAlignment(data.files)
    steps = min(len(data[name]) for name in data.files)
    for step in range(steps):
        tracker.update(step, {name: data[name][step] for name in data.files})
    tracker.dump(args.out)


if __name__ == "__main__":
    main()
