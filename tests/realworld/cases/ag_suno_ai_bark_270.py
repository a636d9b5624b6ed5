# origin: https://github.com/suno-ai/bark/issues/270
# kinds: domain overflow
import numpy as np
import torch
import torch.nn.functional as F

SEMANTIC_VOCAB_SIZE = 10_000
TEXT_ENCODING_OFFSET = 10_048
SEMANTIC_PAD_TOKEN = 10_000


def filter_top_p(relevant_logits, top_p):
    original_device = relevant_logits.device
    logits_np = relevant_logits.detach().cpu().type(torch.float32).numpy()
    sorted_indices = np.argsort(logits_np)[::-1]
    sorted_logits = logits_np[sorted_indices]
    cumulative_probs = np.cumsum(F.softmax(torch.from_numpy(sorted_logits.copy()), dim=-1).numpy())
    sorted_indices_to_remove = cumulative_probs > top_p
    sorted_indices_to_remove[1:] = sorted_indices_to_remove[:-1].copy()
    sorted_indices_to_remove[0] = False
    logits_np[sorted_indices[sorted_indices_to_remove]] = -np.inf
    return torch.from_numpy(logits_np).to(original_device)


def generate_text_semantic(model, encoded_text, temp=0.7, top_k=None, top_p=None,
                           min_eos_p=0.2, n_tot_steps=768, allow_early_stop=True):
    """Generate semantic tokens from encoded text."""
    x = torch.from_numpy(np.asarray(encoded_text, dtype=np.int64) + TEXT_ENCODING_OFFSET)[None]
    n_text = x.shape[1]
    with torch.inference_mode():
        for n in range(n_tot_steps):
            logits = model(x)
            relevant_logits = logits[0, 0, :SEMANTIC_VOCAB_SIZE]
            if allow_early_stop:
                relevant_logits = torch.hstack(
                    (relevant_logits, logits[0, 0, [SEMANTIC_PAD_TOKEN]]))
            if top_p is not None:
                relevant_logits = filter_top_p(relevant_logits, top_p)
            if top_k is not None:
                v, _ = torch.topk(relevant_logits, min(top_k, relevant_logits.size(-1)))
                relevant_logits[relevant_logits < v[-1]] = -float("Inf")
            probs = F.softmax(relevant_logits / temp, dim=-1)  #!
            relevant_logits = relevant_logits - relevant_logits.max()  #+
            probs = F.softmax(relevant_logits / max(temp, 1e-5), dim=-1)  #+
            item_next = torch.multinomial(probs, num_samples=1)
            if allow_early_stop and (
                item_next == SEMANTIC_VOCAB_SIZE
                or (min_eos_p is not None and probs[-1] >= min_eos_p)
            ):
                break
            x = torch.cat((x, item_next[None]), dim=1)
    return x[0, n_text:].numpy()


def semantic_batch(model, texts, temps):
    return [generate_text_semantic(model, t, temp=s, n_tot_steps=64) for t, s in zip(texts, temps)]
