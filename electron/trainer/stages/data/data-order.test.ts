import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataOrder, permutation } from './data-order.ts'

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)

describe('the data order', () => {
  it('sees every row once an epoch, in an order of its own, whatever the batch size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(1000),
        (rows, batch, seed) => {
          const order = new DataOrder(rows)
          let state = DataOrder.start(seed)
          const seen: number[] = []
          while (seen.length < 3 * rows) {
            const drawn = order.draw(state, batch)
            seen.push(...drawn.rows)
            state = drawn.next
          }
          const all = Array.from({ length: rows }, (_, i) => i)
          for (const epoch of [0, 1, 2]) expect(sorted(seen.slice(epoch * rows, (epoch + 1) * rows))).toEqual(all)
        },
      ),
    )
  })

  it('goes on from its state alone as if it had never stopped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }),
        (rows, batches) => {
          const whole = new DataOrder(rows).draw(
            DataOrder.start(7),
            batches.reduce((a, b) => a + b, 0),
          )
          let state = DataOrder.start(7)
          const parts = batches.flatMap((count) => {
            const drawn = new DataOrder(rows).draw(JSON.parse(JSON.stringify(state)) as typeof state, count)
            state = drawn.next
            return drawn.rows
          })
          expect(parts).toEqual(whole.rows)
          expect(state).toEqual(whole.next)
        },
      ),
    )
  })

  it('numbers its draws without a repeat', () => {
    const { draws } = new DataOrder(5).draw(DataOrder.start(3), 23)
    expect(draws).toEqual(Array.from({ length: 23 }, (_, i) => i))
  })

  it('shuffles: epochs and seeds differ', () => {
    const order = new DataOrder(50)
    const { rows } = order.draw(DataOrder.start(1), 100)
    expect(rows.slice(0, 50)).not.toEqual(rows.slice(50))
    expect(order.draw(DataOrder.start(2), 50).rows).not.toEqual(rows.slice(0, 50))
    expect(order.epochs({ seed: 1, epoch: 2, position: 25 })).toBe(2.5)
  })

  it('is a uniform permutation: every row is first about equally often', () => {
    const first = new Array<number>(6).fill(0)
    for (let seed = 0; seed < 3000; seed++) first[permutation(6, seed)[0]!]!++
    // chi-square of 5 degrees of freedom: 20.5 is its 99.9 % point.
    expect(first.reduce((sum, n) => sum + (n - 500) ** 2 / 500, 0)).toBeLessThan(20.5)
  })
})
