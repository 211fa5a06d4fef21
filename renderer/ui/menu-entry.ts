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
}
