export { GatewayModule } from './gateway.module.ts';
export { migrations } from './migrations.ts';
export { sourceRoutes, type SourceRoute } from './source-routes.ts';
export { createGateway } from './create-gateway.ts';
export { resendRefused, type Resent, type ResendDeps } from './resend-refused.ts';
