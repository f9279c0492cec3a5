/** What can stand in a {@link LinkedList}, in one at a time. */
export interface Linked<T> {
  previous: T | null;
  next: T | null;
}

/** First in, first out, with removal from anywhere in constant time and without allocation. */
export class LinkedList<T extends Linked<T>> {
  first: T | null = null;
  last: T | null = null;
  length = 0;

  push(item: T): void {
    item.previous = this.last;
    item.next = null;
    if (this.last === null) this.first = item;
    else this.last.next = item;
    this.last = item;
    this.length++;
  }

  remove(item: T): void {
    if (item.previous === null) this.first = item.next;
    else item.previous.next = item.next;
    if (item.next === null) this.last = item.previous;
    else item.next.previous = item.previous;
    item.previous = null;
    item.next = null;
    this.length--;
  }
}
