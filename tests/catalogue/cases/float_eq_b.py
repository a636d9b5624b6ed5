# origin: == on floats
# kinds: NS222
import numpy as np


def find(grid, step):
    values = grid * step
    return np.where(values == 0.7)[0]  #!
    return np.where(np.isclose(values, 0.7))[0]  #+
