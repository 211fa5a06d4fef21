// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import BrushOverlay from './BrushOverlay.vue'

const overlay = (range: [number | null, number | null]) =>
  mount(BrushOverlay, {
    props: {
      edges: [0.5, 1.5, 2.5, 3.5, 4.5],
      integer: true,
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      readout: (bin: number) => `bin ${bin}`,
      binName: (bin: number) => String(bin + 1),
      label: 'Range of steps',
      modelValue: range,
    },
  })

describe('the brush by keys', () => {
  it('says where its borders stand', () => {
    const [from, to] = overlay([2, 3]).findAll('[role=slider]')
    expect([from?.attributes('aria-valuetext'), to?.attributes('aria-valuetext')]).toEqual(['2', '3'])
  })
  it('moves a border, not past the other one, and opens at the pool’s ends', async () => {
    const wrapper = overlay([2, 3])
    const [from, to] = wrapper.findAll('[role=slider]')
    await from?.trigger('keydown', { key: 'ArrowRight' })
    await from?.trigger('keydown', { key: 'End' })
    await to?.trigger('keydown', { key: 'End' })
    await from?.trigger('keydown', { key: 'Home' })
    expect(wrapper.emitted('update:modelValue')?.map(([range]) => range)).toEqual([
      [3, 3],
      [3, 3],
      [3, null],
      [null, null],
    ])
  })
  it('keeps all again on Escape', async () => {
    const wrapper = overlay([2, 3])
    await wrapper.find('[role=slider]').trigger('keydown', { key: 'Escape' })
    expect(wrapper.emitted('update:modelValue')?.at(-1)).toEqual([[null, null]])
  })
})
