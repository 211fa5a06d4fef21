import { expect, it } from 'vitest'
import { loadBackend } from '../tensor/backend.ts'

const areMeant = process.platform === 'linux' && process.env['SWITCHPOINT_TF_KERNELS'] !== 'off'

// What tests a kernel is skipped where there is none: without this, a build that fails would leave the suite green.
it.runIf(areMeant)('the kernels are built and fit this TensorFlow', () => {
  expect(loadBackend(2).facts.kernels, '`npm start -- provision` builds them, or says why it cannot').toBe(true)
})
