export { ConsoleModule, type ConsolePorts } from './console.module.ts';
export { createConsole } from './create-console.ts';
export { migrations } from './migrations.ts';
export type { PartitionEnd, Watermarks } from './watermarks.ts';
export type { RepairPort } from './repair-port.ts';
