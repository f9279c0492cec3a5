/** The HorizontalPodAutoscaler: the loop that measures and scales; its arithmetic is in src/autoscaler/. */
export { startHorizontalPodAutoscalerController } from './controller.ts';
