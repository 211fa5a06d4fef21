/** For plain tsc, which checks the tests and cannot look into `.vue` files; vue-tsc checks those. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<Record<string, unknown>>
  export default component
}
