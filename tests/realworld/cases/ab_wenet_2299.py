# origin: https://github.com/wenet-e2e/wenet/pull/2299
# kinds: domain overflow method
import torch
import torch.nn.functional as F


class CTC(torch.nn.Module):
    """CTC module"""

    def __init__(self, odim, encoder_output_size, dropout_rate=0.0, reduce=True, blank_id=0):
        super().__init__()
        eprojs = encoder_output_size
        self.dropout_rate = dropout_rate
        self.ctc_lo = torch.nn.Linear(eprojs, odim)

        reduction_type = "sum" if reduce else "none"
        self.ctc_loss = torch.nn.CTCLoss(blank=blank_id, reduction=reduction_type)  #!
        self.ctc_loss = torch.nn.CTCLoss(blank=blank_id, reduction=reduction_type, zero_infinity=True)  #+

    def forward(self, hs_pad, hlens, ys_pad, ys_lens):
        """Calculate CTC loss.

        Args:
            hs_pad: batch of padded hidden state sequences (B, Tmax, D)
            hlens: batch of lengths of hidden state sequences (B)
            ys_pad: batch of padded character id sequence tensor (B, Lmax)
            ys_lens: batch of lengths of character sequence (B)
        """
        # hs_pad: (B, L, NProj) -> ys_hat: (B, L, Nvocab)
        ys_hat = self.ctc_lo(F.dropout(hs_pad, p=self.dropout_rate))
        # ys_hat: (B, L, D) -> (L, B, D)
        ys_hat = ys_hat.transpose(0, 1)
        ys_hat = ys_hat.log_softmax(2)
        loss = self.ctc_loss(ys_hat, ys_pad, hlens, ys_lens)
        # Batch-size average
        loss = loss / ys_hat.size(1)
        return loss


class ASRModel(torch.nn.Module):
    def __init__(self, vocab_size, idim=80, adim=256):
        super().__init__()
        # subsampling by four
        self.conv = torch.nn.Sequential(
            torch.nn.Conv1d(idim, adim, 3, 2), torch.nn.ReLU(),
            torch.nn.Conv1d(adim, adim, 3, 2), torch.nn.ReLU(),
        )
        self.encoder = torch.nn.GRU(adim, adim, batch_first=True)
        self.ctc = CTC(vocab_size, adim)

    def forward(self, speech, speech_lengths, text, text_lengths):
        x = self.conv(speech.transpose(1, 2)).transpose(1, 2)
        lens = ((speech_lengths - 1) // 2 - 1) // 2
        encoder_out, _ = self.encoder(x)
        return self.ctc(encoder_out, lens, text, text_lengths)
