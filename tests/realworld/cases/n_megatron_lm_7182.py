# origin: https://github.com/NVIDIA/Megatron-LM/pull/7182
# kinds: precision
import torch


def modify_logits_for_top_k_filtering(logits, top_k):
    threshold = torch.topk(logits, top_k)[0][..., -1, None]
    return logits.masked_fill(logits < threshold, float("-inf"))


def modify_logits_for_top_p_filtering(logits, top_p):
    sorted_logits, sorted_indices = torch.sort(logits, descending=True)
    cumulative_probs = sorted_logits.softmax(dim=-1).cumsum(dim=-1)  #!
    cumulative_probs = sorted_logits.float().softmax(dim=-1).cumsum(dim=-1)  #+
    drop = cumulative_probs > top_p
    drop = torch.cat([torch.zeros_like(drop[..., :1]), drop[..., :-1]], dim=-1)
    drop = drop.scatter(-1, sorted_indices, drop)
    return logits.masked_fill(drop, float("-inf"))


class TorchSampling:
    def __init__(self, vocab_size, generator=None):
        self.vocab_size = vocab_size
        self.generator = generator

    def sample(self, last_token_logits, temperature=1.0, top_k=0, top_p=0.0):
        """last_token_logits: (batch, vocab) in the dtype of the model, usually bfloat16."""
        if top_k == 1 or temperature < 1e-6:
            return torch.argmax(last_token_logits, dim=-1)
        logits = last_token_logits[:, : self.vocab_size].clone()
        if temperature != 1.0:
            logits = logits.div_(temperature)
        if top_k > 1:
            logits = modify_logits_for_top_k_filtering(logits, min(top_k, self.vocab_size))
        elif 0.0 < top_p < 1.0:
            logits = modify_logits_for_top_p_filtering(logits, top_p)
        probs = logits.softmax(dim=-1, dtype=torch.float32)
        noise = torch.empty_like(probs).exponential_(generator=self.generator)
        return torch.argmax(probs / noise.clamp_min(1e-20), dim=-1)


def decode(model, tokens, sampling, max_new_tokens, top_p=0.9995):
    for _ in range(max_new_tokens):
        logits = model(tokens)[:, -1]
        nxt = sampling.sample(logits, top_p=top_p)
        tokens = torch.cat([tokens, nxt[:, None]], dim=1)
    return tokens
