# origin: https://github.com/cbherbert/stochrare/issues/22
# kinds: precision
import numpy as np


class DiffusionProcess1D:
    r"""
    Generic class for 1D diffusion processes.

    It corresponds to the family of 1D SDEs :math:`dx_t = F(x_t, t)dt + \sigma(x_t, t)dW_t`,
    where :math:`F` is a time-dependent vector field and :math:`W` the Wiener process.
    """
    default_dt = 0.1

    def __init__(self, vecfield, sigma):
        self.drift = vecfield
        self.diffusion = sigma

    def update(self, xn, tn, **kwargs):
        dt = kwargs.get('dt', self.default_dt)
        dw = kwargs.get('dw', np.random.normal(0.0, np.sqrt(dt)))
        return xn + self.drift(xn, tn)*dt + self.diffusion(xn, tn)*dw

    def trajectory(self, x0, t0, **kwargs):
        r"""
        Integrate the SDE with given initial condition.

        Returns
        -------
        t, x: ndarray, ndarray
            Time-discrete sample path for the stochastic process with initial conditions (t0, x0).
        """
        dt = kwargs.pop('dt', self.default_dt)
        time = kwargs.pop('T', 10.0)
        if dt < 0:
            time = -time
        precision = kwargs.pop('precision', np.float32)  #!
        precision = kwargs.pop('precision', np.float64)  #+
        num = int(time/dt)+1  #!
        num = int(np.rint(time/dt))+1  #+
        t = np.linspace(t0, t0+dt*(num-1), num=num, dtype=precision)
        x = np.full(num, x0, dtype=precision)
        dw = np.random.normal(0, np.sqrt(dt), size=num-1)
        for index in range(1, num):
            x[index] = self.update(x[index-1], t[index-1], dt=dt, dw=dw[index-1])
        return t, x

    def empirical_vector(self, x0, t0, nsamples, *args, **kwargs):
        """
        Empirical vector at given times.

        Yields
        ------
        t, pdf, bins : float, ndarray, ndarray
            The time and histogram of the stochastic process at that time.
        """
        def traj_sample(x0, t0, *args, **kwargs):
            for tsample in args:
                t, x = self.trajectory(x0, t0, T=tsample-t0, **kwargs)
                t0 = t[-1]
                x0 = x[-1]
                yield tsample, x0
        for ensemble in zip(*[traj_sample(x0, t0, *args, **kwargs) for _ in range(nsamples)]):
            time, obs = zip(*ensemble)
            yield (time[0], ) + np.histogram(obs, density=True)


if __name__ == "__main__":
    wiener = DiffusionProcess1D(lambda x, t: 0.0, lambda x, t: 1.0)
    for t, pdf, bins in wiener.empirical_vector(1., 0., 1000, 0.3, 0.5, 1.0, dt=0.1):
        print(t, bins[0], bins[-1])
