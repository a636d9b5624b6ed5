# origin: https://github.com/rballester/tntorch/pull/19
# kinds: method
import time

import torch


class TensorTrain:
    def __init__(self, shape, ranks, requires_grad=True):
        ranks = [1] + list(ranks) + [1]
        self.cores = [torch.nn.Parameter(torch.randn(ranks[i], shape[i], ranks[i + 1]) / ranks[i + 1] ** 0.5,
                                         requires_grad=requires_grad) for i in range(len(shape))]

    def torch(self):
        result = self.cores[0]
        for core in self.cores[1:]:
            result = torch.tensordot(result, core, dims=1)
        return result.squeeze(0).squeeze(-1)


def relative_error(gt, approx):
    return torch.norm(gt - approx) / torch.norm(gt)


def optimize(tensors, loss_function, optimizer=torch.optim.Adam, tol=1e-4, max_iter=10000, print_freq=500,
             verbose=True):
    """High-level wrapper for iterative learning.

    :param tensors: one or several tensors
    :param loss_function: a function taking `tensors` and returning a scalar
    :param tol: stopping criterion
    """
    parameters = []
    for t in tensors:
        parameters.extend(t.cores)

    optimizer = optimizer(parameters)
    losses = []
    converged = False
    start = time.time()
    iter = 0
    while True:
        optimizer.zero_grad()
        loss = loss_function(*tensors)
        loss.backward()
        optimizer.step()
        losses.append(loss)  #!
        losses.append(loss.detach())  #+

        if len(losses) >= 2:
            delta_loss = (losses[-1] - losses[-2]).item()
        else:
            delta_loss = float('-inf')

        if iter >= 2 and tol is not None and abs(delta_loss) <= tol * losses[0].item() and \
                losses[-1] - losses[-2] < 0:
            converged = True
        if verbose and iter % print_freq == 0:
            print('iter: {} | loss: {:.6f} | total time: {:.4f}'.format(iter, loss.item(), time.time() - start))
        if converged or iter == max_iter:
            break
        iter += 1
    return losses


if __name__ == '__main__':
    gt = torch.randn(32, 32, 32)
    t = TensorTrain(gt.shape, ranks=(8, 8))
    history = optimize([t], lambda x: relative_error(gt, x.torch()) ** 2, max_iter=1000)
