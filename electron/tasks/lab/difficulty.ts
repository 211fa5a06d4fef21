/** What makes a lab row hard, read from its text: chain length, operators the base hardly knows, length of the trace. */
import { operatorClass } from '#tokenizers/lab.ts'

export interface LabDifficulty {
  /** Operators in the chain. */
  readonly operators: number
  /** Those of the novel class. */
  readonly novel: number
  /** Tokens of the trace, the end included. */
  readonly traceTokens: number
}

export function labDifficulty(prompt: string, trajectory: string): LabDifficulty {
  const classes = words(prompt).flatMap((token) => operatorClass(token) ?? [])
  return {
    operators: classes.length,
    novel: classes.filter((name) => name === 'novel').length,
    traceTokens: words(trajectory).length,
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter((token) => token !== '')
