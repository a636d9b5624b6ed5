# origin: https://github.com/bigscience-workshop/lm-evaluation-harness/issues/106
# kinds: overflow
import math
import re


def mean(items):
    return sum(items) / len(items)


def weighted_mean(items):
    values, weights = zip(*items)
    return sum(values) / max(sum(weights), 1)


def perplexity(items):
    return math.exp(-mean(items))  #!
    return safe_exp(-mean(items))  #+


def weighted_perplexity(items):
    return math.exp(-weighted_mean(items))  #!
    return safe_exp(-weighted_mean(items))  #+


def safe_exp(value):  #+
    try:  #+
        return math.exp(value)  #+
    except OverflowError:  #+
        return float("inf")  #+


class Flores101Perplexity:
    """Rolling log likelihood of a sentence, reported per word and per byte."""

    DATASET_PATH = "gsarti/flores_101"

    def doc_to_target(self, doc):
        return doc["sentence"]

    def count_words(self, doc):
        return len(re.split(r"\s+", self.doc_to_target(doc)))

    def count_bytes(self, doc):
        return len(self.doc_to_target(doc).encode("utf-8"))

    def process_results(self, doc, results):
        (loglikelihood,) = results
        return {
            "word_perplexity": (loglikelihood, self.count_words(doc)),
            "byte_perplexity": (loglikelihood, self.count_bytes(doc)),
        }

    def aggregation(self):
        return {
            "word_perplexity": weighted_perplexity,
            "byte_perplexity": weighted_perplexity,
        }
