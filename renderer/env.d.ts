/// <reference types="vite/client" />
import type { DesktopBridge } from '#shared/desktop/bridge.ts'

declare global {
  interface Window {
    /** What the preload exposes in the desktop; absent in a browser tab. */
    readonly switchpoint?: DesktopBridge
  }
}
