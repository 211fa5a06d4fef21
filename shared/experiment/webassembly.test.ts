import { expect, it } from 'vitest'
import { checkForWebAssembly, isWebAssemblyChosen } from './webassembly.ts'

const f32 = { precision: 'f32' }

it('is chosen by name alone, and a slip of the pen is no choice', () => {
  expect(isWebAssemblyChosen({})).toBe(false)
  expect(isWebAssemblyChosen({ SWITCHPOINT_BACKEND: 'tensorflow' })).toBe(false)
  expect(isWebAssemblyChosen({ SWITCHPOINT_BACKEND: 'wasm' })).toBe(true)
  expect(() => isWebAssemblyChosen({ SWITCHPOINT_BACKEND: 'WASM' })).toThrow(
    expect.objectContaining({ code: 'input.invalid', input: 'SWITCHPOINT_BACKEND = WASM' }),
  )
})

it('trains the smallest preset and no folder, whole or by adapters', () => {
  expect(() => checkForWebAssembly({ model: 'lab-0.3m', engine: { ...f32, device: 'cpu' } })).not.toThrow()
  const folder = { folder: '/models/SmolLM2-135M', tune: 'full' } as const
  expect(() => checkForWebAssembly({ model: folder, engine: f32 })).toThrow(
    expect.objectContaining({ code: 'input.invalid', input: 'model SmolLM2-135M' }),
  )
})
