/** Small derivative-free minimisers for the rival laws: one parameter by golden section, two by Nelder-Mead. */

/** Minimum of `f` in [low, high] to 1e-9 of the range; exact only where `f` has one valley there. */
export function goldenSection(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [a, b] = [low, high]
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)]
  let [fc, fd] = [f(c), f(d)]
  const tolerance = 1e-9 * (high - low)
  while (b - a > tolerance) {
    if (fc < fd) {
      ;[b, d, fd] = [d, c, fc]
      c = b - ratio * (b - a)
      fc = f(c)
    } else {
      ;[a, c, fc] = [c, d, fd]
      d = a + ratio * (b - a)
      fd = f(d)
    }
  }
  return (a + b) / 2
}

/** The best of `steps` places in [low, high] and its two neighbours, then golden section between them. */
export function minimumOnInterval(f: (x: number) => number, low: number, high: number, steps = 40): number {
  const at = (i: number) => low + ((high - low) * i) / steps
  let best = 0
  let bestValue = f(low)
  for (let i = 1; i <= steps; i++) {
    const value = f(at(i))
    if (value < bestValue) [best, bestValue] = [i, value]
  }
  const x = goldenSection(f, at(Math.max(0, best - 1)), at(Math.min(steps, best + 1)))
  return f(x) < bestValue ? x : at(best)
}
