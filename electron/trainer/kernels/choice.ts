/** Whether formulas are computed by our own kernels or by TensorFlow's operations: the one place that decides. */

let chosen = false

/** Asked by each formula that has both forms. False unless `withKernels` says otherwise: the reference policy never uses them. */
export const usesKernels = (): boolean => chosen

/** Runs `work`, which must not be asynchronous, with kernels or without. */
export function withKernels<T>(wanted: boolean, work: () => T): T {
  const before = chosen
  chosen = wanted
  try {
    return work()
  } finally {
    chosen = before
  }
}
