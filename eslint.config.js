// Lint rules. Type-unaware on purpose (fast); types are checked by tsc and vue-tsc, rooms by dependency-cruiser.
import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'
import prettier from 'eslint-config-prettier'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['out/**', 'node_modules/**', 'test-results/**', 'playwright-report/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  ...a11y.configs['flat/recommended'],
  prettier,
  {
    languageOptions: { globals: { ...globals.node }, parserOptions: { parser: ts.parser } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-globals': ['error', { name: 'name', message: 'The global `name` is never what you want.' }],
      // Model output is hostile input, and the style CSP forbids injected style attributes.
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    files: ['renderer/**'],
    languageOptions: { globals: { ...globals.browser } },
  },
  {
    // Standard output belongs to programs: the command line, the set-up and the benches speak, libraries do not.
    files: ['scripts/**', 'electron/cli/**', 'bench/**', 'e2e/**'],
    rules: { 'no-console': 'off' },
  },
)
