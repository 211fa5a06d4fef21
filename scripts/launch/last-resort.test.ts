import { expect, it } from 'vitest'
import { SetupFailure } from '../setup/failure.mjs'
import { isWebAssemblyChosen, partsToProvide, withLastResort } from './last-resort.mjs'
import { routeOf } from './routing.mjs'

const wasm = { SWITCHPOINT_BACKEND: 'wasm' }

it('provides nothing of TensorFlow where the user goes without it, and all else as ever', () => {
  const parts = (args: string[], env: NodeJS.ProcessEnv) =>
    partsToProvide(routeOf(args, { hasDisplay: true }).parts, env)
  for (const args of [['run', 'start', 'x.yaml'], ['serve'], ['dataset', 'list']])
    expect(parts(args, wasm)).toEqual(['node', 'packages'])
  for (const args of [[], ['doctor'], ['provision']])
    expect(parts(args, wasm)).toEqual(['node', 'packages', 'windowLibraries', 'electron'])
  expect(parts(['serve'], {})).toContain('tensorflow')
  expect(parts(['serve'], { SWITCHPOINT_BACKEND: 'tensorflow' })).toContain('addon')
})

it('names the way without TensorFlow, loudly, where TensorFlow cannot be had, and nowhere else', () => {
  const problem = new SetupFailure({ part: 'TensorFlow', message: 'No network.', remedy: 'Look at the network.' })
  const { error } = withLastResort('tensorflow', problem).document()
  expect(error).toMatchObject({ code: 'backend.missing', message: 'No network.', input: 'TensorFlow' })
  expect(error.remedy).toMatch(/^Look at the network\.\n.*SWITCHPOINT_BACKEND=wasm.*VERY SLOW.*smallest model/s)
  expect(withLastResort('electron', problem)).toBe(problem)
})

it('knows two backends', () => {
  expect([{}, { SWITCHPOINT_BACKEND: '' }, wasm].map(isWebAssemblyChosen)).toEqual([false, false, true])
  expect(() => isWebAssemblyChosen({ SWITCHPOINT_BACKEND: 'webgl' })).toThrow(SetupFailure)
})
