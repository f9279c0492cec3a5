/** autocannon's public function; the package ships no types. */
declare module 'autocannon' {
  export default function autocannon(options: {
    url: string;
    connections: number;
    duration: number;
    method?: string;
    overallRate?: number;
    timeout?: number;
    reconnectRate?: number;
  }): Promise<unknown>;
}
