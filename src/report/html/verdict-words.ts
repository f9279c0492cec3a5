import type { Verdict } from '../../analysis/index.ts';

/** The verdicts in words, with the shape of the sign beside them. */
export const verdictWords: Record<Verdict, { word: string; icon: string }> = {
  passed: { word: 'Passed', icon: 'M5 12.5l4.5 4.5L19 7.5' },
  failed: { word: 'Failed', icon: 'M6.5 6.5l11 11M17.5 6.5l-11 11' },
  untrusted: { word: 'Not to be trusted', icon: 'M12 5.5v8M12 17.4v.6' },
  interrupted: { word: 'Interrupted', icon: 'M9 7v10M15 7v10' },
  error: { word: 'Error', icon: 'M12 5.5v8M12 17.4v.6' },
};
