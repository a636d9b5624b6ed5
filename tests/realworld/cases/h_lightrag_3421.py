# origin: https://github.com/HKUDS/LightRAG/pull/3421
# kinds: domain
import asyncio
import json

import numpy as np


def cosine_similarity(v1, v2):
    """Calculate cosine similarity between two vectors"""
    dot_product = np.dot(v1, v2)
    norm1 = np.linalg.norm(v1)
    norm2 = np.linalg.norm(v2)
    if norm1 == 0 or norm2 == 0:  #+
        return 0.0  #+
    return dot_product / (norm1 * norm2)  #*


class LLMCache:
    def __init__(self, storage, embedding_func, threshold=0.95):
        self.storage, self.embedding_func, self.threshold = storage, embedding_func, threshold

    async def lookup(self, prompt):
        current = (await self.embedding_func([prompt]))[0]
        best_similarity, best_id = -1.0, None
        for cache_id, entry in (await self.storage.all()).items():
            cached = np.array(json.loads(entry["embedding"]))
            similarity = cosine_similarity(current, cached)
            if similarity > best_similarity:
                best_similarity, best_id = similarity, cache_id
        return best_id if best_similarity > self.threshold else None


def lookup(cache, prompt):
    return asyncio.run(cache.lookup(prompt))
