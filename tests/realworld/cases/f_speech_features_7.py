# origin: https://github.com/jameslyons/python_speech_features/pull/7
# kinds: domain
import numpy
from scipy.fftpack import dct

from features import sigproc


def mfcc(signal, samplerate=16000, winlen=0.025, winstep=0.01, numcep=13, nfilt=26, nfft=512,
         lowfreq=0, highfreq=None, preemph=0.97, ceplifter=22, appendEnergy=True):
    feat, energy = fbank(signal, samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph)
    feat = numpy.log(feat)  #*
    feat = dct(feat, type=2, axis=1, norm="ortho")[:, :numcep]
    feat = lifter(feat, ceplifter)
    if appendEnergy:
        feat[:, 0] = numpy.log(energy)  #*
    return feat


def fbank(signal, samplerate=16000, winlen=0.025, winstep=0.01, nfilt=26, nfft=512,
          lowfreq=0, highfreq=None, preemph=0.97):
    highfreq = highfreq or samplerate / 2
    signal = sigproc.preemphasis(signal, preemph)
    frames = sigproc.framesig(signal, winlen * samplerate, winstep * samplerate)
    pspec = 1.0 / nfft * numpy.square(numpy.absolute(numpy.fft.rfft(frames, nfft)))
    energy = numpy.sum(pspec, 1)
    energy = numpy.where(energy == 0, numpy.finfo(float).eps, energy)  #+
    fb = get_filterbanks(nfilt, nfft, samplerate, lowfreq, highfreq)
    feat = numpy.dot(pspec, fb.T)
    feat = numpy.where(feat == 0, numpy.finfo(float).eps, feat)  #+
    return feat, energy


def get_filterbanks(nfilt, nfft, samplerate, lowfreq, highfreq):
    points = numpy.linspace(lowfreq, highfreq, nfilt + 2)
    bins = numpy.floor((nfft + 1) * points / samplerate).astype(int)
    fbank = numpy.zeros([nfilt, nfft // 2 + 1])
    for j in range(nfilt):
        fbank[j, bins[j] : bins[j + 2]] = numpy.bartlett(bins[j + 2] - bins[j])
    return fbank


def lifter(cepstra, L=22):
    n = numpy.arange(numpy.shape(cepstra)[1])
    return (1 + (L / 2) * numpy.sin(numpy.pi * n / L)) * cepstra
