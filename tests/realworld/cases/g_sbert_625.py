# origin: https://github.com/huggingface/sentence-transformers/issues/625
# kinds: domain
import queue

import numpy as np
import torch


def pytorch_cos_sim(a, b):
    """Computes the cosine similarity cos_sim(a[i], b[j]) for all i and j."""
    if not isinstance(a, torch.Tensor):
        a = torch.tensor(np.array(a))
    if not isinstance(b, torch.Tensor):
        b = torch.tensor(np.array(b))
    if len(a.shape) == 1:
        a = a.unsqueeze(0)
    if len(b.shape) == 1:
        b = b.unsqueeze(0)
    a_norm = a / a.norm(dim=1)[:, None]  #!
    b_norm = b / b.norm(dim=1)[:, None]  #!
    a_norm = torch.nn.functional.normalize(a, p=2, dim=1)  #+
    b_norm = torch.nn.functional.normalize(b, p=2, dim=1)  #+
    return torch.mm(a_norm, b_norm.transpose(0, 1))


def semantic_search(query_embeddings, corpus_embeddings, query_chunk_size=100, top_k=10):
    queries_result_list = []
    for start in range(0, len(query_embeddings), query_chunk_size):
        cos_scores = pytorch_cos_sim(query_embeddings[start : start + query_chunk_size], corpus_embeddings)
        values, idx = torch.topk(cos_scores, min(top_k, len(cos_scores[0])), dim=1, largest=True, sorted=False)
        for row, ids in zip(values.cpu().tolist(), idx.cpu().tolist()):
            queries_result_list.append([{"corpus_id": i, "score": s} for i, s in zip(ids, row)])
    return queries_result_list
