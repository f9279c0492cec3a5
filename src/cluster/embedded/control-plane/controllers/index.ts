/** The controllers, one folder or file each, and the manager that starts and stops them. */
export { startControllerManager, type ControllerName } from './manager.ts';
export type { ControllerContext, Running } from './machinery/controller.ts';
