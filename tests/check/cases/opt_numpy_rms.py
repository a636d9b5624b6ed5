import numpy as np

def step(w, g, cache, lr):
    cache = 0.9 * cache + 0.1 * g ** 2
    w -= lr * g / np.sqrt(cache)  # NS302
    return w, cache
