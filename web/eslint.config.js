// Style that the compiler does not check. Types are checked by svelte-check.
import svelte from 'eslint-plugin-svelte'
import typescript from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

const config = typescript.config(
  { ignores: ['node_modules', 'src/api/schema.d.ts'] },
  ...typescript.configs.strict,
  ...typescript.configs.stylistic,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is found by searching.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from where it is made.' },
        {
          selector: "CallExpression[callee.name='fetch']",
          message: 'Calls go through src/api/client.ts, which knows the paths that exist.',
        },
      ],
      'max-lines': ['error', { max: 500 }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['src/api/client.ts'], rules: { 'no-restricted-syntax': 'off' } },
)
export { config as default }
