/** Which room may enter which (docs/architecture.md). `shared` imports nothing of the others, and so on. */
const room = (name, path, allowed) => ({
  name,
  comment: `${path} may import only: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^${path}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(electron|shared|renderer|e2e|bench|scripts)/', pathNot: allowed.map((a) => `^${a}/`) },
})
module.exports = {
  forbidden: [
    room('shared-stands-alone', 'shared', ['shared']),
    room('tasks-room', 'electron/tasks', ['electron/tasks', 'electron/tokenizers', 'shared']),
    room('tokenizers-room', 'electron/tokenizers', ['electron/tokenizers', 'shared']),
    room('trainer-room', 'electron/trainer', ['electron/trainer', 'electron/tasks', 'electron/tokenizers', 'shared']),
    room('engine-room', 'electron/engine', ['electron/engine', 'electron/tasks', 'electron/tokenizers', 'shared']),
    room('cli-room', 'electron/cli', ['electron/cli', 'electron/engine', 'shared']),
    room('main-room', 'electron/main', ['electron/main', 'shared']),
    room('preload-room', 'electron/preload', ['electron/preload', 'shared']),
    room('renderer-room', 'renderer', ['renderer', 'shared']),
    {
      name: 'only-main-and-preload-know-electron',
      severity: 'error',
      from: { pathNot: '^(electron/(main|preload)|e2e|scripts)/' },
      to: { path: '^electron$|node_modules/electron/', dependencyTypes: ['npm', 'npm-dev'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.js', '.mjs'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
