/**
 * `node electron/trainer/probe.ts`: loads TensorFlow (or WebAssembly, where that is chosen), multiplies two large matrices for half a second, and says in one line of JSON
 * what it found: {name, version, device, threads, precision, matmulGflops}, or {error} and exit code 1. Run as a child, by the
 * engine (estimates) and `doctor`: a crash in native code costs them nothing.
 */
import * as tf from '@tensorflow/tfjs'
import { factsOf } from '#shared/contract/failure.ts'
import { openBackend } from './tensor/open-backend.ts'

const size = 1024
const measuredMs = 500

/** Of f32 products, 10^9 multiplications and additions a second: the fastest of all that fit into half a second, for the
 * machine's speed is asked, not how busy it is. */
function matmulGflops(): number {
  const a = tf.randomUniform([size, size], -1, 1, 'float32', 1)
  const b = tf.randomUniform([size, size], -1, 1, 'float32', 2)
  const times: number[] = []
  const once = () => {
    const began = performance.now()
    const product = tf.matMul(a, b)
    // One number read back: the product has been computed, and copying it all is not part of the measurement.
    const read = tf.slice(product, [0, 0], [1, 1])
    read.dataSync()
    tf.dispose([product, read])
    return performance.now() - began
  }
  once()
  for (let spent = 0; spent < measuredMs || times.length < 3;) {
    const ms = once()
    times.push(ms)
    spent += ms
  }
  tf.dispose([a, b])
  return (2 * size ** 3) / Math.min(...times) / 1e6
}

try {
  const { facts, tensorflow } = await openBackend()
  const { name, version, device, threads } = facts
  const precision = tensorflow ? ['f32', 'bf16-matmul'] : ['f32']
  process.stdout.write(
    `${JSON.stringify({ name, version, device, threads, precision, matmulGflops: matmulGflops() })}\n`,
  )
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: factsOf(error) })}\n`)
  process.exitCode = 1
}
process.exit()
