import { describe, expect, it } from 'vitest'
import { keptMember, pipRemedy, presentGpu } from './part-tensorflow.mjs'
import { TENSORFLOW } from './pins.mjs'

it('keeps headers and the two libraries of the wheel, where they are', () => {
  const names = [
    'tensorflow/include/tensorflow/c/c_api.h',
    'tensorflow/libtensorflow_cc.so.2',
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/python/_pywrap_tensorflow_internal.so',
    'tensorflow/compiler/include/x.h',
    'tensorflow_cpu-2.21.0.dist-info/RECORD',
  ]
  expect(names.map(keptMember)).toEqual([...names.slice(0, 3), undefined, undefined, undefined])
})

describe('the remedy names what is wrong', () => {
  const failed = { code: 1, stdout: '', stderr: '' }
  it('no Python', () => expect(pipRemedy({ ...failed, code: 127 })).toContain('Install Python 3 with pip'))
  it('no pip', () =>
    expect(pipRemedy({ ...failed, stderr: 'No module named pip' })).toContain('Install Python 3 with pip'))
  it('another file than the pinned one', () =>
    expect(pipRemedy({ ...failed, stderr: 'THESE PACKAGES DO NOT MATCH THE HASHES FROM THE' })).toContain('mirror'))
  it('no network: how to bring the file', () => expect(pipRemedy(failed)).toContain(TENSORFLOW.file))
})

it('sees a GPU by its driver', () => {
  expect(presentGpu((path) => path === '/proc/driver/nvidia/version')).toContain('NVIDIA')
  expect(presentGpu(() => false)).toBeUndefined()
})
