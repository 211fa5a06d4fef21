/**
 * Curve files, JSON and CSV, into one type (docs/commands.md, "Curve files"). Every refusal names file, line and field.
 */
import { z } from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import { readCsvRuns } from './curve-csv.ts'
import { fieldName, lineOfOffset, lineOfPath } from './json-place.ts'
import type { Curve, CurvePoint, CurveSet, Regime } from './types.ts'

const percent = z.number().min(0).max(100)
const compute = z.number().nonnegative()
const Stage = z.enum(['pretrain', 'sft', 'rl', 'synchronized'])

const Point = z.object({
  flops_e18: compute.optional(),
  flops: compute.optional(),
  step: z.number().nonnegative().nullish(),
  scores: z.record(z.string(), percent).optional(),
  overall: percent.nullish(),
  val_loss: z.number().positive().nullish(),
})

const FileCurve = z.object({
  id: z.string().min(1),
  dataset: z.string().min(1),
  stage: Stage,
  parent: z.string().nullish(),
  branch_step: z.number().nonnegative().nullish(),
  branch_flops_e18: compute.nullish(),
  branch_flops: compute.nullish(),
  P_sft: percent.nullish(),
  same_as: z.string().nullish(),
  regime: z.string().nullish(),
  points: z.array(Point).min(1),
})

const CurveFile = z.object({
  schema: z.string().optional(),
  source: z.string().nullish(),
  model: z.string().nullish(),
  benchmarks: z.record(z.string(), z.number().positive()).optional(),
  curves: z.array(FileCurve).min(1),
})
type CurveFile = z.infer<typeof CurveFile>
type FilePoint = z.infer<typeof Point>

/** Reads a curve file by its content: JSON if it starts with a brace, a table otherwise. */
export function readCurveFile(text: string, file: string): CurveSet {
  return /^\uFEFF?\s*[{[]/.test(text) ? readCurveJson(text, file) : readCurveCsv(text, file)
}

/** Reads JSON in the schema `switchpoint/retu-curves/1`. Throws `input.invalid` or `input.empty`. */
export function readCurveJson(text: string, file: string): CurveSet {
  const raw = parseJson(text, file)
  const refuse = (path: readonly PropertyKey[], message: string): never => {
    throw new Failure({
      code: 'input.invalid',
      message,
      input: `${file}:${lineOfPath(text, path)}, field "${fieldName(path)}"`,
      remedy: 'Correct that field. The schema is that of docs/commands.md, "Curve files".',
    })
  }
  const parsed = CurveFile.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    return refuse(issue.path, issue.message)
  }
  const flopsUnit = unitOf(parsed.data, refuse)
  const curves = parsed.data.curves.map((curve, c) => {
    const label = curve.regime ?? null
    const regime = label === null ? null : printedRegime(label)
    if (label !== null && regime === null) refuse(['curves', c, 'regime'], `"${label}" is no regime.`)
    return {
      id: curve.id,
      dataset: curve.dataset,
      stage: curve.stage,
      parent: curve.parent ?? null,
      branchStep: curve.branch_step ?? null,
      branchFlops: curve.branch_flops_e18 ?? curve.branch_flops ?? null,
      pSft: curve.P_sft ?? null,
      sameAs: curve.same_as ?? null,
      printedRegime: regime,
      points: curve.points.map((point) => pointOf(point)),
    } satisfies Curve
  })
  checkCurves(curves, refuse)
  return {
    source: parsed.data.source ?? null,
    model: parsed.data.model ?? null,
    flopsUnit,
    benchmarks: parsed.data.benchmarks ?? {},
    curves,
  }
}

const pointOf = (point: FilePoint): CurvePoint => ({
  flops: point.flops_e18 ?? point.flops ?? Number.NaN,
  step: point.step ?? null,
  scores: point.scores ?? {},
  overall: point.overall ?? null,
  valLoss: point.val_loss ?? null,
})

type Refuse = (path: readonly PropertyKey[], message: string) => never

/** One unit a file: points say `flops_e18` or `flops`, all the same. */
function unitOf(file: CurveFile, refuse: Refuse): number {
  let unit: number | null = null
  file.curves.forEach((curve, c) =>
    curve.points.forEach((point, p) => {
      const own = point.flops_e18 !== undefined ? 1e18 : point.flops !== undefined ? 1 : null
      if (own === null) return refuse(['curves', c, 'points', p], 'A point needs its compute: flops_e18, or flops.')
      if (unit !== null && own !== unit) refuse(['curves', c, 'points', p], 'The file mixes flops_e18 and flops.')
      unit = own
    }),
  )
  return unit ?? 1
}

function checkCurves(curves: readonly Curve[], refuse: Refuse): void {
  const ids = new Set<string>()
  curves.forEach((curve, c) => {
    if (ids.has(curve.id)) refuse(['curves', c, 'id'], `The id "${curve.id}" is taken by an earlier curve.`)
    ids.add(curve.id)
    curve.points.forEach((point, p) => {
      if (p > 0 && point.flops <= curve.points[p - 1]!.flops) {
        refuse(
          ['curves', c, 'points', p],
          `Points must increase in compute; ${point.flops} follows ${curve.points[p - 1]!.flops}.`,
        )
      }
      if (point.overall === null && point.valLoss === null && Object.keys(point.scores).length === 0) {
        refuse(['curves', c, 'points', p], 'A point needs a score or a validation loss.')
      }
    })
  })
  curves.forEach((curve, c) => {
    if (curve.sameAs !== null && !ids.has(curve.sameAs)) {
      refuse(['curves', c, 'same_as'], `There is no curve "${curve.sameAs}" in this file.`)
    }
  })
}

/** Reads the CSV form of curve files. */
export function readCurveCsv(text: string, file: string): CurveSet {
  const { runs, flopsUnit } = readCsvRuns(text, file)
  const byId = new Map(runs.map((run) => [run.id, run]))
  const curves = runs.map((run): Curve => {
    const stage = Stage.safeParse(run.stage)
    const refuse = (field: string, line: number, message: string): never => {
      throw new Failure({
        code: 'input.invalid',
        message,
        input: `${file}:${line}, field "${field}"`,
        remedy: 'Correct that row, or leave it out.',
      })
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
  })
  return { source: null, model: null, flopsUnit, benchmarks: {}, curves }
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
    const position = /position (\d+)/.exec(reason)
    const line = position ? `:${lineOfOffset(text, Number(position[1]))}` : ''
    throw new Failure(
      {
        code: 'input.invalid',
        message: `This is not JSON: ${reason}`,
        input: `${file}${line}`,
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
