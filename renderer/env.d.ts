/// <reference types="vite/client" />

/** What the preload exposes in the desktop; absent in a browser tab. Its shape is the preload's own type. */
interface Window {
  readonly switchpoint?: import('#shared/desktop/bridge.ts').DesktopBridge
}
