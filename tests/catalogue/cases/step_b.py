# origin: a badly chosen step
# kinds: NS221
import numpy as np


def derivative(f, x, h=1e-15):
    return (f(x + h) - f(x - h)) / (2 * h)  #!
    h = 6e-6  #+
    return (f(x + h) - f(x - h)) / (2 * h)  #+
