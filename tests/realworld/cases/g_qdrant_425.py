# origin: https://github.com/qdrant/qdrant-client/pull/425
# kinds: domain
from typing import List, Union

import numpy as np

EPSILON = 1.1920929e-7  #+
types_NumpyArray = np.ndarray


def cosine_similarity(query: types_NumpyArray, vectors: types_NumpyArray) -> types_NumpyArray:
    """Calculate cosine distance between query and vectors."""
    vectors_norm = np.linalg.norm(vectors, axis=-1)[:, np.newaxis]
    vectors /= np.where(vectors_norm != 0.0, vectors_norm, EPSILON)  #+
    vectors /= vectors_norm  #!

    if len(query.shape) == 1:
        query_norm = np.linalg.norm(query)
        query /= np.where(query_norm != 0.0, query_norm, EPSILON)  #+
        query /= query_norm  #!
        return np.dot(vectors, query)

    query_norm = np.linalg.norm(query, axis=-1)[:, np.newaxis]
    query /= np.where(query_norm != 0.0, query_norm, EPSILON)  #+
    query /= query_norm  #!
    return np.dot(query, vectors.T)


def dot_product(query: types_NumpyArray, vectors: types_NumpyArray) -> types_NumpyArray:
    return np.dot(vectors, query) if len(query.shape) == 1 else np.dot(query, vectors.T)


def calculate_distance(query: types_NumpyArray, vectors: types_NumpyArray, distance_type: str) -> types_NumpyArray:
    if distance_type == "Cosine":
        return cosine_similarity(query, vectors)
    elif distance_type == "Dot":
        return dot_product(query, vectors)
    raise ValueError(f"Unknown distance type {distance_type}")
