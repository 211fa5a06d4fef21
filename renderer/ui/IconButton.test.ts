// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { TooltipProvider } from 'reka-ui'
import { expect, it } from 'vitest'
import { h } from 'vue'
import IconButton from './IconButton.vue'

it('acts when it is pressed: the tooltip around it swallows neither listeners nor classes', async () => {
  let pressed = 0
  const wrapper = mount(TooltipProvider, {
    slots: { default: () => h(IconButton, { label: 'Pause', class: 'own', onClick: () => pressed++ }) },
  })
  const button = wrapper.get('button[aria-label="Pause"]')
  await button.trigger('click')
  expect(pressed).toBe(1)
  expect(button.classes()).toContain('own')
})
