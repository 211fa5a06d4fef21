/**
 * A researcher brings a file of GSM8K's format, reads which lines were not taken, chooses rows by difficulty, saves them as a
 * subset and takes them out again; and a file with foreign names, mapped by hand.
 */
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expectAccessible } from '../accessible.ts'
import { answersFile, fewestSteps, foreignFile, gsmFile, mostSteps, rowsPerKind } from '../data.ts'
import { expect, test } from '../fixtures.ts'
import { CuratePage } from '../pages/curate.ts'
import { DatasetsPage } from '../pages/datasets.ts'
import { asNumber, enter } from '../pages/fields.ts'

const kinds = mostSteps - fewestSteps + 1

test('from a file to a subset and back to a file', async ({ bench }) => {
  const { page, frame, app } = bench
  const datasets = new DatasetsPage(page)
  const curate = new CuratePage(page)
  const file = await gsmFile(dirname(bench.workspace))

  await test.step('every bad line is named by number, the rest is taken', async () => {
    await frame.open('Datasets')
    await datasets.startImport()
    await datasets.chooseFile(file.path, app)
    await datasets.import()
    await expect(page.getByRole('dialog')).toContainText(`holds ${file.rows} rows`)
    const said = await datasets.rejections()
    expect(said.map(({ line }) => line)).toEqual(file.broken.map(({ line }) => line))
    for (const [at, { why }] of file.broken.entries()) expect(said[at]?.why).toMatch(why)
  })

  await test.step('difficulty is the number of steps; a range is kept by brush and by keys', async () => {
    await page.getByRole('button', { name: `Curate ${file.rows} rows` }).click()
    await expect(frame.main).toHaveAccessibleName('Curate')
    await expect(curate.left()).toHaveText(String(file.rows))
    await curate.from.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect(curate.left()).toHaveText(String((kinds - 2) * rowsPerKind))
    await curate.from.focus()
    await page.keyboard.press('Escape')
    await expect(curate.left()).toHaveText(String(file.rows))
    await curate.drag(0.05, 0.4)
    await expect(curate.left()).not.toHaveText(String(file.rows))
    expect(asNumber((await curate.left().textContent()) ?? '') % rowsPerKind).toBe(0)
    await curate.from.focus()
    await page.keyboard.press('Escape')
    await expect(curate.left()).toHaveText(String(file.rows))
  })

  await test.step('Easy and Hard draw from their quarter, Uniform and All from everything', async () => {
    // A quarter is 52.5 rows; ties at the quartile belong to it: two kinds of 30.
    for (const [strategy, rows] of [
      ['Easy', 60],
      ['Hard', 60],
      ['Uniform', 210],
      ['All', 210],
    ] as const) {
      await curate.strategy(strategy)
      await expect(curate.drawn(), strategy).toHaveText(String(rows))
    }
  })

  await test.step('the same recipe draws the same rows; another seed draws others', async () => {
    await curate.strategy('Hard')
    await curate.draw(40)
    await curate.seed(7)
    await expect(curate.drawn()).toHaveText('40')
    await curate.showDrawn()
    await expect(page.getByText('40 rows', { exact: true })).toBeVisible()
    const first = await curate.lines()
    expect(first.length).toBeGreaterThan(5)
    await curate.seed(8)
    await expect.poll(() => curate.lines()).not.toEqual(first)
    await curate.seed(7)
    await expect.poll(() => curate.lines()).toEqual(first)
    expect((await curate.split()).reduce((sum, part) => sum + part, 0)).toBe(40)
  })

  await test.step('saved, it is exported as JSONL that holds just those rows, no prompt in two parts', async () => {
    await curate.save('hard-40')
    await app?.evaluate(({ shell }) => (shell.showItemInFolder = () => undefined))
    await page.getByRole('button', { name: 'Export JSONL' }).click()
    const said = page.getByText(/40 rows written to /)
    await expect(said.first()).toBeVisible()
    const path = ((await said.first().textContent()) ?? '').split(' written to ')[1] ?? ''
    const rows = (await readFile(path.trim(), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
    expect(rows).toHaveLength(40)
    const parts = Map.groupBy(rows, (row) => row['prompt'] ?? row['question'] ?? '')
    for (const [prompt, same] of parts) {
      expect(prompt).toContain('Basket')
      expect(new Set(same.map(({ split }) => split)).size).toBe(1)
    }
    expect(new Set(rows.map(({ split }) => split))).toEqual(new Set(['train', 'validation', 'test']))
  })
})

test('a file with foreign names is mapped by hand', async ({ bench }) => {
  const { page, frame, app } = bench
  const datasets = new DatasetsPage(page)
  const file = await foreignFile(dirname(bench.workspace))
  await frame.open('Datasets')
  await datasets.startImport()
  await datasets.chooseFile(file.path, app)
  await datasets.map('prompt', 'zadanie')
  await datasets.map('trajectory', 'droga')
  await datasets.map('final answer', 'wynik')
  await datasets.map('source', 'skad')
  await datasets.import()
  await expect(page.getByRole('dialog')).toContainText(`holds ${file.rows} rows`)
  await page.getByRole('button', { name: `Curate ${file.rows} rows` }).click()
  await expect(new CuratePage(page).left()).toHaveText(String(file.rows))
})

test('a file dropped on the window is read where it lies; prompts with answers are enough', async ({ bench }) => {
  const { page, frame } = bench
  const datasets = new DatasetsPage(page)
  const file = await gsmFile(dirname(bench.workspace))

  await test.step('on Start, which is not its view', async () => {
    await frame.go('#/start')
    await datasets.dropFile(file.path, page.getByRole('heading', { level: 1 }))
    await expect(page).toHaveURL(/#\/datasets$/)
    await datasets.import()
    await page.keyboard.press('Escape')
    // Read by its path, not sent through the window: that is what its card names.
    await expect(page.getByRole('group', { name: 'Data card' }).getByTitle(file.path)).toBeVisible()
  })

  await test.step('without trajectories, with what that means', async () => {
    await frame.go('#/datasets')
    const answers = await answersFile(dirname(bench.workspace))
    await datasets.dropFile(answers.path, frame.main)
    await expect(datasets.dialog).toContainText('enough for RL')
    await datasets.import()
    await expect(page.getByRole('dialog')).toContainText(`holds ${answers.rows} rows`)
    await page.keyboard.press('Escape')
  })

  await test.step('and serve as a benchmark: near-duplicates and shared prompts are taken out', async () => {
    const curate = new CuratePage(page)
    await datasets.list.getByRole('row').filter({ hasText: 'gsm-train' }).click()
    await page.getByRole('button', { name: 'Curate', exact: true }).click()
    await expect(curate.left()).toHaveText(String(file.rows))
    await curate.recipe.getByRole('switch', { name: 'in a benchmark' }).click()
    await page.getByRole('checkbox', { name: 'answers' }).click()
    await page.keyboard.press('Escape')
    // The ten prompts of the benchmark themselves, and all whose sums share eight words with theirs.
    await expect.poll(async () => asNumber(await curate.left().innerText())).toBeLessThanOrEqual(file.rows - 10)
    const clean = asNumber(await curate.left().innerText())
    expect(clean).toBeGreaterThan(0)
    await curate.recipe.getByRole('switch', { name: 'in a benchmark' }).click()
    await expect(curate.left()).toHaveText(String(file.rows))

    await curate.recipe.getByRole('switch', { name: 'near-duplicate prompt' }).click()
    const similarity = curate.recipe.getByRole('spinbutton', { name: /similarity/ })
    await expect(similarity).toHaveValue('0.7')
    await expect(page).toHaveURL(/near=0\.7/)
    await enter(similarity, 0.3)
    await expect.poll(async () => asNumber(await curate.left().innerText())).toBeLessThan(file.rows)
    await expectAccessible(page, 'Curate, comparing prompts')
    await curate.recipe.getByRole('switch', { name: 'near-duplicate prompt' }).click()
    await expect(curate.left()).toHaveText(String(file.rows))
  })
})
