/** The part of jStat 1.9.6 that is used here; the package carries no types. */
declare module 'jstat' {
  interface Distribution<Parameters extends number[]> {
    pdf(x: number, ...parameters: Parameters): number
    cdf(x: number, ...parameters: Parameters): number
    inv(p: number, ...parameters: Parameters): number
  }
  const jstat: {
    readonly normal: Distribution<[mean: number, sd: number]>
    readonly studentt: Distribution<[degreesOfFreedom: number]>
    readonly chisquare: Distribution<[degreesOfFreedom: number]>
    readonly beta: Distribution<[alpha: number, beta: number]>
  }
  export default jstat
}
