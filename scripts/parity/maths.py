"""Verdicts of PyPI math-verify on pairs of raw texts, for electron/tasks/maths/verifier.test.ts.

  npm run parity -- maths             (makes the environment, runs this, writes parity.vectors.json)
  npm run parity -- maths 5 2000      (another seed, more cases: to measure on pairs nobody tuned on)

Pairs are written by hand (below) and generated: answers of thirty kinds, each against itself in another dress, against equal
forms that SymPy finds, and against near misses, in the phrases in which models answer.
"""
import json
import logging
import random
import re
import signal
import sys
import warnings

warnings.simplefilter("ignore")  # SymPy's, about percentages of sets
logging.disable(logging.CRITICAL)
import math_verify
import sympy
from math_verify import parse, verify

HAND = r"""
$x(x+1)$ ||| $x^2+x$
$f(x)=x^2$ ||| $x^2$
$f(x)=x^2$ ||| $g(x)=x^2$
$x=1,2$ ||| $1,2$
$x=1,x=2$ ||| $1,2$
$x=1 \text{ or } x=2$ ||| $1,2$
$x \in \{1,2\}$ ||| $1,2$
$(1,2)$ ||| $1,2$
$\{1,2\}$ ||| $(1,2)$
$(1,2)$ ||| $\{2,1\}$
$[1,2]$ ||| $1,2$
$[1,2,3]$ ||| $(1,2,3)$
$\begin{pmatrix}1\\2\end{pmatrix}$ ||| $(1,2)$
$0.333333$ ||| $1/3$
$0.33$ ||| $1/3$
$1e3$ ||| $1000$
$3\times 10^8$ ||| $300000000$
$50\%$ ||| $0.5$
$50\%$ ||| $50$
$12.5\%$ ||| $12.5$
$0.125$ ||| $12.5\%$
$90^\circ$ ||| $90$
$5 \mathrm{~cm}$ ||| $5$
$5\ \mathrm{m/s}$ ||| $5$
$\text{Yes}$ ||| $\text{yes}$
Yes ||| yes
\frac{1}{2} ||| 0.5
\sqrt{2} ||| $\sqrt{2}$
2\pi ||| $2\pi$
\boxed{12} ||| 12 apples
$-1\frac{1}{2}$ ||| $-\frac32$
$2\frac{x}{3}$ ||| $\frac{2x}{3}$
$\sin^2 x + \cos^2 x$ ||| $1$
$\log_2 8$ ||| $3$
$\log 100$ ||| $2$
$\ln e$ ||| $1$
$\binom{5}{2}$ ||| $10$
$5!$ ||| $120$
$\frac{d}{dx} x^2$ ||| $2x$
$\int_0^1 x dx$ ||| $\frac12$
$\sum_{k=1}^{10} k$ ||| $55$
$\lim_{x\to 0} \frac{\sin x}{x}$ ||| $1$
$|-3|$ ||| $3$
$\lfloor 3.5 \rfloor$ ||| $3$
$-\infty$ ||| $\infty$
$x<2$ ||| $2>x$
$x<2$ ||| $(-\infty,2)$
$(-\infty,2)$ ||| $x<2$
$2x<4$ ||| $x<2$
$1<x<2$ ||| $(1,2)$
$x^2<4$ ||| $(-2,2)$
$2x+2y=2$ ||| $x+y=1$
$y=2/x$ ||| $xy=2$
$x=\pm 2$ ||| $x=2,x=-2$
$\pm 2$ ||| $2,-2$
$\mathbb{R}$ ||| $(-\infty,\infty)$
$\emptyset$ ||| $\{\}$
$\text{(A)}$ ||| A
$\text{ab}$ ||| $ab$
$x_1$ ||| $x1$
$10{,}000$ ||| 10,000
$3,5$ ||| $3.5$
$\$5.00$ ||| $5$
$1:2$ ||| $\frac12$
$a/bc$ ||| $\frac{a}{bc}$
$1/2x$ ||| $\frac{x}{2}$
$\sin 2x$ ||| $2\sin x\cos x$
$\log_2 x y$ ||| $\log_2 (xy)$
$100,200$ ||| $100, 200$
$(1;2)$ ||| $(1,2)$
$(x,y)=(1,2)$ ||| $(1,2)$
$x=1$ and $y=2$ ||| $x=1,y=2$
$1 \le x < 3$ ||| $[1,3)$
$x\in\mathbb{R}$ ||| $\mathbb{R}$
$\mathbb{R}\setminus\{0\}$ ||| $(-\infty,0)\cup(0,\infty)$
$5 \pm 2$ ||| $3, 7$
$\langle 1,2,3\rangle$ ||| $(1,2,3)$
$\begin{vmatrix}1&2\\3&4\end{vmatrix}$ ||| $-2$
$007$ ||| $7$
$2\text{ or }3$ ||| $\{2,3\}$
$\boxed{x=5}$ ||| 5
$x \approx 3.14$ ||| $3.14$
$A=B=C$ ||| $A=C$
$\overline{AB}$ ||| $AB$
$30^{\circ}$ ||| 30 degrees
$3+4i$ ||| $4i+3$
$\gcd(12,18)$ ||| $6$
$\max(1,2)$ ||| $2$
$\prod_{i=1}^{n} i$ ||| $n!$
$123_5$ ||| $123$
$DNE$ ||| $\text{DNE}$
"""


def family(rng, kind):
    """One gold answer, without delimiters."""
    def n(low=-20, high=20):
        x = 0
        while x == 0:
            x = rng.randint(low, high)
        return x
    a, b, c, d = n(), n(), n(), n()
    v = rng.choice("xyzkw")
    p, q = abs(a), abs(b)
    return [
        rf"\frac{{{p}}}{{{q}}}", rf"{a}\sqrt{{{q}}}", f"{v}^2{b:+d}{v}{c:+d}", f"({v}{a:+d})({v}{b:+d})", f"({a},{b})",
        f"[{min(a, b)},{max(a, b) + 1})", rf"\{{{a},{b},{c}\}}", f"{v}={a}", rf"{v}\le {a}", f"{a}<{v}<{a + q}",
        rf"\begin{{pmatrix}}{a}&{b}\\{c}&{d}\end{{pmatrix}}", rf"{p}\%", f"{p}.{q}", rf"\frac{{{v}{a:+d}}}{{{v}{b:+d}}}",
        rf"\sin({p}{v})", f"e^{{{a}{v}}}", rf"\log_{{{p + 1}}} {q}", rf"{p}\pi", rf"\frac{{{p}\pi}}{{{q}}}", rf"{a}\pm\sqrt{{{q}}}",
        rf"(-\infty,{a})\cup({a + q},\infty)", f"{p}{v}{b:+d}m={c}", rf"{p}^\circ", rf"{p}\text{{ cm}}^2",
        rf"\text{{{rng.choice(['Monday', 'Yes', 'odd', 'Evelyn'])}}}", f"{p * 1000 + q}", f"2^{{{p}}}", rf"\binom{{{p + q}}}{{{p}}}",
        rf"\sqrt[3]{{{p}}}", f"|{v}{a:+d}|",
    ][kind % 30]


def within(seconds, action, *args):
    def stop(*_):
        raise TimeoutError
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        return action(*args)
    except BaseException:
        return None
    finally:
        signal.alarm(0)


def equal_forms(latex, rng):
    """The answer as SymPy would write it after one of its rearrangements."""
    parsed = parse(f"${latex}$")
    if not parsed or isinstance(parsed[0], str):
        return []
    forms = []
    for rearrange in (sympy.simplify, sympy.expand, sympy.factor, sympy.together, lambda x: x.evalf(rng.choice([4, 6, 8, 15]))):
        value = within(4, rearrange, parsed[0])
        text = None if value is None else within(4, sympy.latex, value)
        if text:
            forms.append(text)
    return forms


def changed(latex, rng):
    """Another dress, or a near miss."""
    def digit(t):
        places = [m.start() for m in re.finditer(r"\d", t)]
        if not places:
            return t
        i = rng.choice(places)
        return t[:i] + str((int(t[i]) + rng.randint(1, 9)) % 10) + t[i + 1:]

    def swapped(t):
        m = re.match(r"^([\(\[]|\\\{)(.*),(.*)([\)\]]|\\\})$", t)
        return m[1] + m[3] + "," + m[2] + m[4] if m else t
    return rng.choice([
        digit, swapped, lambda t: "-" + t, lambda t: t.replace("-", "+", 1) if "-" in t else t.replace("+", "-", 1),
        lambda t: t.replace("(", "[", 1) if "(" in t else t.replace("[", "(", 1), lambda t: t.replace(r"\frac", r"\dfrac"),
        lambda t: t.replace("(", r"\left(").replace(")", r"\right)"), lambda t: t.replace(" ", ""),
        lambda t: re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2", t), lambda t: re.sub(r"\\frac\{(\d)\}\{(\d)\}", r"\\frac\1\2", t),
        lambda t: t + rng.choice([r"\text{ cm}", r"\%", r"^\circ", r" \text{ units}", r"\text{ meters}", r"\ \mathrm{kg}"]),
    ])(latex)


PHRASES = [
    "The answer is ${}$.", "Therefore, $\\boxed{{{}}}$.", "${}$", "\\[ \\boxed{{{}}} \\]", "\\boxed{{{}}}", "**Answer:** {}",
    "Final Answer: The final answer is ${}$. I hope it is correct.", "We get $x={}$", "so $y = 3+4 = {}$", "{}", "Answer: \\({}\\)",
    "First we see $2+2=4$. Then we conclude that the result is ${}$, as desired.", "$${}$$", "the value is ${}$ percent",
    "so it equals \\( \\boxed{{{}}} \\) square units.",
]


def pairs(seed, count):
    rng = random.Random(seed)
    for line in HAND.strip().splitlines():
        gold, pred = line.split(" ||| ")
        yield gold, pred
    for i in range(count):
        latex = family(rng, i)
        draw = rng.random()
        if draw < 0.25:
            other = latex
        elif draw < 0.6:
            other = changed(changed(latex, rng), rng) if draw < 0.35 else changed(latex, rng)
        elif draw < 0.9:
            forms = equal_forms(latex, rng)
            other = rng.choice(forms) if forms else changed(latex, rng)
        else:
            other = family(rng, rng.randint(0, 29))
        yield f"${latex}$", rng.choice(PHRASES).format(other)


def main(out, seed=1, count=900):
    cases = []
    for gold, pred in pairs(int(seed), int(count)):
        expected = within(20, lambda: bool(verify(parse(gold), parse(pred))))
        if expected is not None:
            cases.append(dict(gold=gold, pred=pred, expected=expected))
    document = dict(note="written by scripts/parity/maths.py: npm run parity -- maths", math_verify="0.9.0", sympy=sympy.__version__,
                    seed=int(seed), cases=cases)
    with open(out, "w") as f:
        json.dump(document, f, indent=0, ensure_ascii=False)
        f.write("\n")
    print(f"{len(cases)} cases, {sum(c['expected'] for c in cases)} of them equal -> {out}")


if __name__ == "__main__":
    main(*sys.argv[1:])
