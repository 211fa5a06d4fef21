/**
 * The lab expert as a probability model: what each trace token's probability was when the generator wrote it. All tokens are
 * forced but one kind: after a chunk's first operator, with another operator left, it writes `=` with probability
 * 1 - skipShare, or skips the step. For objectives that weigh expert tokens by their true behaviour probability.
 */
import { Failure } from '#shared/contract/failure.ts'
import { operatorClass } from '#tokenizers/lab.ts'

/** Log-probabilities (nats) [trace tokens]. Throws `input.invalid` for a trace the expert cannot have written. */
export function expertLogp(prompt: string, trajectory: string, skipShare = 0.25): Float32Array {
  const operators = prompt.split(' ').filter((token) => operatorClass(token) !== undefined)
  const tokens = trajectory.split(' ')
  const logp = new Float32Array(tokens.length)
  let seen = 0 // operators of the chain written so far
  let inChunk = 0 // those since the last value
  for (const [t, token] of tokens.entries()) {
    const isOperator = operatorClass(token) !== undefined
    const isChoice = inChunk === 1 && seen < operators.length
    if (isChoice) logp[t] = Math.log(isOperator ? skipShare : 1 - skipShare)
    if (isOperator) {
      if (token !== operators[seen] || inChunk === 2) throw notByExpert(trajectory, t)
      seen++
      inChunk++
    } else inChunk = 0
  }
  if (seen !== operators.length) throw notByExpert(trajectory, tokens.length)
  return logp
}

const notByExpert = (trajectory: string, at: number) =>
  new Failure({
    code: 'input.invalid',
    message: `The lab expert cannot have written this trace: token ${at + 1} does not follow the chain.`,
    input: trajectory,
    remedy: 'Use behaviour "one" for trajectories that other writers made.',
  })
