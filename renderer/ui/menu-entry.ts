import type { Component } from 'vue'

export interface MenuEntry {
  readonly title: string
  readonly act: () => void
  readonly icon?: Component
  /** Electron accelerator. */
  readonly keys?: string
  readonly hint?: string
  readonly disabled?: boolean
  readonly danger?: boolean
  /** Given: a setting that is on or off; the menu stays open when it is changed. */
  readonly checked?: boolean
}
