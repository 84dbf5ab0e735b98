export { BridgeFault, type BridgeFaultCode } from './bridge-fault.ts';
export { enableEndpoint, retryFailed } from './delivery.store.ts';
export { createErpBridgeStage, type ErpBridgeStageOptions } from './erp-bridge-stage.ts';
export { ErpBridge, ErpBridgeModule } from './erp-bridge.module.ts';
export { migrations } from './migrations.ts';
export type { PullSummary } from './pull.task.ts';
