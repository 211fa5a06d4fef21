/** The served page saves figures as the window does: every format, as a download of the browser, with the right content. */
import { inflateSync } from 'node:zlib'
import { expect, test } from '../fixtures.ts'
import { CeilingsPage } from '../pages/analysis.ts'
import { gridRows } from '../pages/fields.ts'
import { expectPdf, pngSize, saveFigure } from '../pages/figures.ts'

test.use({ seed: 'study' })

test('PNG, SVG, PDF, CSV and LaTeX of the ceilings', async ({ bench }) => {
  const { page, frame } = bench
  const view = new CeilingsPage(page)
  await view.open(frame)
  await expect(gridRows(view.table)).toHaveCount(5)
  const trigger = page.getByRole('button', { name: 'Export', exact: true })
  const save = async (format: Parameters<typeof saveFigure>[2], ending: string) => {
    const { name, bytes } = await saveFigure(bench, trigger, format)
    expect(name).toBe(`ceilings-by-switch-point.${ending}`)
    return bytes
  }

  const svg = (await save('SVG', 'svg')).toString()
  const [, width, height] = /^<svg width="(\d+)" height="(\d+)"/.exec(svg)!
  await test.step('SVG: the words of the axes, on white', () => {
    expect(svg).toMatch(/<text [^>]*>SFT compute at the switch/)
    expect(svg).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
  })

  await test.step('PNG: twice the pixels, not blank', async () => {
    const png = await save('PNG', 'png')
    expect(pngSize(png)).toEqual({ width: 2 * Number(width), height: 2 * Number(height) })
    const data: Buffer[] = []
    for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
      if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
        data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
    expect(new Set(inflateSync(Buffer.concat(data))).size).toBeGreaterThan(50)
  })

  await test.step('PDF: vectors, its font inside', async () => {
    expectPdf(await save('PDF', 'pdf'))
  })

  await test.step('CSV and LaTeX: the numbers of the bars, unrounded and as a table', async () => {
    const [head, ...rows] = (await save('CSV', 'csv')).toString().trim().split('\r\n')
    expect(head).toContain('run,switch step,SFT FLOPs,P_sft %,PL_rl,A_post %')
    expect(rows).toHaveLength(4)
    for (const row of rows) {
      const cells = row.split(',').slice(-11).map(Number)
      const [, flops, pSft, plRl, aPost] = cells.slice(1, 6) as [number, number, number, number, number]
      expect(flops).toBeGreaterThanOrEqual(0)
      expect(pSft + plRl).toBeCloseTo(aPost, 6)
    }
    const latex = (await save('LaTeX', 'tex')).toString()
    expect(latex).toContain('\\toprule')
    expect(latex).toContain('P\\_sft')
    expect(latex.match(/\\\\/g)!.length).toBeGreaterThanOrEqual(rows.length + 1)
  })

  await test.step('one pane by itself', async () => {
    const pane = page.getByRole('region', { name: 'The chosen branch' })
    const csv = await saveFigure(bench, pane.getByRole('button', { name: 'Export this figure' }), 'CSV')
    expect(csv.bytes.toString()).toContain('FLOPs of the stage')
  })
})
