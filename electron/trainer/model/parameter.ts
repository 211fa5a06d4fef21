/** A parameter as it is stored: one array, stacked from one or several of Hugging Face's tensors. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly parts: readonly Part[]
}

/** One Hugging Face tensor, a block of a stored parameter's rows. */
export interface Part {
  readonly name: string
  readonly shape: readonly number[]
  /** Rows come in heads whose halves are paired for rotary positions (`layout.ts`). */
  readonly isRotary: boolean
  readonly initial: Initial
}

/** What fresh weights are drawn from: a normal or uniform (-bound, bound) distribution, or one number everywhere. */
export type Initial = { readonly deviation: number } | { readonly bound: number } | { readonly everywhere: number }

export const part = (name: string, shape: readonly number[], initial: Initial, isRotary = false): Part => ({
  name,
  shape,
  initial,
  isRotary,
})

export const whole = (name: string, only: Part): Parameter => ({ name, shape: only.shape, parts: [only] })

/** Parts of equal columns, one below the other. */
export const stack = (parts: readonly Part[]): Omit<Parameter, 'name'> => ({
  shape: [parts.reduce((rows, { shape }) => rows + shape[0]!, 0), ...parts[0]!.shape.slice(1)],
  parts,
})
