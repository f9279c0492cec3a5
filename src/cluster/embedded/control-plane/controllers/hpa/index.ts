/** The HorizontalPodAutoscaler: pure arithmetic, and the loop that measures and scales. */
export { startHorizontalPodAutoscalerController } from './controller.ts';
