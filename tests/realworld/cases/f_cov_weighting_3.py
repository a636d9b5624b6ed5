# origin: https://github.com/rickgroen/cov-weighting/issues/3
# kinds: domain
import torch


class CoVWeightingLoss:
    """Weighs losses by their coefficient of variation over the history of training."""

    def __init__(self, args, criteria):
        self.criteria = criteria
        self.num_losses = len(criteria)
        self.device = args.device
        self.current_iter = -1
        self.train = True
        self.mean_decay = args.mean_sort == "decay"
        self.mean_decay_param = args.mean_decay_param
        self.alphas = torch.zeros((self.num_losses,), requires_grad=False).to(self.device)
        self.running_mean_L = torch.zeros((self.num_losses,), requires_grad=False).to(self.device)
        self.running_mean_l = torch.zeros((self.num_losses,), requires_grad=False).to(self.device)
        self.running_S_l = torch.zeros((self.num_losses,), requires_grad=False).to(self.device)

    def to_eval(self):
        self.train = False

    def __call__(self, pred, target):
        unweighted_losses = [criterion(pred, target) for criterion in self.criteria]
        L = torch.tensor(unweighted_losses, requires_grad=False).to(self.device)
        if not self.train:
            return torch.sum(L)

        self.current_iter += 1
        L0 = L.clone() if self.current_iter == 0 else self.running_mean_L
        l = L / L0  #!
        l = L / (L0 + 1e-8)  #+

        mean_param = 0.0 if self.current_iter == 0 else 1.0 - 1.0 / (self.current_iter + 1)
        new_mean_l = mean_param * self.running_mean_l + (1 - mean_param) * l
        self.running_S_l += (l - self.running_mean_l) * (l - new_mean_l)
        self.running_mean_l = new_mean_l
        self.running_mean_L = mean_param * self.running_mean_L + (1 - mean_param) * L

        weighted = [self.alphas[i] * unweighted_losses[i] for i in range(len(unweighted_losses))]
        return sum(weighted)
