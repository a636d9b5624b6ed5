# origin: == on floats
# kinds: NS222
import numpy as np


class Line:
    def same(self, a, b):
        return np.sqrt(a) * np.sqrt(b) == np.sqrt(a * b)  #!
        return np.isclose(np.sqrt(a) * np.sqrt(b), np.sqrt(a * b))  #+
