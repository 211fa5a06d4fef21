/** Which parts of `npm test` are asked for: `npm test`, `npm test -- static`, `npm test -- unit electron/engine`. */

/** In the order in which they run. */
export const CHECK_PARTS = /** @type {const} */ (['static', 'unit', 'build', 'e2e'])

/** @typedef {(typeof CHECK_PARTS)[number]} CheckPart */

/**
 * @param {readonly string[]} args
 * @returns {{ parts: readonly CheckPart[], rest: readonly string[] } | { usage: string }} `rest` goes to the part's tool
 */
export function narrow(args) {
  const [first, ...rest] = args
  if (first === undefined) return { parts: CHECK_PARTS, rest: [] }
  const part = CHECK_PARTS.find((name) => name === first)
  if (!part) return { usage: `Usage: npm test [-- ${CHECK_PARTS.join(' | ')} [words for the part's tool]]` }
  // The window's tests drive the built window.
  return { parts: part === 'e2e' ? ['build', 'e2e'] : [part], rest }
}
