export { createErpBridgeStage, type ErpBridgeStageOptions } from './erp-bridge-stage.ts';
export { migrations } from './migrations.ts';
