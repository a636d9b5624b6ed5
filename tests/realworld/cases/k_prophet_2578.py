# origin: https://github.com/facebook/prophet/pull/2578
# kinds: domain
import numpy as np
import pandas as pd


def rolling_mean_by_h(x, h, w, name):
    df = pd.DataFrame({"x": x, "h": h})
    df2 = df.groupby("h").agg(["sum", "count"]).reset_index().sort_values("h")
    return pd.DataFrame({"horizon": df2["h"], name: df2["x"]["sum"] / df2["x"]["count"]})


def mse(df, w):
    se = (df["y"] - df["yhat"]) ** 2
    if w < 0:
        return pd.DataFrame({"horizon": df["horizon"], "mse": se})
    return rolling_mean_by_h(x=se.values, h=df["horizon"].values, w=w, name="mse")


def smape(df, w):
    """Symmetric mean absolute percentage error."""
    sape = np.abs(df["y"] - df["yhat"]) / ((np.abs(df["y"]) + np.abs(df["yhat"])) / 2)  #*
    sape = sape.fillna(0)  #+
    if w < 0:
        return pd.DataFrame({"horizon": df["horizon"], "smape": sape})
    return rolling_mean_by_h(x=sape.values, h=df["horizon"].values, w=w, name="smape")


def performance_metrics(df, metrics=("mse", "smape"), rolling_window=0.1):
    df_m = df.copy()
    df_m["horizon"] = df_m["ds"] - df_m["cutoff"]
    df_m.sort_values("horizon", inplace=True)
    w = max(1, int(rolling_window * df_m.shape[0]))
    res = {metric: globals()[metric](df_m, w) for metric in metrics}
    out = res["mse"]
    for metric in metrics[1:]:
        out = out.merge(res[metric])
    return out
