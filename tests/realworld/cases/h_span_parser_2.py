# origin: https://github.com/jhcross/span-parser/issues/2
# kinds: overflow
import argparse
import random

import numpy as np


class Sampler:
    def __init__(self, alpha=1.0, seed=0):
        self.alpha = alpha
        self.random = random.Random(seed)

    def softmax(self, scores):
        x = np.asarray(scores) * self.alpha
        x = x - x.max()  #+
        exp = np.exp(x)  #*
        return exp / exp.sum()  #*

    def choose(self, scores, actions):
        probabilities = self.softmax(scores)
        draw, total = self.random.random(), 0.0
        for action, p in zip(actions, probabilities):
            total += p
            if draw < total:
                return action
        return actions[-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--alpha", type=float, default=1.0)
    args = parser.parse_args()
    sampler = Sampler(args.alpha)
    print(sampler.choose([10.0, -3.0, 0.5], ["shift", "combine", "label"]))


if __name__ == "__main__":
    main()
