# origin: one-sided differences
# kinds: NS220
import torch


def slope(f, x, h=1e-3):
    return (f(x + h) - f(x)) / h  #!
    return (f(x + h) - f(x - h)) / (2 * h)  #+
