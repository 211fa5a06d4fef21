/** Imported before all else, for the router reads the address when it is first imported. */
import { putTokenAside } from './page-token.ts'

putTokenAside(window.location, window.history, window.sessionStorage)
