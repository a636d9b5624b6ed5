# origin: https://github.com/numenta/nupic-legacy/pull/3819
# kinds: overflow
import numpy


class SDRClassifier(object):
    """Maps active bits to a distribution over buckets with a single-layer network."""

    def __init__(self, steps=(1,), alpha=0.001, actValueAlpha=0.3):
        self.steps = list(steps)
        self.alpha = alpha
        self._maxInputIdx, self._maxBucketIdx = 0, 0
        self._weightMatrix = {step: numpy.zeros((1, 1)) for step in self.steps}

    def inferSingleStep(self, patternNZ, weightMatrix):
        outputActivation = weightMatrix[patternNZ].sum(axis=0)
        outputActivation = outputActivation - numpy.max(outputActivation)  #+
        expOutputActivation = numpy.exp(outputActivation)  #-
        predictDist = expOutputActivation / numpy.sum(expOutputActivation)  #!
        predictDist = numpy.exp(outputActivation) / numpy.sum(numpy.exp(outputActivation))  #+
        return predictDist

    def _calculateError(self, recordNum, bucketIdxList, patternNZ):
        error = dict()
        targetDist = numpy.zeros(self._maxBucketIdx + 1)
        targetDist[bucketIdxList] = 1.0 / max(len(bucketIdxList), 1)
        for step, matrix in self._weightMatrix.items():
            error[step] = targetDist - self.inferSingleStep(patternNZ, matrix)
        return error

    def learn(self, recordNum, patternNZ, bucketIdxList):
        for step, error in self._calculateError(recordNum, bucketIdxList, patternNZ).items():
            for bit in patternNZ:
                self._weightMatrix[step][bit, :] += self.alpha * error
