// Chance that is the same for the same seed, so that a run that went wrong can be run again.

/** Numbers from 0 to 1. */
export function chanceOf(seed) {
  let dice = seed;
  return () => {
    dice = (dice + 0x6d2b79f5) | 0;
    let t = Math.imul(dice ^ (dice >>> 15), 1 | dice);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
