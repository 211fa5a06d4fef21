import { expect, it } from 'vitest'
import { readArguments } from './arguments.ts'

it.each([
  [['electron', '/app'], { workspace: null, hash: '' }],
  [['electron', '/app', '--workspace', 'lab'], { workspace: '/home/you/lab', hash: '' }],
  [['electron', '/app', '--workspace=/data/lab', '--no-sandbox'], { workspace: '/data/lab', hash: '' }],
  [['electron', '/app', 'switchpoint://run/run_k3v9?x=flops'], { workspace: null, hash: '#/run/run_k3v9?x=flops' }],
  [['electron', '/app', '--workspace'], { workspace: null, hash: '' }],
])('%j', (words, wanted) => expect(readArguments(words, '/home/you')).toEqual(wanted))
