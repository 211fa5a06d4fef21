/** Matrices of expressions: what an answer may ask of them. */
import { integer, minus, product, sum, type Expression } from './expression.ts'

type Rows = readonly (readonly Expression[])[]

/** Laplace along the first row: answers are small. Throws RangeError for a matrix that is not square or larger than 6. */
export function determinant(rows: Rows): Expression {
  const n = rows.length
  if (n > 6 || rows.some((row) => row.length !== n)) throw new RangeError('no determinant')
  if (n === 1) return rows[0]![0]!
  const terms = rows[0]!.map((entry, column) => {
    const minor = determinant(rows.slice(1).map((row) => row.filter((_, j) => j !== column)))
    const term = product(entry, minor)
    return column % 2 === 0 ? term : minus(term)
  })
  return sum(...terms)
}

/** A + B by entries; undefined for different shapes. */
export function matrixSum(a: Rows, b: Rows): Rows | undefined {
  if (a.length !== b.length || a[0]!.length !== b[0]!.length) return undefined
  return a.map((row, i) => row.map((entry, j) => sum(entry, b[i]![j]!)))
}

/** A B; undefined for shapes that do not fit. */
export function matrixProduct(a: Rows, b: Rows): Rows | undefined {
  if (a[0]!.length !== b.length) return undefined
  return a.map((row) =>
    b[0]!.map((_, j) => row.reduce<Expression>((total, entry, k) => sum(total, product(entry, b[k]![j]!)), integer(0))),
  )
}

/** The matrix that an expression of matrices comes to: sums, products, scalar multiples, whole powers. Undefined if it is none. */
export function matrixValue(expression: Expression): Rows | undefined {
  switch (expression.kind) {
    case 'matrix':
      return expression.rows
    case 'add': {
      const parts = expression.args.map(matrixValue)
      return parts.reduce((total, part) => (total && part ? matrixSum(total, part) : undefined))
    }
    case 'multiply': {
      const scalars: Expression[] = []
      let total: Rows | undefined
      for (const arg of expression.args) {
        const matrix = matrixValue(arg)
        if (!matrix) scalars.push(arg)
        else if (!total) total = matrix
        else {
          total = matrixProduct(total, matrix)
          if (!total) return undefined
        }
      }
      const scalar = scalars.length > 0 ? product(...scalars) : undefined
      return scalar ? total?.map((row) => row.map((entry) => product(scalar, entry))) : total
    }
    case 'power': {
      const base = matrixValue(expression.base)
      const { exponent } = expression
      if (
        !base ||
        exponent.kind !== 'number' ||
        exponent.value.d !== 1n ||
        exponent.value.n < 1n ||
        exponent.value.n > 16n
      )
        return undefined
      let total: Rows | undefined = base
      for (let i = 1n; i < exponent.value.n && total; i++) total = matrixProduct(total, base)
      return total
    }
    default:
      return undefined
  }
}
