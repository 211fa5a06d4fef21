import { describe, expect, it } from 'vitest'
import { keptMember, pipRemedy } from './part-tensorflow.mjs'

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

it("keeps NVIDIA's libraries, and of its compiler what TensorFlow calls", () => {
  const kept = [
    'nvidia/cublas/lib/libcublas.so.12',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
  ]
  const left = ['nvidia/cublas/include/cublas.h', 'nvidia/cuda_nvcc/bin/cicc', 'nvidia/cublas/__init__.py']
  expect([...kept, ...left].map(keptMember)).toEqual([...kept, undefined, undefined, undefined])
})

describe('the remedy names what is wrong', () => {
  const failed = { code: 1, stdout: '', stderr: '' }
  it('no Python', () => expect(pipRemedy({ ...failed, code: 127 }, 'x.whl')).toContain('Install Python 3 with pip'))
  it('no pip', () =>
    expect(pipRemedy({ ...failed, stderr: 'No module named pip' }, 'x.whl')).toContain('Install Python 3 with pip'))
  it('another file than the pinned one', () =>
    expect(pipRemedy({ ...failed, stderr: 'THESE PACKAGES DO NOT MATCH THE HASHES FROM THE' }, 'x.whl')).toContain(
      'mirror',
    ))
  it('no network: how to bring the file', () => expect(pipRemedy(failed, 'x.whl')).toContain('x.whl'))
})
