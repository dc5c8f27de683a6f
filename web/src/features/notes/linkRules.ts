/** Which two notes may be linked, and why not: own with own, own with others'; the reason is shown before the attempt. */

export type LinkRefusal = 'self' | 'foreign' | 'exists';

interface Side {
  id: string;
  mine: boolean;
}

export function linkRefusal(from: Side, to: Side, linked: boolean): LinkRefusal | null {
  if (from.id === to.id) return 'self';
  if (!from.mine && !to.mine) return 'foreign';
  if (linked) return 'exists';
  return null;
}
