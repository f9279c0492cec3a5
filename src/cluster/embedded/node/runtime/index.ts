/** The container runtime: containers as process groups with logs, CPU limits and measured usage; images as programs. */
export type { Container, ContainerExit, ContainerSpec } from './container.ts';
export { chooseCpuControl } from './cpu/index.ts';
export { GroupsFile } from './groups-file.ts';
export { pullImage } from './images.ts';
export { ContainerRuntime } from './runtime.ts';
