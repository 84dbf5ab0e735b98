// The directions of the code, each rule with its sentence. Run by `npm run check`.
const only = (name, comment, path, owners) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(apps|libs|sim|cli|deploy)/', pathNot: [...owners.map((owner) => `^${owner}/`), '\\.(int-)?spec\\.ts$'] },
  to: { path },
});
const pure = '^libs/(contracts|connectors|matching|lifetime|forecasting|baskets|numerics)/src/';

module.exports = {
  forbidden: [
    { name: 'no-circular', comment: 'A cycle hides what depends on what.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-app-to-app',
      comment: 'Apps speak through topics, never through imports.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    { name: 'no-lib-to-app', comment: 'Libs know no app.', severity: 'error', from: { path: '^libs/' }, to: { path: '^(apps|cli|sim)/' } },
    {
      name: 'pure-libs-stay-pure',
      comment: 'Plain data in, plain data out: no framework, database, broker, network or file.',
      severity: 'error',
      from: { path: pure, pathNot: '\\.spec\\.ts$' },
      to: {
        path: '(^|/)(@nestjs|typeorm|pg|kafkajs|bullmq|ioredis|undici|fastify)(/|$)|^(node:)?(fs|net|http|https|child_process|worker_threads)(/|$)|^libs/(runtime|kafka|persistence|jobs)/',
      },
    },
    only('kafkajs-only-in-kafka', 'kafkajs enters through libs/kafka.', 'node_modules/kafkajs/', ['libs/kafka']),
    only('database-only-in-persistence', 'typeorm and pg enter through libs/persistence.', 'node_modules/(typeorm|pg)/', [
      'libs/persistence',
    ]),
    only('redis-only-in-jobs', 'bullmq and ioredis enter through libs/jobs.', 'node_modules/(bullmq|ioredis)/', ['libs/jobs']),
    only('avsc-only-in-contracts', 'avsc enters through libs/contracts.', 'node_modules/avsc/', ['libs/contracts']),
    {
      name: 'no-deep-lib-import',
      comment: 'A package is used through its index.',
      severity: 'error',
      from: { path: '^((?:apps|libs|sim)/[^/]+|cli|deploy/embedded)/' },
      to: { path: '^((?:apps|libs|sim)/[^/]+|deploy/embedded)/(src|dist)/(?!index\\.)', pathNot: '^$1/' },
    },
    {
      name: 'not-to-test',
      comment: 'Nothing that runs depends on tests.',
      severity: 'error',
      from: { path: '^(apps|libs|sim|cli|deploy)/', pathNot: '\\.(int-)?spec\\.ts$' },
      to: { path: '^test/|\\.(int-)?spec\\.ts$' },
    },
    {
      name: 'generated-is-leaf',
      comment: 'Generated code imports only the type it needs.',
      severity: 'error',
      from: { path: '/generated/' },
      to: { pathNot: '^libs/contracts/src/contract\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/|^apps/console/web/dist' },
    tsPreCompilationDeps: false,
    // Packages are looked at as sources, so that cycles and directions across them are seen.
    tsConfig: { fileName: 'tsconfig.paths.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
