import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import ts from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['**/dist/', '**/dist-fake/', 'shared/src/gen/', 'shared/src/icons/lucide.ts']),
  js.configs.recommended,
  ts.configs.recommended,
  vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/define-emits-declaration': ['error', 'type-literal'],
      // Every visible text comes from the locale files.
      'vue/no-bare-strings-in-template': ['error', { allowlist: ['!', '?'] }],
      'vue/no-v-html': 'error',
      // `t` of an optional prop is `T | undefined` by its type already.
      'vue/require-default-prop': 'off',
      // The compiler and vue-tsc know every name in a template.
      'no-undef': 'off',
    },
  },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      'max-lines': ['error', { max: 200, skipBlankLines: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    // Features meet only through `shared/` and `api/`; only `api/` talks to Tauri.
    files: ['handheld/src/{features,shared}/**/*.{ts,vue}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@tauri-apps/*'], message: 'Only src/api talks to Tauri.' },
            {
              regex:
                '^\\.\\./(alarm|bind|cases|check|clashes|facilities|first-sync|help|homes|lock|map|me|messages|patrol|report|sync|today|track|visit)/',
              message: 'Features meet only through shared/ and api/.',
            },
            {
              regex: 'features/',
              message: 'shared/ knows no feature.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/test/**'],
    rules: { 'max-lines': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['**/*.{js,mjs}', '**/vite.config.ts'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  { files: ['**/*.ts'], rules: { 'no-undef': 'off' } },
  prettier,
)
