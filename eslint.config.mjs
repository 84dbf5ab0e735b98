import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const pure = ['contracts', 'connectors', 'matching', 'lifetime', 'forecasting', 'baskets', 'numerics'].map(
  (lib) => `libs/${lib}/src/**/*.ts`,
);
const noClock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'A pure lib has no clock: take the time as an argument.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'A pure lib has no clock: take the time as an argument.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'A pure lib has no randomness: take a seed as an argument.',
  },
];
const everywhere = [
  { selector: 'ExportAllDeclaration', message: 'Name what you export: no export *.' },
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/generated/**',
      '.tributary/**',
      '**/*.mjs',
      '**/*.cjs',
      'cli/bin/**',
      '**/.venv/**',
      'apps/console/web/vite.config.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  prettier,
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      'no-undef': 'off',
      'no-restricted-syntax': ['error', ...everywhere],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
    },
  },
  { files: pure, ignores: ['**/*.spec.ts'], rules: { 'no-restricted-syntax': ['error', ...everywhere, ...noClock] } },
  {
    files: ['{apps,libs,sim,cli,deploy}/**/src/**/*.ts'],
    ignores: ['libs/runtime/**', '**/*.spec.ts', '**/*.int-spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Configuration is parsed once, in libs/runtime.' },
      ],
    },
  },
);
