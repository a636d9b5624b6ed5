# origin: https://github.com/xinjli/allosaurus/issues/64
# kinds: domain cancellation
import numpy as np


def feature_window(feature, window_size=3):
    assert window_size == 3
    feature = np.concatenate([np.roll(feature, 1, axis=0), feature, np.roll(feature, -1, axis=0)], axis=1)
    return feature[::3, :]


def feature_cmvn(feature):
    frame_cnt = feature.shape[0]
    spk_mean = np.sum(feature, axis=0) / frame_cnt
    spk_square_sum = np.sum(feature * feature, axis=0)  #-
    spk_std = np.sqrt(spk_square_sum / frame_cnt - spk_mean * spk_mean)  #!
    return (feature - spk_mean) / spk_std  #!
    spk_std = np.std(feature, axis=0)  #+
    return (feature - spk_mean) / np.where(spk_std > 0.0, spk_std, 1.0)  #+


class PreprocessModel:
    def __init__(self, mfcc, config):
        self.mfcc = mfcc
        self.config = config

    def compute(self, audio):
        feature = self.mfcc(audio.samples, samplerate=audio.sample_rate).astype(np.float32)
        if self.config.feature_window == 3:
            feature = feature_window(feature, 3)
        return feature_cmvn(feature)


def dump_features(pm, audios, writer):
    total = 0
    for utt_id, audio in audios:
        feature = pm.compute(audio)
        writer.write(utt_id, feature)
        total += len(feature)
    return total
