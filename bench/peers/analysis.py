"""scipy's side of the analysis bench: the sigmoid law by curve_fit, one start, bounds, as the paper's kit calls it."""

import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import scipy
from scipy.optimize import curve_fit

from peer import serve


def law(x, b, c, h):
    return h / (1 + (c / x) ** b)


def fit(x, gain, highest):
    start = [1.0, float(np.median(x)), float(min(max(gain.max(), 0.1), highest - 0.1))]
    found, _ = curve_fit(law, x, gain, p0=start, bounds=([1e-4, 1e-8, -100.0], [10.0, np.inf, highest]), maxfev=20_000)
    return found


def squares(curve):
    x, gain = np.array(curve["compute"]), np.array(curve["gain"])
    try:
        return float(np.sum((law(x, *fit(x, gain, curve["highest"])) - gain) ** 2))
    except RuntimeError:
        return None


def bootstrap(job):
    curve, draws = job
    x, gain = np.array(curve["compute"]), np.array(curve["gain"])
    rng = np.random.default_rng(1)
    ceilings = []
    try:
        fitted = law(x, *fit(x, gain, curve["highest"]))
    except RuntimeError:
        return 0
    residuals = gain - fitted
    for _ in range(draws):
        try:
            ceilings.append(fit(x, fitted + rng.choice(residuals, len(x)), curve["highest"])[2])
        except RuntimeError:
            pass
    return len(ceilings)


def all_bootstraps(curves, draws, threads):
    start = time.perf_counter()
    with ProcessPoolExecutor(threads) as pool:
        done = sum(pool.map(bootstrap, [(curve, draws) for curve in curves]))
    return {"seconds": time.perf_counter() - start, "done": done}


def one_refit(curve, repeats):
    x, gain = np.array(curve["compute"]), np.array(curve["gain"])
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        fit(x, gain, curve["highest"])
        times.append((time.perf_counter() - start) * 1000)
    return times


if __name__ == "__main__":
    serve({
        "version": lambda: scipy.__version__,
        "bootstraps": all_bootstraps,
        "refit": one_refit,
        "squares": lambda curves: [squares(curve) for curve in curves],
    })
