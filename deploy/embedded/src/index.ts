export { EmbeddedFault } from './embedded-fault.ts';
export type { EmbeddedFaultCode } from './embedded-fault.ts';
export type { Embedded, EmbeddedOptions } from './embedded.ts';
export { freePorts } from './ports.ts';
export type { ServiceName } from './service-name.ts';
export { startEmbedded } from './start-embedded.ts';
