/** An order as a client sends it. */
export interface Order {
  symbol: string;
  side: 'buy' | 'sell';
  quantity: number;
  /** Limit price; null buys or sells at the market. */
  price: number | null;
}

/** Matches what a trading symbol looks like: `AAPL`, `BRK.B`. */
export const symbolPattern = /^[A-Z][A-Z0-9.-]{0,9}$/;

/** The order in a request's body, or everything that is wrong with it. */
export function parseOrder(body: unknown): { order: Order } | { problems: string[] } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return {
      problems: [
        'body: expected a JSON object with symbol, side and quantity (content-type: application/json)',
      ],
    };
  }
  const { symbol, side, quantity, price = null } = body as Record<string, unknown>;
  const problems: string[] = [];
  if (typeof symbol !== 'string' || !symbolPattern.test(symbol)) {
    problems.push(`symbol: expected a symbol like "AAPL", got ${JSON.stringify(symbol)}`);
  }
  if (side !== 'buy' && side !== 'sell') {
    problems.push(`side: expected "buy" or "sell", got ${JSON.stringify(side)}`);
  }
  if (!Number.isSafeInteger(quantity) || (quantity as number) < 1) {
    problems.push(`quantity: expected a whole number from 1, got ${JSON.stringify(quantity)}`);
  }
  if (price !== null && !(typeof price === 'number' && price > 0)) {
    problems.push(`price: expected a number above 0 or null, got ${JSON.stringify(price)}`);
  }
  if (problems.length > 0) return { problems };
  return { order: { symbol, side, quantity, price } as Order };
}

/** The last orders that this pod took, newest first. Every pod has its own: a desk would keep them in a database. */
export class OrderBook {
  readonly #orders: (Order & { id: string; at: string })[] = [];

  add(order: Order): Order & { id: string; at: string } {
    const taken = { id: crypto.randomUUID(), at: new Date().toISOString(), ...order };
    this.#orders.unshift(taken);
    this.#orders.splice(20);
    return taken;
  }

  latest(): readonly Order[] {
    return this.#orders;
  }
}
