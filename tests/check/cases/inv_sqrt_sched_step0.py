import math

def lr(step, warm):
    return min(1 / math.sqrt(step), step / warm ** 1.5)  # NS302
