# origin: https://github.com/facebookresearch/ParlAI/pull/2536
# kinds: overflow
import torch
import torch.nn as nn
import torch.nn.functional as F

NEAR_INF = 1e20
NEAR_INF_FP16 = 65504


def neginf(dtype: torch.dtype) -> float:
    return -NEAR_INF_FP16 if dtype is torch.float16 else -NEAR_INF


class AttentionLayer(nn.Module):
    """Attention of the decoder over encoder states, 'general' type."""

    def __init__(self, hidden_size, embedding_size):
        super().__init__()
        self.attn = nn.Linear(hidden_size, hidden_size, bias=False)
        self.attn_combine = nn.Linear(hidden_size + embedding_size, embedding_size, bias=False)

    def forward(self, xes, hidden, enc_out, attn_mask=None):
        # xes: [bsz, 1, emb], hidden: [bsz, hid], enc_out: [bsz, seqlen, hid]
        hid = self.attn(hidden).unsqueeze(1)
        attn_w_premask = torch.bmm(hid, enc_out.transpose(1, 2)).squeeze(1)
        if attn_mask is not None:
            attn_w_premask.masked_fill_(~attn_mask, -NEAR_INF)  #!
            attn_w_premask.masked_fill_(~attn_mask, neginf(attn_w_premask.dtype))  #+
        attn_weights = F.softmax(attn_w_premask, dim=1)
        attn_applied = torch.bmm(attn_weights.unsqueeze(1), enc_out)
        merged = torch.cat((xes.squeeze(1), attn_applied.squeeze(1)), 1)
        output = torch.tanh(self.attn_combine(merged).unsqueeze(1))
        return output, attn_weights


class Seq2seqDecoderStep(nn.Module):
    def __init__(self, hidden_size, embedding_size, fp16=True):
        super().__init__()
        self.attention = AttentionLayer(hidden_size, embedding_size)
        self.rnn = nn.GRU(embedding_size, hidden_size, batch_first=True)
        if fp16:
            self.half()

    def forward(self, xes, hidden, enc_out, pad_mask):
        xes, _ = self.attention(xes, hidden[-1], enc_out, attn_mask=pad_mask)
        return self.rnn(xes, hidden)
