import { writeFileSync } from 'node:fs';

/** The process groups that we started, kept in a file for whoever has to end them when we cannot. */
export interface GroupList {
  add(groupId: number): void;
  remove(groupId: number): void;
  all(): number[];
}

/** A list kept in `file`, one group id per line, written before the call returns. */
export function groupList(file: string): GroupList {
  const groups = new Set<number>();
  const write = (): void => writeFileSync(file, [...groups].map((group) => `${group}\n`).join(''));
  write();
  return {
    add(groupId) {
      groups.add(groupId);
      write();
    },
    remove(groupId) {
      groups.delete(groupId);
      write();
    },
    all: () => [...groups],
  };
}
