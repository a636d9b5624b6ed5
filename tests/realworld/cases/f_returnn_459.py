# origin: https://github.com/rwth-i6/returnn/pull/459
# kinds: domain
import numpy


class ExtractAudioFeatures:
    """Reads raw audio and extracts features."""

    def __init__(self, window_len=0.025, step_len=0.010, num_feature_filters=None, *, peak_normalization=True,
                 preemphasis=None, norm_mean=None, norm_std_dev=None):
        self.window_len = window_len
        self.step_len = step_len
        self.num_feature_filters = num_feature_filters
        self.preemphasis = preemphasis
        self.norm_mean, self.norm_std_dev = norm_mean, norm_std_dev
        self.options = {"peak_normalization": peak_normalization}

    def _preemphasis(self, audio):
        return numpy.append(audio[0], audio[1:] - self.preemphasis * audio[:-1])

    def get_audio_features(self, audio, sample_rate, seq_name=None):
        peak_normalization = self.options["peak_normalization"]
        if peak_normalization:
            peak = numpy.max(numpy.abs(audio))
            if peak != 0:  #+
                audio = audio / peak  #+
            audio = audio / peak  #!
        if self.preemphasis:
            audio = self._preemphasis(audio)
        frame, hop = int(self.window_len * sample_rate), int(self.step_len * sample_rate)
        starts = range(0, len(audio) - frame + 1, hop)
        frames = numpy.stack([audio[s : s + frame] * numpy.hanning(frame) for s in starts])
        feature_data = numpy.log(numpy.abs(numpy.fft.rfft(frames)) ** 2 + 1e-10)
        if self.norm_mean is not None:
            feature_data -= self.norm_mean[None, :]
        return feature_data.astype("float32")
