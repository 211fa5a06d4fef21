import { procedures } from './procedures.ts'

export const system = {
  info: procedures.system.info.handler(({ context }) => context.system.info()),
  pulse: procedures.system.pulse.handler(({ context }) => context.system.pulse()),
  diagnostics: procedures.system.diagnostics.handler(async ({ context }) => ({
    text: await context.system.diagnostics(),
  })),
  recentWorkspaces: procedures.system.recentWorkspaces.handler(({ context }) => ({ recent: context.system.recent() })),
  openExample: procedures.system.openExample.handler(async ({ context }) => ({
    path: await context.system.openExample(),
  })),
  serveExample: procedures.system.serveExample.handler(({ context }) => context.system.serveExample()),
  notices: procedures.system.notices.handler(({ context, signal }) => context.notices.subscribe(signal)),
}
