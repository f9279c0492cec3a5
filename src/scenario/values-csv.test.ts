import { expect, test } from 'vitest';
import { readValueTable } from './values-csv.ts';

test('cells may be quoted; numbers are numbers, and what only looks like one is text', () => {
  const { table, problems } = readValueTable(
    '\uFEFFid,name\r\n1,"Zürich, ""A"""\r\n\r\n007,"two\nlines"\r\n-2.5e3,\n',
    'v.csv',
  );
  expect(problems).toEqual([]);
  expect(table).toEqual({
    columns: ['id', 'name'],
    rows: [
      [1, 'Zürich, "A"'],
      ['007', 'two\nlines'],
      [-2500, ''],
    ],
  });
});

test.each([
  ['', 1, 1, 'at least one row'],
  ['id\n', 2, 1, 'at least one row'],
  ['id,i d\n1,2', 1, 4, "a column's name"],
  ['id,id\n1,2', 1, 4, 'a second time'],
  ['id,n\n1,2\n3', 3, 1, 'expected 2 cells as in the header, got 1'],
  ['id,n\n1,2,3', 2, 1, 'got 3'],
  ['id,n\n1,"2', 2, 3, 'a closing quote'],
])('%j is refused at its place', (text, line, column, message) => {
  const { problems } = readValueTable(text, 'v.csv');
  expect(problems[0]).toMatchObject({ line, column, message: expect.stringContaining(message) });
});
