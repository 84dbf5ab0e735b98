const base = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022', transform: { legacyDecorator: true } },
        module: { type: 'es6' },
      },
    ],
  },
  // Tests run on the sources: a workspace package is its src/index.ts.
  moduleNameMapper: {
    '^@tributary/app-(.+)$': '<rootDir>/apps/$1/src/index.ts',
    '^@tributary/embedded$': '<rootDir>/deploy/embedded/src/index.ts',
    '^@tributary/seller$': '<rootDir>/sim/seller/src/index.ts',
    '^@tributary/erp-sim$': '<rootDir>/sim/erp/src/index.ts',
    '^@tributary/(.+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['/dist/'],
};
export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,sim,deploy,cli}/**/src/**/*.spec.ts', '<rootDir>/test/bench/**/*.spec.ts'],
    },
    {
      ...base,
      displayName: 'int',
      testMatch: ['<rootDir>/{apps,libs,sim,deploy,cli}/**/src/**/*.int-spec.ts'],
      globalSetup: '<rootDir>/test/support/start-services.mjs',
      globalTeardown: '<rootDir>/test/support/stop-services.mjs',
    },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] },
    { ...base, displayName: 'conformance', testMatch: ['<rootDir>/test/conformance/**/*.conformance-spec.ts'] },
  ],
};
