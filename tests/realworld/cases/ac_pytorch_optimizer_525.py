# origin: https://github.com/kozistr/pytorch_optimizer/pull/525
# kinds: underflow explosion overflow domain
import torch
from torch.optim.optimizer import Optimizer


class MSVAG(Optimizer):
    """Dissecting Adam: The Sign, Magnitude and Variance of Stochastic Gradients."""

    def __init__(self, params, lr=1e-2, beta=0.9):
        defaults = dict(lr=lr, beta=beta)
        super().__init__(params, defaults)

    @staticmethod
    def get_rho(beta_power, beta):
        """Get rho_t of the exponential moving average."""
        rho = (1.0 - beta_power ** 2) * (1.0 - beta) ** 2
        rho /= (1.0 - beta) * (1.0 - beta_power) ** 2
        return min(rho, 0.9999)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()

        for group in self.param_groups:
            group['step'] = group.get('step', 0) + 1
            beta = group['beta']
            beta_power = beta ** group['step']

            for p in group['params']:
                if p.grad is None:
                    continue
                grad = p.grad
                state = self.state[p]
                if len(state) == 0:
                    state['exp_avg'] = torch.zeros_like(p)
                    state['exp_avg_sq'] = torch.zeros_like(p)

                exp_avg, exp_avg_sq = state['exp_avg'], state['exp_avg_sq']
                exp_avg.mul_(beta).add_(grad, alpha=1.0 - beta)
                exp_avg_sq.mul_(beta).addcmul_(grad, grad, value=1.0 - beta)

                m = exp_avg.div(beta_power)  #!
                v = exp_avg_sq.div(beta_power)  #!
                m = exp_avg.div(1.0 - beta_power)  #+
                v = exp_avg_sq.div(1.0 - beta_power)  #+

                rho = self.get_rho(beta_power, beta)
                m_p2 = m.pow(2)
                s = (v - m_p2).div_(1.0 - rho)

                factor = m_p2.div(m_p2 + rho * s)
                torch.nan_to_num(factor, nan=0.0, out=factor)
                factor = torch.clamp(factor, 0.0, 1.0)

                p.add_(m * factor, alpha=-group['lr'])

        return loss


def fit(model, loader, loss_fn, epochs=10):
    optimizer = MSVAG(model.parameters(), lr=1e-2)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
    return model
