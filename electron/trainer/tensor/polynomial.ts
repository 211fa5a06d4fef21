/**
 * Whole numbers that depend on a graph's sizes, as multilinear polynomials: value = Σ_S c_S Π_{i in S} size_i over the
 * subsets S of the sizes. Rows x (width - 1), heads x rows, and the like are of this form; squares of one size are not.
 */

/** Coefficients by subset: bit i of the index says that size i is a factor. */
export type Polynomial = readonly number[]

/**
 * The polynomial through values at the 2^n corners of a box.
 * Shapes  values[corner]: bit i of `corner` chooses high[i] over low[i].   Throws  nothing: every corner set has one.
 */
export function interpolate(values: readonly number[], low: readonly number[], high: readonly number[]): Polynomial {
  const coefficients = [...values]
  low.forEach((lowest, i) => {
    const bit = 1 << i
    for (let subset = 0; subset < coefficients.length; subset++) {
      if ((subset & bit) === 0) continue
      // Along size i the value is a line through the two corners: its slope and, below it, its intercept.
      const slope = (coefficients[subset]! - coefficients[subset ^ bit]!) / (high[i]! - lowest)
      coefficients[subset] = slope
      coefficients[subset ^ bit] = coefficients[subset ^ bit]! - slope * lowest
    }
  })
  return coefficients
}

export const evaluate = (polynomial: Polynomial, sizes: readonly number[]): number =>
  polynomial.reduce((sum, coefficient, subset) => sum + coefficient * monomial(subset, sizes), 0)

const monomial = (subset: number, sizes: readonly number[]): number =>
  sizes.reduce((product, size, i) => (subset & (1 << i) ? product * size : product), 1)

export const isConstant = (polynomial: Polynomial): boolean =>
  polynomial.every((coefficient, subset) => subset === 0 || coefficient === 0)

export const isWhole = (polynomial: Polynomial): boolean => polynomial.every(Number.isInteger)
