/**
 * Curve files, JSON and CSV, into one type (docs/commands.md, "Curve files"). Every refusal names file, line and field.
 */
import { z } from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import { readCsvRuns, type CsvRun } from './curve-csv.ts'
import {
  CurveRefusal,
  orRefused,
  rejectedCurve,
  throwRefusal,
  type OnRefusal,
  type RejectedCurve,
} from './curve-refusal.ts'
import { fieldName, lineOfPath, lineOfSyntaxError } from './json-place.ts'
import type { Curve, CurvePoint, CurveSet, Regime } from './types.ts'

const percent = z.number().min(0).max(100)
const compute = z.number().nonnegative()
/** An absent field and a null one are the same. */
const orNull = <T extends z.ZodType>(type: T) => type.nullish().transform((value): z.output<T> | null => value ?? null)
const Stage = z.enum(['pretrain', 'sft', 'rl', 'synchronized'])

const Point = z.object({
  flops_e18: compute.optional(),
  flops: compute.optional(),
  step: orNull(z.number().nonnegative()),
  scores: z.record(z.string(), percent).optional(),
  overall: orNull(percent),
  val_loss: orNull(z.number().positive()),
})

const FileCurve = z.object({
  id: z.string().min(1),
  dataset: z.string().min(1),
  stage: Stage,
  parent: orNull(z.string()),
  branch_step: orNull(z.number().nonnegative()),
  branch_flops_e18: orNull(compute),
  branch_flops: orNull(compute),
  P_sft: orNull(percent),
  same_as: orNull(z.string()),
  regime: orNull(z.string()),
  /** Printed by the source: the ceiling of a branch, the lowest loss of an SFT run. */
  A_post: orNull(percent),
  min_val_loss: orNull(z.number().positive()),
  objective: orNull(z.string().min(1)),
  points: z.array(Point).default([]),
})
type FileCurve = z.infer<typeof FileCurve>

const CurveFile = z.object({
  schema: z.string().optional(),
  source: orNull(z.string()),
  model: orNull(z.string()),
  /** What the RL stages optimise, where the curves do not say. */
  rl: orNull(z.string()),
  benchmarks: z.record(z.string(), z.number().positive()).optional(),
  curves: z.array(z.unknown()).min(1),
})

/** Reads a curve file by its content: JSON if it starts with a brace, a table otherwise. */
export function readCurveFile(text: string, file: string): CurveSet {
  return read(text, file, throwRefusal)
}

/**
 * As `readCurveFile`, but curves that are wrong are left out and listed.
 * Throws where the file as a whole is no curve file, and `input.empty` where no curve is left.
 */
export function sortCurveFile(text: string, file: string): { set: CurveSet; rejected: RejectedCurve[] } {
  const rejected: RejectedCurve[] = []
  const set = read(text, file, (refusal) => rejected.push(rejectedCurve(refusal)))
  if (set.curves.length > 0) return { set, rejected }
  const [first] = rejected
  throw new Failure({
    code: 'input.empty',
    message: `No curve of the file can be used; the first is refused because: ${first?.reason ?? 'there is none'}`,
    input: first ? `${file}:${first.line}, field "${first.field}"` : file,
    remedy: first?.remedy ?? remedy,
  })
}

const read = (text: string, file: string, onRefusal: OnRefusal): CurveSet =>
  /^\uFEFF?\s*[{[]/.test(text) ? readCurveJson(text, file, onRefusal) : readCurveCsv(text, file, onRefusal)

const remedy = 'Correct that field. The schema is that of docs/commands.md, "Curve files".'

/** Reads JSON in the schema `switchpoint/retu-curves/1`. Throws `input.invalid` or `input.empty`. */
export function readCurveJson(text: string, file: string, onRefusal: OnRefusal = throwRefusal): CurveSet {
  const raw = parseJson(text.replace(/^\uFEFF/, ''), file)
  const parsed = CurveFile.safeParse(raw)
  const refuse = (path: readonly PropertyKey[], message: string, curve: string | null = null): never => {
    throw new CurveRefusal({ file, line: lineOfPath(text, path), field: fieldName(path), curve }, message, remedy)
  }
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    return refuse(issue.path, issue.message)
  }
  const checked = parsed.data.curves.flatMap((each, c) => {
    const curve = orRefused(() => checkedCurve(each, c, refuse), onRefusal)
    return curve ? [{ curve, c }] : []
  })
  const good = orderedCurves(checked, refuse, onRefusal)
  return {
    source: parsed.data.source,
    model: parsed.data.model,
    flopsUnit: good[0] ? unitOf(good[0]) : 1,
    benchmarks: parsed.data.benchmarks ?? {},
    curves: good.map((curve) => curveOf(curve, parsed.data.rl)),
  }
}

type Refuse = (path: readonly PropertyKey[], message: string, curve?: string | null) => never

const unitOf = ({ points, branch_flops_e18: inExa }: FileCurve): number =>
  points.length > 0 ? (points[0]!.flops_e18 === undefined ? 1 : 1e18) : inExa === null ? 1 : 1e18

/** One curve by itself: its form, its units, the order of its points. */
function checkedCurve(each: unknown, c: number, refuse: Refuse): FileCurve {
  const parsed = FileCurve.safeParse(each)
  const named = (each as { id?: unknown } | null)?.id
  const id = typeof named === 'string' && named !== '' ? named : null
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    return refuse(['curves', c, ...issue.path], issue.message, id)
  }
  const curve = parsed.data
  const at = (field: string, ...rest: PropertyKey[]) => ['curves', c, field, ...rest]
  if (curve.points.length === 0 && curve.A_post === null)
    refuse(at('points'), 'A curve needs a point, or the ceiling that its source prints (A_post).', id)
  if (curve.regime !== null && printedRegime(curve.regime) === null)
    refuse(at('regime'), `"${curve.regime}" is no regime.`, id)
  curve.points.forEach((point, p) => {
    const before = curve.points[p - 1]
    const own = point.flops_e18 ?? point.flops
    if (own === undefined) return refuse(at('points', p), 'A point needs its compute: flops_e18, or flops.', id)
    if (before && (before.flops_e18 === undefined) !== (point.flops_e18 === undefined))
      refuse(at('points', p), 'The file mixes flops_e18 and flops.', id)
    const last = before && (before.flops_e18 ?? before.flops)!
    if (last !== undefined && own <= last)
      refuse(at('points', p), `Points must increase in compute; ${own} follows ${last}.`, id)
    if (point.overall === null && point.val_loss === null && Object.keys(point.scores ?? {}).length === 0)
      refuse(at('points', p), 'A point needs a score or a validation loss.', id)
  })
  return curve
}

/** The curves together: ids once, one unit, copies of curves that are there. */
function orderedCurves(
  checked: readonly { readonly curve: FileCurve; readonly c: number }[],
  refuse: Refuse,
  onRefusal: OnRefusal,
): FileCurve[] {
  const ids = new Set<string>()
  let unit: number | null = null
  const distinct = checked.filter(({ curve, c }) =>
    orRefused(() => {
      if (ids.has(curve.id)) refuse(['curves', c, 'id'], `The id "${curve.id}" is taken by an earlier curve.`, curve.id)
      unit ??= unitOf(curve)
      if (unitOf(curve) !== unit) refuse(['curves', c, 'points'], 'The file mixes flops_e18 and flops.', curve.id)
      ids.add(curve.id)
      return true
    }, onRefusal),
  )
  return distinct.flatMap(
    ({ curve, c }) =>
      orRefused(() => {
        if (curve.same_as !== null && !ids.has(curve.same_as))
          refuse(['curves', c, 'same_as'], `There is no curve "${curve.same_as}" in this file.`, curve.id)
        return curve
      }, onRefusal) ?? [],
  )
}

const curveOf = (curve: FileCurve, rl: string | null): Curve => ({
  id: curve.id,
  dataset: curve.dataset,
  stage: curve.stage,
  parent: curve.parent,
  branchStep: curve.branch_step,
  branchFlops: curve.branch_flops_e18 ?? curve.branch_flops,
  pSft: curve.P_sft,
  sameAs: curve.same_as,
  printedRegime: curve.regime === null ? null : printedRegime(curve.regime),
  ...(curve.A_post !== null && { printedCeiling: curve.A_post }),
  ...(curve.min_val_loss !== null && { printedMinLoss: curve.min_val_loss }),
  ...objectiveOf(curve, rl),
  points: curve.points.map((point) => ({
    flops: (point.flops_e18 ?? point.flops)!,
    step: point.step,
    scores: point.scores ?? {},
    overall: point.overall,
    valLoss: point.val_loss,
  })),
})

function objectiveOf({ stage, objective }: FileCurve, rl: string | null): { objective?: string } {
  const own = objective ?? (stage === 'rl' ? rl : null)
  return own === null ? {} : { objective: own.toLowerCase() }
}

/** Reads the CSV form of curve files. */
export function readCurveCsv(text: string, file: string, onRefusal: OnRefusal = throwRefusal): CurveSet {
  const { runs, flopsUnit } = readCsvRuns(text, file, onRefusal)
  const byId = new Map(runs.map((run) => [run.id, run]))
  const curves = runs.flatMap((run) => orRefused(() => csvCurve(run, byId, file), onRefusal) ?? [])
  return { source: null, model: null, flopsUnit, benchmarks: {}, curves }
}

function csvCurve(run: CsvRun, byId: ReadonlyMap<string, CsvRun>, file: string): Curve {
  const stage = Stage.safeParse(run.stage)
  const refuse = (field: string, line: number, message: string): never => {
    throw new CurveRefusal({ file, line, field, curve: run.id }, message, 'Correct that row, or leave it out.')
  }
  if (!stage.success) return refuse('stage', run.line, `"${run.stage}" is none of pretrain, sft, rl, synchronized.`)
  const points = run.points.map((point): CurvePoint => {
    const { val_loss: valLoss, overall, ...scores } = Object.fromEntries(point.values)
    for (const [metric, value] of Object.entries({ ...scores, ...(overall !== undefined && { overall }) })) {
      if (value < 0 || value > 100) refuse('value', point.line, `"${metric}" must be a percentage, not ${value}.`)
    }
    if (valLoss !== undefined && valLoss <= 0)
      refuse('value', point.line, `"val_loss" must be positive, not ${valLoss}.`)
    return { flops: point.flops, step: point.step, scores, overall: overall ?? null, valLoss: valLoss ?? null }
  })
  const checkpoint = byId.get(run.parent ?? '')?.points.find((p) => p.step !== null && p.step === run.parentStep)
  return {
    id: run.id,
    dataset: run.dataset,
    stage: stage.data,
    parent: run.parent,
    branchStep: run.parentStep,
    branchFlops: checkpoint?.flops ?? (run.parentStep === 0 ? 0 : null),
    pSft: points.find((p) => p.flops === 0)?.overall ?? checkpoint?.values.get('overall') ?? null,
    sameAs: null,
    printedRegime: null,
    points,
  }
}

/** The labels that figures print: "Adaptive", "Stable", "Mild over-fit", "Severe over-fit". */
export function printedRegime(text: string): Regime | null {
  const label = text.trim().toLowerCase()
  if (label.startsWith('adapt')) return 'adaptive'
  if (label.startsWith('stab')) return 'stable'
  if (label.startsWith('mild')) return 'mild'
  if (label.startsWith('sev')) return 'severe'
  return label === 'above-the-band' || label === 'above the band' ? 'above-the-band' : null
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(
      {
        code: 'input.invalid',
        message: `This is not JSON: ${reason}`,
        input: `${file}:${lineOfSyntaxError(text)}`,
        remedy: 'Export the file again.',
      },
      { cause: error },
    )
  }
}

/** A set back in the JSON schema, ready for `JSON.stringify`. */
export function curveFileOf(set: CurveSet) {
  const inExa = set.flopsUnit === 1e18
  const [flops, branchFlops] = inExa
    ? (['flops_e18', 'branch_flops_e18'] as const)
    : (['flops', 'branch_flops'] as const)
  return {
    schema: 'switchpoint/retu-curves/1',
    source: set.source,
    model: set.model,
    benchmarks: set.benchmarks,
    curves: set.curves.map((curve) => ({
      id: curve.id,
      dataset: curve.dataset,
      stage: curve.stage,
      parent: curve.parent,
      branch_step: curve.branchStep,
      [branchFlops]: curve.branchFlops,
      P_sft: curve.pSft,
      same_as: curve.sameAs,
      regime: curve.printedRegime,
      A_post: curve.printedCeiling,
      min_val_loss: curve.printedMinLoss,
      objective: curve.objective,
      points: curve.points.map((point) => ({
        [flops]: point.flops,
        step: point.step,
        scores: point.scores,
        overall: point.overall,
        val_loss: point.valLoss,
      })),
    })),
  }
}
