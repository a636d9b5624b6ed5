# origin: https://github.com/timeseriesAI/tsai/issues/524
# kinds: domain
import torch


def flatten_check(inp, targ):
    inp, targ = inp.contiguous().view(-1), targ.contiguous().view(-1)
    assert inp.numel() == targ.numel() and inp.numel() > 0
    return inp, targ


def mae(inp, targ):
    "Mean absolute error between `inp` and `targ`."
    inp, targ = flatten_check(inp, targ)
    return torch.abs(inp - targ).mean()


def mape(inp, targ):
    "Mean absolute percentage error between `inp` and `targ`."
    inp, targ = flatten_check(inp, targ)
    return (torch.abs(inp - targ) / torch.clamp_min(targ, 1e-8)).mean()  #!
    return (torch.abs(inp - targ) / torch.clamp_min(torch.abs(targ), 1e-8)).mean()  #+


def rmse(inp, targ):
    inp, targ = flatten_check(inp, targ)
    with torch.no_grad():
        return torch.mean((inp - targ) ** 2).sqrt()


@torch.no_grad()
def evaluate(model, loader, metrics=(mae, mape, rmse)):
    model.eval()
    preds, targs = [], []
    for xb, yb in loader:
        preds.append(model(xb).float())
        targs.append(yb.float())
    preds, targs = torch.cat(preds), torch.cat(targs)
    return {metric.__name__: metric(preds, targs).item() for metric in metrics}
