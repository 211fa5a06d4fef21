/** SFT and RL on texts of one's own: a preset that leaves its rows open, a model folder in Hugging Face's form, LoRA. */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeTinyModel } from '../../electron/engine/fixtures/tiny-model-folder.ts'
import { expectAccessible } from '../accessible.ts'
import { gsmFile } from '../data.ts'
import { expect, test } from '../fixtures.ts'
import { Gallery } from '../gallery.ts'
import { CuratePage } from '../pages/curate.ts'
import { DatasetsPage } from '../pages/datasets.ts'
import { ExperimentsPage } from '../pages/experiments.ts'
import { choose, enter } from '../pages/fields.ts'
import { RunPage } from '../pages/run.ts'
import { repository } from '../program.ts'

/** How many places the model was made for: as many as the preset's rows and answers may take. */
async function reachingTo(places: number, folder: string): Promise<void> {
  const path = join(folder, 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify({ ...config, max_position_embeddings: places }))
}

test('from the preset to a LoRA run on a model folder', async ({ bench }) => {
  test.slow()
  const { page, frame, app } = bench
  const experiments = new ExperimentsPage(page)
  const start = experiments.stage('Start')
  const gallery = await Gallery.of(bench)
  let composed = ''
  const model = join(dirname(bench.workspace), 'tiny-llama')
  writeTinyModel(model, join(repository, 'resources', 'tokenizers', 'gsm8k-512'))
  await reachingTo(1024, model)

  await test.step('the preset says what it lacks, and cannot be queued', async () => {
    await frame.open('Experiments')
    await experiments.presets.getByRole('radio', { name: 'GSM8K' }).click()
    await expect(page.getByRole('status').filter({ hasText: 'Choose the rows first' })).toBeVisible()
    await expect(start.getByRole('combobox', { name: 'Rows' })).toHaveText('Choose a subset…')
    await expect(experiments.estimate).toContainText('Known when the rows are chosen')
    await expect(experiments.queueButton).toBeDisabled()
    await expectAccessible(page, 'Experiments, rows to be chosen')
  })

  await test.step('a file is imported and a subset drawn', async () => {
    await page.getByRole('link', { name: 'import a file' }).click()
    const datasets = new DatasetsPage(page)
    const file = await gsmFile(dirname(bench.workspace))
    await datasets.chooseFile(file.path, app)
    await datasets.import()
    await page.getByRole('button', { name: `Curate ${file.rows} rows` }).click()
    const curate = new CuratePage(page)
    await curate.strategy('All')
    await curate.save('baskets')
  })

  await test.step('the rows are chosen, then a folder and its adapters', async () => {
    await frame.open('Experiments')
    await choose(page, start, 'Rows', /^baskets/)
    await expect(experiments.queueButton).toBeEnabled()
    await choose(page, start, 'Model', /a model folder/)
    const folder = start.getByRole('textbox', { name: 'Model folder' })
    await folder.fill(model)
    await folder.press('Enter')
    await start.getByRole('radio', { name: 'LoRA' }).click()
    await enter(start.getByRole('spinbutton', { name: 'Rank of the adapters' }), 4)
    await choose(page, start, 'Adapters on', /q and v/)
    composed = await experiments.yaml()
    expect(composed).toContain('tiny-llama')
    expect(composed).toMatch(/rank: 4/)
    expect(composed).toMatch(/q_proj/)
    expect(composed).not.toContain('tokenizer:')
    await expect(experiments.estimate).toContainText('ready at')
    await gallery.shoot('experiments-model', (theme) =>
      expectAccessible(page, `Experiments on a model folder, ${theme}`),
    )
  })

  await test.step('SFT and RL train on it', async () => {
    // As it was before its picture was taken, which shows other paths than those of this machine.
    const yaml = composed
      .replace(/^name: .*$/m, 'name: baskets')
      .replace('steps: 400', 'steps: 4')
      .replace('steps: 100', 'steps: 2')
      .replaceAll('maxAnswerTokens: 320', 'maxAnswerTokens: 160')
      .replace(/validation: \{ every: 50 \}/, 'validation: { every: 2 }')
    await experiments.type(yaml)
    // What was typed has been read.
    await expect(start.getByRole('textbox', { name: 'name' })).toHaveValue('baskets')
    await expect(experiments.queueButton).toBeEnabled()
    await experiments.queueButton.click()
    await expect(page.getByText('2 runs queued').first()).toBeVisible()
    await frame.open('Runs')
    const done = page.getByRole('grid', { name: 'Runs' }).getByText('done', { exact: true })
    await expect(done).toHaveCount(2, { timeout: 180_000 })
    await page.getByRole('grid', { name: 'Runs' }).getByRole('row').filter({ hasText: 'GRPO' }).first().dblclick()
    await expect(new RunPage(page).rollouts).toContainText(/Basket \d/)
  })
})
