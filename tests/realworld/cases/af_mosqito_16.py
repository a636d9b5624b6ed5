# origin: https://github.com/Eomys/MoSQITo/issues/16
# kinds: domain
import numpy as np

P_REF = 2e-5


def amp2db(amp, ref=1):
    """Linear to dB conversion

    Parameters
    ----------
    amp : numpy.array
        amplitude
    ref : float
        reference value

    Outputs
    -------
    numpy.array
        dB values
    """
    amp = np.where(amp == 0, 2e-12, amp)  #+
    db = 20 * np.log10(amp / ref)  #*
    return db


def db2amp(db, ref=1):
    """dB to linear conversion"""
    return ref * np.power(10, 0.05 * db)


def comp_spectrum(signal, fs, nfft, overlap=0):
    """One-sided amplitude spectrum of each frame of the signal"""
    hop = int(nfft * (1 - overlap))
    nb_frame = 1 + (len(signal) - nfft) // hop
    window = np.blackman(nfft)
    window = window / window.sum()
    spectrum = np.zeros((nb_frame, nfft // 2))
    for i in range(nb_frame):
        frame = signal[i * hop : i * hop + nfft] * window
        spectrum[i, :] = np.abs(np.fft.fft(frame))[: nfft // 2] * 1.42
    freqs = np.arange(nfft // 2) * fs / nfft
    return spectrum, freqs


def comp_roughness(signal, fs, overlap=0):
    """Roughness-like index: level fluctuation of the spectrum around its mean, frame by frame"""
    nfft = int(0.2 * fs)
    spectrum, freqs = comp_spectrum(signal, fs, nfft, overlap)
    R = np.zeros(len(spectrum))
    for i, spec in enumerate(spectrum):
        spec_db = amp2db(spec, ref=P_REF)
        level = spec_db - spec_db.mean()
        weight = np.exp(-freqs / 5000.0)
        R[i] = np.sqrt(np.mean(weight * level**2))
    time = np.arange(len(R)) * 0.2 * (1 - overlap)
    return {"name": "Roughness", "values": R, "time": time}


if __name__ == "__main__":
    fs = 48000
    t = np.arange(2 * fs) / fs
    tone = 0.1 * np.sin(2 * np.pi * 1000 * t) * (1 + np.sin(2 * np.pi * 70 * t))
    signal = np.concatenate([tone, np.zeros(fs)])
    print(comp_roughness(signal, fs)["values"])
