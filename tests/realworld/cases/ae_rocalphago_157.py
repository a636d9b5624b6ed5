# origin: https://github.com/Rochester-NRT/RocAlphaGo/pull/157
# kinds: underflow domain
"""Policy players"""
import numpy as np

PASS_MOVE = None


class ProbabilisticPolicyPlayer(object):
    """A player that samples a move in proportion to the probability given by the
    policy.

    By manipulating the 'temperature', moves can be pushed towards totally random
    (high temperature) or towards greedy play (low temperature)
    """

    def __init__(self, policy_function, temperature=1.0, move_limit=None):
        assert(temperature > 0.0)
        self.policy = policy_function
        self.move_limit = move_limit
        self.beta = 1.0 / temperature

    def apply_temperature(self, distribution):  #+
        log_probabilities = np.log(np.maximum(distribution, 1e-30))  #+
        # apply beta exponent to probabilities (in log space)  #+
        log_probabilities = log_probabilities * self.beta  #+
        # scale probabilities to a more numerically stable range (in log space)  #+
        log_probabilities = log_probabilities - log_probabilities.max()  #+
        # convert back from log space  #+
        probabilities = np.exp(log_probabilities)  #+
        # re-normalize the distribution  #+
        return probabilities / probabilities.sum()  #+
  #+
    def get_move(self, state):
        if self.move_limit is not None and len(state.history) > self.move_limit:
            return PASS_MOVE
        sensible_moves = [move for move in state.get_legal_moves(include_eyes=False)]
        if len(sensible_moves) > 0:
            move_probs = self.policy.eval_state(state, sensible_moves)
            # zip(*list) is like the 'transpose' of zip
            moves, probabilities = zip(*move_probs)
            probabilities = np.array(probabilities)
            probabilities = probabilities ** self.beta  #!
            probabilities = probabilities / probabilities.sum()  #!
            probabilities = self.apply_temperature(probabilities)  #+
            # numpy interprets a list of tuples as 2D, so we must choose an
            # _index_ of moves then apply it in 2 steps
            choice_idx = np.random.choice(len(moves), p=probabilities)
            return moves[choice_idx]
        return PASS_MOVE

    def get_moves(self, states):
        """Batch version of get_move. A list of moves is returned (one per state)
        """
        return [self.get_move(st) for st in states]
