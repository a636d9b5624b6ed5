# origin: https://github.com/run-llama/llama_index/pull/23050
# kinds: domain
import heapq
from enum import Enum
from typing import Callable, List, Optional, Tuple

import numpy as np

Embedding = List[float]


class SimilarityMode(str, Enum):
    DEFAULT = "cosine"
    DOT_PRODUCT = "dot_product"
    EUCLIDEAN = "euclidean"


def similarity(embedding1: Embedding, embedding2: Embedding, mode: SimilarityMode = SimilarityMode.DEFAULT) -> float:
    """Get embedding similarity."""
    if mode == SimilarityMode.EUCLIDEAN:
        return -float(np.linalg.norm(np.array(embedding1) - np.array(embedding2)))
    elif mode == SimilarityMode.DOT_PRODUCT:
        return np.dot(embedding1, embedding2)
    else:
        product = np.dot(embedding1, embedding2)
        norm = np.linalg.norm(embedding1) * np.linalg.norm(embedding2)
        if norm == 0:  #+
            return 0.0  #+
        return product / norm  #*


def get_top_k_embeddings(
    query_embedding: Embedding,
    embeddings: List[Embedding],
    similarity_fn: Optional[Callable[..., float]] = None,
    similarity_top_k: Optional[int] = None,
) -> Tuple[List[float], List[int]]:
    similarity_fn = similarity_fn or similarity
    heap: List[Tuple[float, int]] = []
    for i, emb in enumerate(embeddings):
        heapq.heappush(heap, (similarity_fn(query_embedding, emb), i))
        if similarity_top_k and len(heap) > similarity_top_k:
            heapq.heappop(heap)
    result = sorted(heap, key=lambda x: x[0], reverse=True)
    return [s for s, _ in result], [i for _, i in result]
