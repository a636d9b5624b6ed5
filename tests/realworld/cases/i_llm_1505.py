# origin: https://github.com/simonw/llm/pull/1505
# kinds: domain
import math
import struct

import torch


def encode(values):
    return struct.pack("<" + "f" * len(values), *values)


def decode(binary):
    return struct.unpack("<" + "f" * (len(binary) // 4), binary)


def cosine_similarity(a, b):
    a, b = torch.tensor(a), torch.tensor(b)
    dot_product = (a * b).sum()
    magnitude_a = (a * a).sum().sqrt()
    magnitude_b = (b * b).sum().sqrt()
    if magnitude_a == 0 or magnitude_b == 0:  #+
        return 0.0  #+
    return (dot_product / (magnitude_a * magnitude_b)).item()  #*


class Collection:
    def __init__(self, db, model):
        self.db, self.model = db, model

    def similar_by_vector(self, vector, number=10):
        scored = [
            (cosine_similarity(vector, decode(row["embedding"])), row["id"]) for row in self.db["embeddings"].rows
        ]
        scored.sort(key=lambda pair: -pair[0] if not math.isnan(pair[0]) else 0)
        return scored[:number]
