import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRoute, homeRoute, parseRoute } from './route.ts'

describe('the address of a view', () => {
  it.each([
    [
      '#/run/run_k3v9x2?x=flops&smooth=0.8',
      { view: 'run', subject: 'run_k3v9x2', query: { x: 'flops', smooth: '0.8' } },
    ],
    ['#/datasets', { view: 'datasets', subject: null, query: {} }],
    ['switchpoint://run/run_k3v9x2?x=time', { view: 'run', subject: 'run_k3v9x2', query: { x: 'time' } }],
    ['', homeRoute],
    ['#', homeRoute],
    ['#/run/a/b', homeRoute],
    ['#/run/', { view: 'run', subject: null, query: {} }],
    ['#/%E0%A4%A', { view: '%E0%A4%A', subject: null, query: {} }],
  ])('reads %j', (hash, route) => expect(parseRoute(hash)).toEqual(route))

  it('comes back from its text whatever stands in it', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== '')
    const route = fc.record({
      view: word,
      subject: fc.option(word),
      query: fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
    })
    fc.assert(
      fc.property(route, (one) => {
        expect(parseRoute(formatRoute(one))).toEqual({ ...one, query: { ...one.query } })
      }),
    )
  })

  it('writes settings in one order, so that equal views have equal links', () => {
    const link = (query: Record<string, string>) => formatRoute({ view: 'run', subject: 'run_1', query })
    expect(link({ x: 'flops', smooth: '0.8' })).toBe(link({ smooth: '0.8', x: 'flops' }))
  })
})
