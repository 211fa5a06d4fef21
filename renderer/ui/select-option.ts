export interface SelectOption<T> {
  readonly value: T
  readonly title: string
  /** Grey, at the right. */
  readonly hint?: string
  readonly disabled?: boolean
}
