import numpy as np


def f(xs):
    acc = np.zeros(10, dtype=np.float16)
    for x in xs:
        acc += x  # NS614
    return acc / len(xs)
