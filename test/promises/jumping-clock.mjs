// Loaded before a program: from then on the wall clock is set forth and back by a day, again and again, as far as JavaScript can see it.
const DAY_MS = 86_400_000;
const INTERVAL_MS = 50;
const RealDate = Date;
const startMs = performance.now();

const readClock = () => {
  const jumps = Math.floor((performance.now() - startMs) / INTERVAL_MS);
  return RealDate.now() + [0, DAY_MS, 0, -DAY_MS][jumps % 4];
};

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [readClock()] : args));
  }

  static now() {
    return readClock();
  }
};
