/** Going without TensorFlow: `SWITCHPOINT_BACKEND=wasm` (shared/experiment/webassembly.ts says what it is good for). */
import { SetupFailure } from '../setup/failure.mjs'
import { TRAINING } from './routing.mjs'

/** @typedef {import('../setup/parts.mjs').PartName} PartName */

const WAY =
  'As the last resort, SWITCHPOINT_BACKEND=wasm does without TensorFlow: VERY SLOW (op by op), only the smallest model, no studies.'

/** Has the user chosen it? @param {NodeJS.ProcessEnv} env */
export function isWebAssemblyChosen(env) {
  const choice = env.SWITCHPOINT_BACKEND || 'tensorflow'
  if (choice === 'wasm' || choice === 'tensorflow') return choice === 'wasm'
  throw new SetupFailure({
    part: `SWITCHPOINT_BACKEND = ${choice}`,
    message: 'There is no such training backend.',
    remedy: 'Leave it unset for TensorFlow, or set it to wasm to train op by op without it.',
  })
}

/** The parts to provide, with the user's choice. @param {readonly PartName[]} parts @param {NodeJS.ProcessEnv} env */
export const partsToProvide = (parts, env) =>
  isWebAssemblyChosen(env) ? parts.filter((part) => !TRAINING.includes(part)) : parts

/** Where TensorFlow can't be had, its remedy names the way without. @param {PartName} part @param {SetupFailure} problem */
export function withLastResort(part, problem) {
  if (!TRAINING.includes(part)) return problem
  const { message, remedy } = problem
  return new SetupFailure({ part: problem.part, message, remedy: `${remedy}\n${WAY}` }, { cause: problem })
}
