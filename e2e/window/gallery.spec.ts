/**
 * Every view in light and dark at two sizes, in one pass, checked by axe, and a page that shows all pictures together:
 * test-results/gallery/index.html. `npm run gallery -- --update-snapshots` also renews the pictures of README and guide.
 */
import { dirname } from 'node:path'
import { expectAccessible } from '../accessible.ts'
import { gsmFile } from '../data.ts'
import { expect, test, type Bench } from '../fixtures.ts'
import { Gallery } from '../gallery.ts'
import { ComparePage, SwitchPointPage } from '../pages/analysis.ts'
import { CuratePage } from '../pages/curate.ts'
import { DatasetsPage } from '../pages/datasets.ts'
import { ExperimentsPage } from '../pages/experiments.ts'
import { RunListPage } from '../pages/run.ts'

test.describe('with the quick study', () => {
  test.use({ seed: 'study' })

  test('the views of runs', async ({ bench }) => {
    test.slow()
    const { page, frame } = bench
    const gallery = await Gallery.of(bench)

    await frame.open('Runs')
    const runs = new RunListPage(page)
    await expect(runs.row('LUFFY')).toBeVisible()
    await shoot(gallery, bench, 'runs')

    const branch = runs.rows().filter({ hasText: 'stable' }).first()
    await branch.dblclick()
    await expect(page.getByRole('region', { name: /^Accuracy/ })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Prompts and their answers' })).toBeVisible()
    await shoot(gallery, bench, 'run')

    await frame.open('Switch point')
    await expect(new SwitchPointPage(page).marker.slider).toBeVisible()
    await shoot(gallery, bench, 'switch')

    await frame.open('Ceilings')
    await expect(page.getByRole('grid', { name: 'Branches and their ceilings' })).toBeVisible()
    await shoot(gallery, bench, 'ceilings')

    await frame.open('Compare')
    await expect(new ComparePage(page).budget.slider).toBeVisible()
    await shoot(gallery, bench, 'compare')

    await frame.open('Experiments')
    const experiments = new ExperimentsPage(page)
    await experiments.presets.getByRole('radio', { name: /^Sequential/i }).click()
    await expect(experiments.estimate).toContainText('ready at')
    await shoot(gallery, bench, 'experiments')

    await frame.go('#/start')
    await expect(page.getByRole('region', { name: 'Quick study', exact: true })).toContainText('is done')
    await shoot(gallery, bench, 'start')
  })
})

test('the views of data', async ({ bench }) => {
  test.slow()
  const { page, frame, app } = bench
  const gallery = await Gallery.of(bench)
  await expect(frame.status).toContainText('TensorFlow 2', { timeout: 60_000 })
  await shoot(gallery, bench, 'first-run')

  const file = await gsmFile(dirname(bench.workspace))
  const datasets = new DatasetsPage(page)
  await frame.open('Datasets')
  await datasets.startImport()
  await datasets.chooseFile(file.path, app)
  await shoot(gallery, bench, 'import')
  await datasets.import()
  await shoot(gallery, bench, 'imported')
  await page.getByRole('button', { name: `Curate ${file.rows} rows` }).click()

  const curate = new CuratePage(page)
  await curate.strategy('Hard')
  await curate.draw(40)
  await expect(curate.drawn()).toHaveText('40')
  await curate.save('hard-40')
  await shoot(gallery, bench, 'curate')

  await frame.open('Datasets')
  await expect(datasets.list).toBeVisible()
  await shoot(gallery, bench, 'datasets')

  await frame.open('Settings')
  await expect(page.getByText('SQLite')).toBeVisible()
  await shoot(gallery, bench, 'settings')
})

async function shoot(gallery: Gallery, { page }: Bench, name: string): Promise<void> {
  await gallery.shoot(name, (theme) => expectAccessible(page, `${name}, ${theme}`))
}
