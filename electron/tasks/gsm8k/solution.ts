/**
 * GSM8K's own notation: `<<48/2=24>>` marks a calculation step, `#### 72` the final answer. Solutions by models end in other
 * ways too; those that name the answer plainly are read, a bare last number is not.
 */
export interface CalculationStep {
  readonly expression: string
  readonly result: string
}

/** The `<<expression=result>>` steps, in order. */
export function calculationSteps(solution: string): CalculationStep[] {
  return Array.from(solution.matchAll(/<<([^<>]*)=([^<>=]*)>>/g), ([, expression, result]) => ({
    expression: expression!.trim(),
    result: result!.trim(),
  }))
}

// Linear on hostile input: no two unbounded repeats in a row.
const named = /\banswer[ \t]{0,4}(?:is|=|:)[ \t]{0,4}:?(.+)$/gim
const labelled = /^[ \t]{0,8}A:(.+)$/gm

/**
 * Text of the final answer: after the last `####`; else in the last `\boxed{}`; else on the last line that says "A:" or "the
 * answer is". Null when the solution names none.
 */
export function finalAnswer(solution: string): string | null {
  const marked = solution.lastIndexOf('####')
  if (marked >= 0) return nonEmpty(solution.slice(marked + 4).split('\n', 1)[0]!)
  const boxed = lastBoxed(solution)
  if (boxed !== null) return nonEmpty(boxed)
  const last = Array.from(solution.matchAll(labelled)).at(-1) ?? Array.from(solution.matchAll(named)).at(-1)
  return last ? nonEmpty(last[1]!.trim().replace(/[.*]{1,8}$/, '')) : null
}

/** Content of the last `\boxed{...}`, braces balanced; null when there is none or it never closes. */
export function lastBoxed(text: string): string | null {
  const start = Math.max(text.lastIndexOf('\\boxed{'), text.lastIndexOf('\\fbox{'))
  if (start < 0) return null
  const open = text.indexOf('{', start)
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '{') depth++
    else if (text[i] === '}' && --depth === 0) return text.slice(open + 1, i)
  }
  return null
}

const nonEmpty = (text: string): string | null => text.trim() || null
