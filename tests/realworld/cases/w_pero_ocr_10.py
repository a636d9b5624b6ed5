# origin: https://github.com/DCGM/pero-ocr/pull/10
# kinds: overflow underflow domain
import numpy as np


def log_softmax(x):
    a = np.log(np.sum(np.exp(x), axis=1))[:, np.newaxis]  #!
    a = np.logaddexp.reduce(x, axis=1)[:, np.newaxis]  #+
    return x - a


class TextLine:
    def __init__(self, id=None, logits=None, characters=None, logit_coords=None):
        self.id = id
        self.logits = logits
        self.characters = characters
        self.logit_coords = logit_coords
        self.transcription = None
        self.transcription_confidence = None

    def get_dense_logits(self, zero_logit_value=-80):
        dense_logits = np.array(self.logits, dtype=np.float32)
        dense_logits[dense_logits == 0] = zero_logit_value
        return dense_logits

    def get_full_logprobs(self, zero_logit_value=-80):
        dense_logits = self.get_dense_logits(zero_logit_value)
        return log_softmax(dense_logits)


def greedy_decode(line):
    logprobs = line.get_full_logprobs()
    if line.logit_coords is not None:
        start, stop = line.logit_coords
        logprobs = logprobs[start:stop]
    blank = logprobs.shape[1] - 1
    best = logprobs.argmax(axis=1)
    symbols = []
    previous = blank
    for s in best:
        if s != previous and s != blank:
            symbols.append(line.characters[s])
        previous = s
    line.transcription = "".join(symbols)
    line.transcription_confidence = float(np.exp(logprobs.max(axis=1).mean()))
    return line
