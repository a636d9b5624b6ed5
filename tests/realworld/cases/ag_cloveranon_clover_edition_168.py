# origin: https://github.com/cloveranon/Clover-Edition/issues/168
# kinds: loss-scale underflow precision domain
import torch
import torch.nn.functional as F


def top_k_top_p_filtering(logits, top_k=0, top_p=0.0, filter_value=-float("inf")):
    """Keep only the top_k tokens, then the nucleus of probability top_p."""
    top_k = min(top_k, logits.size(-1))
    if top_k > 0:
        indices_to_remove = logits < torch.topk(logits, top_k)[0][..., -1, None]
        logits[indices_to_remove] = filter_value

    if top_p > 0.0:
        sorted_logits, sorted_indices = torch.sort(logits, descending=True)
        cumulative_probs = torch.cumsum(F.softmax(sorted_logits, dim=-1), dim=-1)
        sorted_indices_to_remove = cumulative_probs > top_p
        sorted_indices_to_remove[..., 1:] = sorted_indices_to_remove[..., :-1].clone()
        sorted_indices_to_remove[..., 0] = 0
        indices_to_remove = sorted_indices_to_remove.scatter(
            dim=-1, index=sorted_indices, src=sorted_indices_to_remove)
        logits[indices_to_remove] = filter_value
    return logits


def sample_sequence(model, length, context, temperature=1.0, top_k=0, top_p=0.0):
    context = torch.tensor(context, dtype=torch.long).unsqueeze(0)
    generated = context
    with torch.no_grad():
        for j in range(length):
            logits = model(generated)[0, -1, :]
            logits = logits.float()  #+
            logits = logits / (temperature if temperature > 0 else 1.0)
            logits = top_k_top_p_filtering(logits, top_k=top_k, top_p=top_p)
            if temperature == 0:
                next_token = torch.argmax(logits, dim=-1).unsqueeze(-1)
            else:
                next_token = torch.multinomial(F.softmax(logits, dim=-1), num_samples=1)  #*
            generated = torch.cat((generated, next_token.unsqueeze(0)), dim=1)
    return generated[0, context.size(1):]


class GPT2Generator:
    def __init__(self, model, generate_num=60, temperature=0.4, top_k=40, top_p=0.9, dtype=torch.float16):
        self.generate_num = generate_num
        self.temp = temperature
        self.top_k = top_k
        self.top_p = top_p
        self.model = model.to(dtype).eval()

    def generate_raw(self, context_tokens):
        return sample_sequence(self.model, self.generate_num, context_tokens,
                               temperature=self.temp, top_k=self.top_k, top_p=self.top_p)
