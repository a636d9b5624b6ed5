# origin: https://github.com/pytorch/pytorch/issues/69512
# kinds: overflow underflow
import torch
import torch.nn as nn
import torch.nn.functional as F


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    x1, x2 = torch.broadcast_tensors(x1, x2)
    dtype = x1.dtype  #+
    x1, x2 = x1.float(), x2.float()  #+
    w12 = torch.sum(x1 * x2, dim)
    w1 = torch.sum(x1 * x1, dim)  #-
    w2 = torch.sum(x2 * x2, dim)  #-
    n12 = (w1 * w2).clamp(min=eps * eps).sqrt()  #!
    return w12 / n12  #-
    n1 = torch.linalg.vector_norm(x1, dim=dim).clamp(min=eps)  #+
    n2 = torch.linalg.vector_norm(x2, dim=dim).clamp(min=eps)  #+
    return (w12 / n1 / n2).to(dtype)  #+


class SentenceEncoder(nn.Module):
    def __init__(self, vocab_size, dim=512, layers=2, heads=8):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, dim, padding_idx=0)
        layer = nn.TransformerEncoderLayer(dim, heads, 4 * dim, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, tokens):
        padding = tokens == 0
        h = self.encoder(self.embedding(tokens), src_key_padding_mask=padding)
        return h[:, 0]


class Retriever:
    def __init__(self, encoder, batch_size=64):
        self.encoder = encoder.half().eval()
        self.batch_size = batch_size
        self.documents = None

    @torch.no_grad()
    def encode(self, tokens):
        return torch.cat([self.encoder(chunk) for chunk in tokens.split(self.batch_size)])

    def index(self, tokens):
        self.documents = self.encode(tokens)

    def search(self, query_tokens, top_k=5):
        queries = self.encode(query_tokens)
        scores = cosine_similarity(queries.unsqueeze(1), self.documents.unsqueeze(0), dim=-1)
        return scores.topk(min(top_k, scores.shape[1]), dim=1)


def contrastive_accuracy(retriever, query_tokens, targets):
    _, ranked = retriever.search(query_tokens, top_k=1)
    return (ranked.squeeze(1) == targets).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    retriever = Retriever(SentenceEncoder(1000))
    docs = torch.randint(1, 1000, (32, 20))
    retriever.index(docs)
    print(contrastive_accuracy(retriever, docs[:8], torch.arange(8)))
