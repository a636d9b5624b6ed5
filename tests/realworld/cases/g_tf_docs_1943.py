# origin: https://github.com/tensorflow/docs/pull/1943
# kinds: domain
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf


def get_spectrogram(waveform, input_len=16000):
    waveform = waveform[:input_len]
    zero_padding = tf.zeros([input_len] - tf.shape(waveform), dtype=tf.float32)
    equal_length = tf.concat([tf.cast(waveform, tf.float32), zero_padding], 0)
    spectrogram = tf.signal.stft(equal_length, frame_length=255, frame_step=128)
    spectrogram = tf.abs(spectrogram)
    return spectrogram[..., tf.newaxis]


def plot_spectrogram(spectrogram, ax):
    if len(spectrogram.shape) > 2:
        spectrogram = np.squeeze(spectrogram, axis=-1)
    log_spec = np.log(spectrogram.T)  #!
    log_spec = np.log(spectrogram.T + np.finfo(float).eps)  #+
    height, width = log_spec.shape
    X = np.linspace(0, np.size(spectrogram), num=width, dtype=int)
    ax.pcolormesh(X, range(height), log_spec)


def show(waveform, label):
    spectrogram = get_spectrogram(waveform)
    fig, axes = plt.subplots(2, figsize=(12, 8))
    axes[0].plot(np.arange(waveform.shape[0]), waveform.numpy())
    plot_spectrogram(spectrogram.numpy(), axes[1])
    axes[0].set_title(label)
