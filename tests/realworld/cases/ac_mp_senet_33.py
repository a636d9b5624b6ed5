# origin: https://github.com/yxlu-0102/MP-SENet/issues/33
# kinds: domain overflow
import os
import random

import numpy as np
import torch
import torch.utils.data


def mag_pha_stft(y, n_fft, hop_size, win_size, compress_factor=1.0):
    hann_window = torch.hann_window(win_size).to(y.device)
    stft_spec = torch.stft(y, n_fft, hop_length=hop_size, win_length=win_size, window=hann_window, center=True,
                           pad_mode='reflect', normalized=False, return_complex=True)
    stft_spec = torch.view_as_real(stft_spec)
    mag = torch.sqrt(stft_spec.pow(2).sum(-1) + 1e-9)
    pha = torch.atan2(stft_spec[:, :, :, 1] + 1e-10, stft_spec[:, :, :, 0] + 1e-5)
    mag = torch.pow(mag, compress_factor)
    com = torch.stack((mag * torch.cos(pha), mag * torch.sin(pha)), dim=-1)
    return mag, pha, com


class Dataset(torch.utils.data.Dataset):
    def __init__(self, training_indexes, clean_wavs_dir, noisy_wavs_dir, segment_size=32000, n_fft=400, hop_size=100,
                 win_size=400, compress_factor=0.3, split=True, load=np.load):
        self.audio_indexes = training_indexes
        self.clean_wavs_dir = clean_wavs_dir
        self.noisy_wavs_dir = noisy_wavs_dir
        self.segment_size = segment_size
        self.n_fft, self.hop_size, self.win_size = n_fft, hop_size, win_size
        self.compress_factor = compress_factor
        self.split = split
        self.load = load

    def __getitem__(self, index):
        filename = self.audio_indexes[index]
        clean_audio = self.load(os.path.join(self.clean_wavs_dir, filename))
        noisy_audio = self.load(os.path.join(self.noisy_wavs_dir, filename))
        if np.max(np.abs(noisy_audio)) == 0.0:  #+
            noise = np.random.normal(0, 0.00001, len(noisy_audio)).astype(noisy_audio.dtype)  #+
            noisy_audio = np.add(noisy_audio, noise)  #+
        length = min(len(clean_audio), len(noisy_audio))
        clean_audio, noisy_audio = clean_audio[:length], noisy_audio[:length]

        clean_audio, noisy_audio = torch.FloatTensor(clean_audio), torch.FloatTensor(noisy_audio)
        norm_factor = torch.sqrt(len(noisy_audio) / torch.sum(noisy_audio ** 2.0))  #*
        clean_audio = (clean_audio * norm_factor).unsqueeze(0)  #*
        noisy_audio = (noisy_audio * norm_factor).unsqueeze(0)  #*

        if self.split:
            if clean_audio.size(1) >= self.segment_size:
                start = random.randint(0, clean_audio.size(1) - self.segment_size)
                clean_audio = clean_audio[:, start:start + self.segment_size]
                noisy_audio = noisy_audio[:, start:start + self.segment_size]
            else:
                pad = self.segment_size - clean_audio.size(1)
                clean_audio = torch.nn.functional.pad(clean_audio, (0, pad), 'constant')
                noisy_audio = torch.nn.functional.pad(noisy_audio, (0, pad), 'constant')

        args = (self.n_fft, self.hop_size, self.win_size, self.compress_factor)
        clean_mag, clean_pha, clean_com = mag_pha_stft(clean_audio, *args)
        noisy_mag, noisy_pha, noisy_com = mag_pha_stft(noisy_audio, *args)
        return clean_mag.squeeze(), clean_pha.squeeze(), noisy_mag.squeeze(), noisy_pha.squeeze()

    def __len__(self):
        return len(self.audio_indexes)
