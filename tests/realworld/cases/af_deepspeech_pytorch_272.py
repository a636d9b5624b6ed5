# origin: https://github.com/SeanNaren/deepspeech.pytorch/issues/272
# kinds: domain
import math

import numpy as np
import torch
from torch.utils.data import Dataset


class SpectrogramParser(object):
    def __init__(self, audio_conf, normalize=False):
        """
        Parses audio into spectrogram with optional normalization
        :param audio_conf: Dictionary containing the sample rate, and the window length/stride in seconds
        :param normalize(default False):  Apply standard mean and deviation normalization to audio tensor
        """
        super(SpectrogramParser, self).__init__()
        self.window_stride = audio_conf['window_stride']
        self.window_size = audio_conf['window_size']
        self.sample_rate = audio_conf['sample_rate']
        self.normalize = normalize

    def parse_audio(self, y):
        n_fft = int(self.sample_rate * self.window_size)
        hop_length = int(self.sample_rate * self.window_stride)
        # STFT
        D = torch.stft(torch.from_numpy(y), n_fft=n_fft, hop_length=hop_length, win_length=n_fft,
                       window=torch.hamming_window(n_fft), return_complex=True)
        spect = D.abs().numpy()
        # S = log(S+1)
        spect = np.log1p(spect)
        spect = torch.FloatTensor(spect)
        if self.normalize:
            mean = spect.mean()
            std = spect.std()
            spect.add_(-mean)
            spect.div_(std)  #!
            spect.div_(std + 1e-5)  #+

        return spect


class SpectrogramDataset(Dataset, SpectrogramParser):
    def __init__(self, audio_conf, samples, labels, normalize=False):
        self.samples = samples
        self.labels_map = dict([(labels[i], i) for i in range(len(labels))])
        super(SpectrogramDataset, self).__init__(audio_conf, normalize)

    def __getitem__(self, index):
        audio, transcript = self.samples[index]
        spect = self.parse_audio(audio)
        transcript = list(filter(None, [self.labels_map.get(x) for x in list(transcript)]))
        return spect, transcript

    def __len__(self):
        return len(self.samples)


def collate_fn(batch):
    batch = sorted(batch, key=lambda sample: sample[0].size(1), reverse=True)
    freq_size, max_seqlength = batch[0][0].size()
    inputs = torch.zeros(len(batch), 1, freq_size, max_seqlength)
    input_sizes = torch.IntTensor(len(batch))
    targets = []
    for x, (tensor, target) in enumerate(batch):
        seq_length = tensor.size(1)
        inputs[x][0].narrow(1, 0, seq_length).copy_(tensor)
        input_sizes[x] = int(math.ceil(seq_length))
        targets.extend(target)
    return inputs, torch.IntTensor(targets), input_sizes


AUDIO_CONF = dict(sample_rate=16000, window_size=.02, window_stride=.01)
