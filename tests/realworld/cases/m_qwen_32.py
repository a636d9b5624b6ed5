# origin: https://github.com/QwenLM/Qwen/issues/32
# kinds: overflow loss-scale precision underflow explosion
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessor


class StopWordsLogitsProcessor(LogitsProcessor):
    """Forces the end-of-text token once a stop sequence has been produced."""

    def __init__(self, stop_words_ids, eos_token_id):
        self.stop_words_ids = stop_words_ids
        self.eos_token_id = eos_token_id

    def _ends_with(self, tokens, stop_ids):
        if len(stop_ids) > len(tokens):
            return False
        return tokens[len(tokens) - len(stop_ids):] == stop_ids

    def __call__(self, input_ids, scores):
        for i, row in enumerate(input_ids.tolist()):
            if any(self._ends_with(row, stop_ids) for stop_ids in self.stop_words_ids):
                scores[i, self.eos_token_id] = float(2 ** 30)  #!
                scores[i, :] = float("-inf")  #+
                scores[i, self.eos_token_id] = 0.0  #+
        return scores


def chat(checkpoint, prompt, stop_words):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForCausalLM.from_pretrained(checkpoint, torch_dtype=torch.float16)
    model = model.cuda().eval()
    stop_ids = [tokenizer.encode(word) for word in stop_words]
    processor = StopWordsLogitsProcessor(stop_ids, tokenizer.eos_token_id)
    inputs = tokenizer(prompt, return_tensors="pt").to("cuda")
    with torch.no_grad():
        output = model.generate(**inputs, logits_processor=[processor], max_new_tokens=256)
    return tokenizer.decode(output[0], skip_special_tokens=True)
