"""The failing training step, run again in place and bit for bit.

    tape = Tape()
    tape.mark_constructed(optimizer)     after Optimizer.__init__
    tape.mark_backward(loss.item())      before torch.autograd.backward, for a loss of one element
    tape.before_step(optimizer)          before the update
    tape.mark_step(optimizer)            after it, or after a GradScaler skipped it
    tape.mark_closure(closure)           before a closure given to `optimizer.step` is called

At a failure, still inside the hook, `tape.replay(setup)` brings the state of the last mark back, runs the
rest of the program's own loop out of line inside the context `setup()` gives, stops where the failing step
would be made (`until="backward"`: where the last recorded backward call would be), and puts everything back.
It may be called again ("3 of 3, bit for bit"); `tape.failures` says what did not work.

`tape.draw(iterator, original)` stands for `__next__` of a DataLoader's iterator. It is needed where the data
set draws random numbers, and where a batch is drawn by `next`.
"""

from numsan.watch.rewind.beyond import Beyond, beyond
from numsan.watch.rewind.replay import Replay, StopReplay
from numsan.watch.rewind.tape import Tape

__all__ = ["Beyond", "Replay", "StopReplay", "Tape", "beyond"]
