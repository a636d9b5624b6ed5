# origin: https://github.com/open-edge-platform/geti/pull/1507
# kinds: overflow
import numpy as np


def softmax_numpy(x: np.ndarray, eps: float = 1e-9) -> np.ndarray:
    x = np.exp(x)  #!
    x = np.exp(x - np.max(x))  #+
    x /= np.sum(x) + eps
    return x


class OTXClassification:
    """Post-processing of the raw outputs of an exported classifier."""

    def __init__(self, labels, multihead_info=None, confidence_threshold=0.5):
        self.labels = labels
        self.multihead_info = multihead_info
        self.confidence_threshold = confidence_threshold

    def postprocess(self, outputs, metadata):
        logits = outputs["logits"].squeeze().astype(np.float32)
        if self.multihead_info is None:
            return self._multiclass(logits)
        return self._hierarchical(logits)

    def _multiclass(self, logits):
        probs = softmax_numpy(logits)
        best = int(np.argmax(probs))
        return [(best, self.labels[best], float(probs[best]))]

    def _hierarchical(self, logits):
        predicted = []
        for head, (begin, end) in enumerate(self.multihead_info["head_to_range"]):
            head_logits = logits[begin:end]
            if head_logits.size == 0:
                continue
            head_probs = softmax_numpy(head_logits)
            j = int(np.argmax(head_probs))
            if head_probs[j] > self.confidence_threshold:
                name = self.multihead_info["names"][head][j]
                predicted.append((begin + j, name, float(head_probs[j])))
        return predicted
