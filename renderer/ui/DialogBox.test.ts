// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { h, nextTick, ref } from 'vue'
import RenameDialog from './RenameDialog.vue'

const dialogs = () => document.querySelectorAll('[role=dialog]').length

it('is closed when what it stands on goes away, and does not come back with it', async () => {
  const isOpen = ref(true)
  const isThere = ref(true)
  const setOpen = (now: boolean) => (isOpen.value = now)
  const dialog = () =>
    h(RenameDialog, {
      ...{ what: 'dataset', current: 'a', rename: () => Promise.resolve() },
      ...{ open: isOpen.value, 'onUpdate:open': setOpen },
    })
  const wrapper = mount(() => (isThere.value ? dialog() : null), { attachTo: document.body })
  await nextTick()
  expect(dialogs()).toBe(1)

  isThere.value = false
  await nextTick()
  expect(isOpen.value).toBe(false)

  isThere.value = true
  await nextTick()
  expect(dialogs()).toBe(0)
  wrapper.unmount()
})
