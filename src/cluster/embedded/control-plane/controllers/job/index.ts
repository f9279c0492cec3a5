/** Runs the pods of Jobs until enough of them have succeeded. */
export { startJobController } from './controller.ts';
