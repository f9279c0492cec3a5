import { array, assert, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { Agenda } from './agenda.ts';

test('gives what is due, the earliest first, and nothing that is not', () => {
  assert(
    property(array(integer({ min: 0, max: 50 })), integer({ min: 0, max: 50 }), (instants, nowMs) => {
      const agenda = new Agenda<number>();
      for (const dueMs of instants) agenda.add(dueMs, dueMs);
      const taken: number[] = [];
      for (let due = agenda.takeDue(nowMs); due !== null; due = agenda.takeDue(nowMs)) taken.push(due.what);
      expect(taken).toEqual(instants.filter((dueMs) => dueMs <= nowMs).toSorted((a, b) => a - b));
      const left = instants.filter((dueMs) => dueMs > nowMs);
      expect(agenda.nextDueMs).toBe(left.length === 0 ? Infinity : Math.min(...left));
    }),
  );
});
