# origin: https://github.com/githubharald/CTCWordBeamSearch/pull/19
# kinds: overflow
import numpy as np


def softmax(mat):
    """Apply the softmax function to every time-step of the RNN output matrix."""
    maxT, _ = mat.shape
    res = np.zeros(mat.shape)
    for t in range(maxT):
        y = mat[t, :]
        maxValue = np.max(y)  #+
        e = np.exp(y - maxValue)  #+
        e = np.exp(y)  #!
        s = np.sum(e)
        res[t, :] = e / s
    return res


def load_matrix(lines):
    """Parse the semicolon separated RNN output, one line per time-step."""
    rows = [[float(v) for v in line.rstrip(';\n').split(';')] for line in lines]
    return np.asarray(rows)


class Beam:
    def __init__(self, text=(), prBlank=1.0, prNonBlank=0.0):
        self.text = tuple(text)
        self.prBlank = prBlank
        self.prNonBlank = prNonBlank

    def getPrTotal(self):
        return self.prBlank + self.prNonBlank


def best_path(mat, chars):
    blank = len(chars)
    best = np.argmax(mat, axis=1)
    text, last = [], blank
    for c in best:
        if c != last and c != blank:
            text.append(chars[c])
        last = c
    return ''.join(text)


def extend(beams, probs, blank, width):
    merged = {}
    for beam in beams:
        stay = merged.setdefault(beam.text, Beam(beam.text, 0.0, 0.0))
        stay.prBlank += beam.getPrTotal() * probs[blank]
        for c in range(blank):
            nxt = beam.text + (c,)
            node = merged.setdefault(nxt, Beam(nxt, 0.0, 0.0))
            node.prNonBlank += beam.getPrTotal() * probs[c]
    ranked = sorted(merged.values(), key=lambda b: b.getPrTotal(), reverse=True)
    return ranked[:width]


def decode(lines, chars):
    mat = softmax(load_matrix(lines))
    beams = [Beam()]
    for t in range(min(mat.shape[0], 20)):
        beams = extend(beams, mat[t], len(chars), width=10)
    return best_path(mat, chars), beams[0].text
