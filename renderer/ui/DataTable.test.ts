// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { beforeAll, describe, expect, it } from 'vitest'
import DataTable from './DataTable.vue'
import type { Column } from './table-column.ts'

interface Row {
  readonly id: number
  readonly name: string
}
const columns: readonly Column<Row>[] = [
  { id: 'name', title: 'name', width: '1fr', text: ({ name }) => name, sortBy: ({ name }) => name },
]
const many = Array.from({ length: 5000 }, (_, id) => ({ id, name: `row ${id}` }))

// happy-dom lays nothing out: the scroller gets a height, as a browser would give it.
beforeAll(() => {
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { value: 280, configurable: true })
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { value: 280, configurable: true })
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { value: 600, configurable: true })
})

async function table(props: Record<string, unknown> = {}) {
  const wrapper = mount(DataTable, {
    props: { columns, rows: many, rowKey: (row: Row) => row.id, label: 'Rows', ...props },
    attachTo: document.body,
  })
  await nextTick()
  await nextTick()
  return wrapper
}
const emitted = (wrapper: Awaited<ReturnType<typeof table>>, event: string) =>
  wrapper.emitted(event)?.map(([value]) => value)

describe('a long table', () => {
  it('has few rows in the page and says how many there are', async () => {
    const wrapper = await table()
    expect(wrapper.attributes('aria-rowcount')).toBe('5001')
    expect(wrapper.findAll('[role=row]').length).toBeLessThan(60)
  })
  it('moves its current row by keys, and opens it', async () => {
    const wrapper = await table()
    for (const key of ['ArrowDown', 'ArrowDown', 'End', 'Enter']) await wrapper.trigger('keydown', { key })
    expect(emitted(wrapper, 'update:current')).toEqual([0, 1, 4999])
    expect(emitted(wrapper, 'open')).toEqual([many[4999]])
  })
  it('selects by Space, all by Ctrl+A, removes what is selected', async () => {
    const wrapper = await table({ rows: many.slice(0, 3), selectable: true, current: 1 })
    await wrapper.trigger('keydown', { key: ' ' })
    await wrapper.trigger('keydown', { key: 'a', ctrlKey: true })
    expect(emitted(wrapper, 'update:selection')?.map((keys) => [...(keys as Set<number>)])).toEqual([[1], [0, 1, 2]])
    await wrapper.setProps({ selection: new Set([0, 2]) })
    await wrapper.trigger('keydown', { key: 'Delete' })
    expect(emitted(wrapper, 'remove')).toEqual([[many[0], many[2]]])
  })
  it('sorts by its heads and says so', async () => {
    const wrapper = await table({ rows: [many[2], many[0], many[1]] })
    await wrapper.find('[role=columnheader] button').trigger('click')
    expect(emitted(wrapper, 'update:sort')).toEqual([{ column: 'name', descending: false }])
    await wrapper.setProps({ sort: { column: 'name', descending: true } })
    expect(wrapper.find('[role=columnheader]').attributes('aria-sort')).toBe('descending')
    expect(wrapper.findAll('[role=gridcell]').map((cell) => cell.text())).toEqual(['row 2', 'row 1', 'row 0'])
  })
  it('asks for the rows in sight where they come in pages', async () => {
    const wrapper = await table({ rows: undefined, count: 200_000, at: () => undefined })
    expect(wrapper.emitted('range')?.at(-1)?.[0]).toBe(0)
    expect(wrapper.attributes('aria-rowcount')).toBe('200001')
  })
})
