"""Rewrites scipy.vectors.json: what scipy says about small synthetic inputs, for the tests of shared/analysis.

    python3 -m venv DIR && DIR/bin/pip install -r requirements.txt && DIR/bin/python regenerate.py

Inputs are made here from fixed seeds; no measured curve is among them.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import optimize, stats

here = pathlib.Path(__file__).parent


def law(x, a, b, c, start, eps=0.0):
    return start + eps + (a - start - eps) / (1 + (c / x) ** b)


def best(residuals, starts, low, high, **settings):
    """Global least squares: many starts, the lowest cost."""
    found = None
    for start in starts:
        try:
            fit = optimize.least_squares(
                residuals, np.clip(start, low, high), bounds=(low, high), x_scale="jac",
                xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=3000, **settings)
        except ValueError:
            continue
        if found is None or fit.cost < found.cost:
            found = fit
    return found


def grid_of_starts(x, start, y, free):
    starts = [[a, b, c] for a in (max(y), max(y) + 3, 95.0) for b in (0.4, 1.0, 2.0, 5.0)
              for c in np.exp(np.linspace(np.log(x[0] / 2), np.log(x[-1] * 10), 8))]
    return [s + [e] for s in starts for e in (0.1, 1.5)] if free else starts


def curves():
    rng = np.random.default_rng(20261124)
    out = []
    for name, start, a, b, c, eps, n, last, sd in [
        ("steep, well determined", 72.0, 80.0, 1.7, 8.0, 0.0, 30, 70.0, 0.4),
        ("from a base model", 46.7, 72.0, 1.2, 1.0, 0.0, 40, 24.0, 0.5),
        ("slow, hardly bent", 71.0, 85.0, 0.8, 150.0, 0.0, 50, 200.0, 0.45),
        ("late rise", 76.9, 80.2, 5.0, 48.0, 0.0, 28, 84.0, 0.5),
        ("jump at the start", 70.0, 79.0, 1.5, 15.0, 2.0, 36, 90.0, 0.3),
        ("no rise at all", 75.0, 75.0, 1.0, 10.0, 0.0, 20, 60.0, 0.4),
    ]:
        x = np.round(last * (np.arange(1, n + 1) / n) ** 1.05, 2)
        y = np.round(law(x, a, b, c, start, eps) + rng.normal(0, sd, n), 3)
        out.append({"name": name, "pSft": start, "x": x.tolist(), "y": y.tolist()})
    return out


def sigmoid_case(case):
    x, y, start = np.array(case["x"]), np.array(case["y"]), case["pSft"]
    low, high = [0.0, 1e-4, 1e-8], [100.0, 10.0, 1e12]

    def fixed(p):
        return law(x, p[0], p[1], p[2], start) - y

    def free(p):
        return law(x, p[0], p[1], p[2], start, p[3]) - y

    plain = best(fixed, grid_of_starts(x, start, y, False), low, high)
    offset = best(free, grid_of_starts(x, start, y, True), low + [0.0], high + [30.0])
    # least_squares takes z = (residual / f_scale)^2 and returns 0.5 f_scale^2 sum rho(z).
    soft = best(fixed, [plain.x.tolist()] + grid_of_starts(x, start, y, False)[::3], low, high, loss="soft_l1", f_scale=0.3)

    def profile(level):
        limit = 2 * plain.cost * np.exp(stats.chi2.ppf(level, 1) / len(x))

        def excess(a):
            fit = best(lambda p: law(x, a, p[0], p[1], start) - y,
                       [[b, c] for b in (0.4, 1.0, 2.0, 5.0) for c in np.exp(np.linspace(np.log(x[0] / 2), np.log(x[-1] * 30), 8))]
                       + [plain.x[1:].tolist()], low[1:], high[1:])
            return 2 * fit.cost - limit

        ends = []
        for bound in (0.0, 100.0):
            if excess(bound) <= 0:
                ends.append(None)
                continue
            inside, step = plain.x[0], 0.25 * np.sign(bound - plain.x[0])
            outside = inside + step
            while 0 < outside < 100 and excess(outside) <= 0:
                inside, step = outside, step * 2
                outside = inside + step
            ends.append(optimize.brentq(excess, inside, min(100.0, max(0.0, outside)), xtol=1e-4))
        return {"lo": ends[0], "hi": ends[1]}

    def named(fit, with_eps=False):
        out = {"A": fit.x[0], "B": fit.x[1], "cMid": fit.x[2], "rss": float(np.sum((fixed if not with_eps else free)(fit.x) ** 2))}
        return out | ({"eps": fit.x[3]} if with_eps else {})

    return case | {"plain": named(plain), "free": named(offset, True), "softL1": named(soft) | {"cost": soft.cost / 0.3**2},
                   "profile90": profile(0.9)}


def rivals_case(case):
    x, gain = np.array(case["x"]), np.array(case["y"]) - case["pSft"]
    last = x[-1]
    forms = {
        "linear": (lambda p: p[0] * x + p[1], [[0, 0]], [-np.inf] * 2, [np.inf] * 2),
        "log": (lambda p: p[0] * np.log(x + p[2]) + p[1], [[1, 0, c] for c in (last * 1e-5, last * 0.01, last * 0.2, last)],
                [-np.inf, -np.inf, last * np.exp(-14)], [np.inf, np.inf, last * np.exp(3)]),
        "power": (lambda p: p[0] * (x + p[2]) ** p[1], [[1, b, c] for b in (-1, 0.2, 1) for c in (last * 1e-5, last * 0.01, last)],
                  [-np.inf, -5, last * np.exp(-14)], [np.inf, 5, last * np.exp(3)]),
        "exponential": (lambda p: p[0] * (1 - np.exp(-p[1] * x)) + p[2], [[5, b / last, 0] for b in (0.1, 1, 5, 30)],
                        [-np.inf, np.exp(-4) / last, -np.inf], [np.inf, np.exp(6) / last, np.inf]),
    }
    return {name: {"rss": 2 * best(lambda p, f=f: f(p) - gain, starts, low, high).cost} for name, (f, starts, low, high) in forms.items()}


def drift_case():
    rng = np.random.default_rng(7)
    x = np.sort(rng.uniform(1, 60, 12))
    t, y, g = np.log(x), rng.normal(0, 1, 12), rng.uniform(0, 1, 12)
    noise, drift, length = 0.16, 0.4, 0.5
    k = drift * np.exp(-np.abs(t[:, None] - t[None, :]) / length)
    s = k + noise * np.eye(12)
    inverse = np.linalg.inv(s)
    return {"x": x.tolist(), "y": y.tolist(), "g": g.tolist(), "noiseVariance": noise, "driftVariance": drift, "lengthLn": length,
            "lnDeterminant": float(np.linalg.slogdet(s)[1]), "yy": float(y @ inverse @ y), "gy": float(g @ inverse @ y),
            "gg": float(g @ inverse @ g), "lastOfY": float(k[-1] @ inverse @ y), "lastOfG": float(k[-1] @ inverse @ g),
            "lastVariance": float(drift - k[-1] @ inverse @ k[-1])}


def two_sided(test):
    """Share of the permutation distribution at least as far from 0 as what was seen (scipy doubles the smaller tail)."""
    return float(np.mean(np.abs(test.null_distribution) >= abs(test.statistic) - 1e-12))


def statistics():
    rng = np.random.default_rng(3)
    pairs = []
    for n in (4, 5, 7, 12, 30):
        x = np.round(rng.normal(0, 1, n), 2)
        y = np.round(0.6 * x + rng.normal(0, 0.7, n), 1)
        r, rho = stats.pearsonr(x, y), stats.spearmanr(x, y)
        interval = r.confidence_interval(0.95)
        entry = {"x": x.tolist(), "y": y.tolist(), "pearson": r.statistic, "spearman": rho.statistic,
                 "interval": [interval.low, interval.high], "studentP": r.pvalue, "spearmanStudentP": rho.pvalue}
        if n <= 7:
            for name, f in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
                exact = stats.permutation_test((y,), lambda v: f(x, v).statistic, permutation_type="pairings", n_resamples=np.inf)
                entry[name + "ExactP"] = two_sided(exact)
        pairs.append(entry)
    groups = []
    for n1, n2 in ((3, 4), (5, 5), (6, 3)):
        a, b = np.round(rng.normal(0, 1, n1), 2), np.round(rng.normal(1, 1.5, n2), 2)
        welch = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
        exact = stats.permutation_test((a, b), lambda p, q: np.mean(q) - np.mean(p), permutation_type="independent", n_resamples=np.inf)
        groups.append({"first": a.tolist(), "second": b.tolist(), "welch": [welch.low, welch.high], "p": two_sided(exact)})
    paired = []
    for n in (4, 8):
        a, b = np.round(rng.normal(0, 1, n), 2), np.round(rng.normal(0.8, 1, n), 2)
        interval = stats.ttest_rel(b, a).confidence_interval(0.95)
        exact = stats.permutation_test((a, b), lambda p, q: np.mean(q - p), permutation_type="samples", n_resamples=np.inf)
        paired.append({"first": a.tolist(), "second": b.tolist(), "interval": [interval.low, interval.high], "p": two_sided(exact)})
    return {"pairs": pairs, "groups": groups, "paired": paired}


def wilson():
    out = []
    for k, n in ((0, 10), (3, 10), (10, 10), (381, 512), (1, 2157)):
        for level in (0.8, 0.95):
            interval = stats.binomtest(k, n).proportion_ci(level, method="wilson")
            out.append({"correct": k, "n": n, "level": level, "lo": interval.low, "hi": interval.high})
    return out


def distributions():
    ps = [1e-12, 1e-6, 0.001, 0.025, 0.2, 0.5, 0.7, 0.9, 0.975, 0.999, 1 - 1e-9]
    zs = [-9.0, -4.0, -1.96, -0.3, 0.0, 0.5, 1.0, 2.5, 6.0]
    return {
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in ps],
        "normalCdf": [[z, stats.norm.cdf(z)] for z in zs],
        "studentQuantile": [[p, df, stats.t.ppf(p, df)] for p in (0.6, 0.9, 0.975, 0.995) for df in (1, 2, 3, 7, 30, 511)],
        "studentTwoSidedP": [[t, df, 2 * stats.t.sf(abs(t), df)] for t in (-6.0, 0.1, 1.0, 2.5, 12.0) for df in (1, 3, 10, 200)],
        "chiSquare1": [[p, stats.chi2.ppf(p, 1)] for p in (0.5, 0.8, 0.9, 0.99)],
        "lnGamma": [[x, float(scipy.special.gammaln(x))] for x in (0.1, 0.5, 1.0, 1.5, 4.0, 30.5, 256.0)],
    }


def plain(value):
    """numpy numbers as Python's, so that json writes them; 12 digits are more than any test compares."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.15g}")
    return value


if __name__ == "__main__":
    cases = curves()
    document = {
        "made_by": "regenerate.py",
        "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
        "sigmoids": [sigmoid_case(case) | {"rivals": rivals_case(case)} for case in cases],
        "drift": drift_case(),
        "statistics": statistics(),
        "wilson": wilson(),
        "distributions": distributions(),
    }
    (here / "scipy.vectors.json").write_text(json.dumps(plain(document), separators=(",", ":")) + "\n")
