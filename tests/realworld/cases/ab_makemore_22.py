# origin: https://github.com/karpathy/makemore/issues/22
# kinds: domain method
import torch
import torch.nn.functional as F

g = torch.Generator().manual_seed(2147483647)


class Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn((fan_in, fan_out), generator=g) / fan_in**0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        self.out = x @ self.weight
        if self.bias is not None:
            self.out += self.bias
        return self.out

    def parameters(self):
        return [self.weight] + ([] if self.bias is None else [self.bias])


class BatchNorm1d:
    def __init__(self, dim, eps=1e-5, momentum=0.1):
        self.eps = eps
        self.momentum = momentum
        self.training = True
        # parameters (trained with backprop)
        self.gamma = torch.ones(dim)
        self.beta = torch.zeros(dim)
        # buffers (trained with a running 'momentum update')
        self.running_mean = torch.zeros(dim)
        self.running_var = torch.ones(dim)

    def __call__(self, x):
        # calculate the forward pass
        if self.training:
            xmean = x.mean(0, keepdim=True)  # batch mean
            xvar = x.var(0, keepdim=True)  #!
            xvar = x.var(0, keepdim=True, unbiased=False)  #+
        else:
            xmean = self.running_mean
            xvar = self.running_var
        xhat = (x - xmean) / torch.sqrt(xvar + self.eps)  # normalize to unit variance
        self.out = self.gamma * xhat + self.beta
        # update the buffers
        if self.training:
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * xmean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * xvar
        return self.out

    def parameters(self):
        return [self.gamma, self.beta]


def train(Xtr, Ytr, vocab_size=27, n_embd=10, n_hidden=100, block_size=3, batch_size=32, epochs=10):
    C = torch.randn((vocab_size, n_embd), generator=g)
    l1, bn1 = Linear(n_embd * block_size, n_hidden, bias=False), BatchNorm1d(n_hidden)
    l2 = Linear(n_hidden, vocab_size)
    parameters = [C] + l1.parameters() + bn1.parameters() + l2.parameters()
    for p in parameters:
        p.requires_grad = True
    for epoch in range(epochs):
        for Xb, Yb in zip(Xtr.split(batch_size), Ytr.split(batch_size)):
            emb = C[Xb]
            h = torch.tanh(bn1(l1(emb.view(emb.shape[0], -1))))
            loss = F.cross_entropy(l2(h), Yb)
            for p in parameters:
                p.grad = None
            loss.backward()
            for p in parameters:
                p.data += -0.1 * p.grad
    return parameters, bn1
