/** Every route of the console, as `METHOD path`. The boot test holds the server to this list: none missing, none twice, none more. */
export const consoleRoutes: readonly string[] = [
  'GET /live',
  'GET /ready',
  'GET /metrics',
  'GET /accounting',
  'GET /api/overview',
  'GET /api/customers',
  'GET /api/customers/:id',
  'GET /api/customers/:id/timeline',
  'GET /api/customers/:id/why',
  'POST /api/customers/:id/reveal',
  'GET /api/skus',
  'GET /api/skus/:sku/:location',
  'GET /api/quarantine',
  'GET /api/quarantine/:id',
  'POST /api/quarantine/:id/record',
  'GET /*',
];
