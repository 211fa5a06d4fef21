/** Quantiles and tail probabilities (jStat), behind the names that formulas use. */
/// <reference path="./jstat.d.ts" />
import jstat from 'jstat'

/** Φ^-1: the z below which a share `p` of a standard normal lies. */
export const normalQuantile = (p: number): number => jstat.normal.inv(p, 0, 1)

/** Φ. */
export const normalCdf = (z: number): number => jstat.normal.cdf(z, 0, 1)

/** z of a central interval: 1.2816 for level 0.8, 1.9600 for 0.95. */
export const centralZ = (level: number): number => normalQuantile((1 + level) / 2)

export const studentQuantile = (p: number, degreesOfFreedom: number): number => jstat.studentt.inv(p, degreesOfFreedom)

/** Two-sided p of a t statistic. */
export const studentTwoSidedP = (t: number, degreesOfFreedom: number): number =>
  2 * (1 - jstat.studentt.cdf(Math.abs(t), degreesOfFreedom))

export const chiSquareQuantile = (p: number, degreesOfFreedom: number): number =>
  degreesOfFreedom === 1 ? normalQuantile((1 + p) / 2) ** 2 : jstat.chisquare.inv(p, degreesOfFreedom)
