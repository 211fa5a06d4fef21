/** The benches' standard training step: cross-entropy on every token of a full batch, one AdamW step. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar } from '@tensorflow/tfjs'
import type { ObjectiveGraph, OptimiserSettings, TrainBatch } from '../electron/trainer/policy.ts'

export const crossEntropy: ObjectiveGraph = {
  key: 'bench-cross-entropy',
  temperature: 1,
  wantsEntropy: false,
  inputs: { weight: 'token' },
  build: ({ logp }, { weight }) => ({ loss: tf.neg(tf.sum(tf.mul(logp, weight!))) as Scalar, metrics: {} }),
}

export const settings: OptimiserSettings = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
}

export function benchBatch(rows: number, width: number, vocabSize: number): TrainBatch {
  const tokens = Int32Array.from({ length: rows * width }, (_, i) => (i * 7919) % vocabSize)
  const weight = new Float32Array(rows * (width - 1)).fill(1 / (rows * (width - 1)))
  return { tokens, rows, width, lengths: new Int32Array(rows).fill(width), inputs: { weight } }
}
