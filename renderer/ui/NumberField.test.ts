// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import NumberField from './NumberField.vue'

const field = (value: number | null, more = {}) =>
  mount(NumberField, { props: { modelValue: value, label: 'Steps', ...more } })
const given = (wrapper: ReturnType<typeof field>) => wrapper.emitted('update:modelValue')?.map(([value]) => value) ?? []

it('gives its number on leaving, not while one types', async () => {
  const wrapper = field(300)
  const input = wrapper.find('input')
  await input.trigger('focus')
  await input.setValue('1e-3')
  expect(given(wrapper)).toEqual([])
  await input.trigger('blur')
  expect(given(wrapper)).toEqual([0.001])
})
it('keeps and marks what it cannot take', async () => {
  const wrapper = field(300, { min: 1, integer: true })
  const input = wrapper.find('input')
  await input.setValue('0')
  await input.trigger('blur')
  expect([
    given(wrapper),
    input.attributes('aria-invalid'),
    wrapper.find('[role=alert]').text(),
    input.element.value,
  ]).toEqual([[], 'true', 'at least 1', '0'])
})
it('steps by arrow keys, held to its limits', async () => {
  const wrapper = field(9, { max: 10 })
  const input = wrapper.find('input')
  await input.trigger('keydown', { key: 'ArrowUp' })
  await input.trigger('keydown', { key: 'ArrowUp' })
  await input.trigger('keydown', { key: 'ArrowDown', shiftKey: true })
  expect(given(wrapper)).toEqual([10, 0])
})
it('is null when it is emptied, where it may be', async () => {
  const wrapper = field(5, { nullable: true })
  await wrapper.find('input').setValue('')
  await wrapper.find('input').trigger('blur')
  expect(given(wrapper)).toEqual([null])
})
