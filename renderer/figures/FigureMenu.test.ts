// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, type Component } from 'vue'
import Pane from '../ui/Pane.vue'
import { useToasts } from '../ui/toasts.ts'
import { placeChart, type PlacedChart } from './figure-place.ts'

const chart = (change: Partial<PlacedChart> = {}): PlacedChart => ({
  label: 'Accuracy against compute',
  option: () => ({}),
  table: { columns: ['step'], rows: [[1]] },
  box: () => ({ left: 10, top: 20, width: 300, height: 200 }),
  ...change,
})
const Charted = defineComponent({
  setup() {
    placeChart(() => chart())
    return () => h('div', 'a chart')
  },
})

let saved: { name: string; text: Promise<string> } | null
beforeEach(() => {
  saved = null
  const blobs = new Map<string, Blob>()
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    blobs.set('blob:1', blob as Blob)
    return 'blob:1'
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved = { name: this.download, text: blobs.get(this.getAttribute('href')!)!.text() }
  })
})
afterEach(() => vi.restoreAllMocks())

/** The head follows its charts a tick later. */
async function pane(inside: Component) {
  const wrapper = mount(
    () => h(TooltipProvider, () => h(Pane, { title: 'Hard-102K leads' }, { default: () => h(inside) })),
    { attachTo: document.body },
  )
  await nextTick()
  return wrapper
}
const menu = '[aria-label="Export this figure"]'

describe('the export menu of a pane', () => {
  it('is there for a chart, and only then', async () => {
    expect((await pane(Charted)).find(menu).exists()).toBe(true)
    expect((await pane(defineComponent(() => () => h('p', 'text')))).find(menu).exists()).toBe(false)
  })
  it('saves the drawn numbers under the pane’s title, by keys alone', async () => {
    const wrapper = await pane(Charted)
    const trigger = wrapper.find<HTMLButtonElement>(menu)
    trigger.element.focus()
    await trigger.trigger('keydown', { key: 'Enter' })
    await vi.waitFor(() => expect(document.querySelector('[role=menu]')).not.toBeNull(), { timeout: 30_000 })
    const entries = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')]
    expect(entries.map(({ textContent }) => textContent?.trim().split(/\s/)[0])).toEqual([
      'PNGtwice',
      'SVGvector',
      'PDFvector,',
      'CSVthe',
      'LaTeXbooktabs',
      'Copy',
    ])
    entries[3]!.click()
    await vi.waitFor(() => expect(saved?.name).toBe('hard-102k-leads.csv'), { timeout: 30_000 })
    expect(await saved!.text).toBe('step\r\n1\r\n')
    await nextTick()
    expect(useToasts().toasts.value.at(-1)?.text).toBe('Saved hard-102k-leads.csv')
  })
})
