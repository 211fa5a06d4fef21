/**
 * Which of TensorFlow's two builds this machine uses. The CUDA build is several gigabytes, so it is only fetched when
 * someone says so (`provision --cuda`, a yes to the question at the start, SWITCHPOINT_CUDA=1); once there it is used
 * wherever a driver is.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TENSORFLOW } from './pins.mjs'

const DRIVER = '/proc/driver/nvidia/version'

/** @param {(path: string) => boolean} [exists] */
export const hasNvidiaDriver = (exists = existsSync) => exists(DRIVER)

/** Written when someone declined, so that nobody is asked twice. @param {string} cache */
export const declinedFile = (cache) => join(cache, 'cuda-declined')

/**
 * @param {string} cache
 * @param {{ env?: NodeJS.ProcessEnv, exists?: (path: string) => boolean }} [facts]
 *   SWITCHPOINT_CUDA: 1 for the CUDA build, 0 for the CPU's
 * @returns {import('./pins.mjs').TensorFlowBuild}
 */
export function chosenBuild(cache, { env = process.env, exists = existsSync } = {}) {
  if (env.SWITCHPOINT_CUDA === '1') return TENSORFLOW.cuda
  if (env.SWITCHPOINT_CUDA === '0') return TENSORFLOW.cpu
  return hasNvidiaDriver(exists) && exists(join(cache, TENSORFLOW.cuda.folder)) ? TENSORFLOW.cuda : TENSORFLOW.cpu
}

/** Should the user be asked for the CUDA build? @param {string} cache
 * @param {{ env?: NodeJS.ProcessEnv, exists?: (path: string) => boolean }} [facts] */
export function isCudaOffered(cache, { env = process.env, exists = existsSync } = {}) {
  if (env.SWITCHPOINT_CUDA || !hasNvidiaDriver(exists)) return false
  return !exists(join(cache, TENSORFLOW.cuda.folder)) && !exists(declinedFile(cache))
}

/** @param {import('./pins.mjs').TensorFlowBuild} build */
export const wheelBytes = ({ wheels }) => wheels.reduce((sum, { bytes }) => sum + bytes, 0)
