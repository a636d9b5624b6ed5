# origin: https://github.com/ritchieleeann/Hackbright-Project/issues/1
# kinds: domain
import numpy as np


def hertz_to_mel(freq):
    return 1125 * np.log(1 + freq / 700)


def mel_to_hertz(mel):
    return 700 * (np.exp(mel / 1125) - 1)


def mel_filterbank(block_size, sample_rate, num_bands=13, min_hz=0, max_hz=22000):
    max_mel = hertz_to_mel(max_hz)
    min_mel = hertz_to_mel(min_hz)
    mels = np.linspace(min_mel, max_mel, num_bands + 2)
    aux = mel_to_hertz(mels) / (sample_rate / 2) * block_size
    filter_matrix = np.zeros((num_bands, block_size))
    for band in range(num_bands):
        left, center, right = aux[band], aux[band + 1], aux[band + 2]
        bins = np.arange(block_size)
        up = (bins - left) / (center - left)
        down = (right - bins) / (right - center)
        filter_matrix[band] = np.maximum(0, np.minimum(up, down))
    return filter_matrix


def dct(x):
    n = len(x)
    k = np.arange(n)[:, None]
    return 2 * np.sum(x * np.cos(np.pi * k * (2 * np.arange(n) + 1) / (2 * n)), axis=1)


def powerspectrum(signal, frame_size=1024, hop=512):
    frames = [signal[i:i + frame_size] * np.hamming(frame_size)
              for i in range(0, len(signal) - frame_size + 1, hop)]
    return [np.abs(np.fft.rfft(frame))[:frame_size // 2] ** 2 for frame in frames]


def MFCC(power_spectrum, filter_matrix):
    dct_spectrum = []
    for power in power_spectrum:
        filtered_spectrum = np.dot(power, filter_matrix.T)
        log_spectrum = np.log(filtered_spectrum)  #!
        log_spectrum = np.log(np.maximum(filtered_spectrum, np.finfo(float).eps))  #+
        dct_item = dct(log_spectrum)
        dct_spectrum.append(dct_item)
    return dct_spectrum


def average_mfcc(signal, sample_rate=44100):
    spectrum = powerspectrum(signal.astype(np.float64) / 32768.0)
    filters = mel_filterbank(512, sample_rate)
    return np.mean(MFCC(spectrum, filters), axis=0)
