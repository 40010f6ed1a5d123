// The numbers that plans and kernels share. native/constants.h reads this file as C++: nothing but comments and lines like these.

/** Images of a bundle in lanes. */
export const BUNDLE_IMAGES = 16;

/** What a border around images shows (see interface/borders.ts). */
export const BORDER_CONSTANT = 0;
export const BORDER_REFLECT = 1;
export const BORDER_REPLICATE = 2;

/** Columns of one packed panel of a matrix; blocks of a product are counted in panels. Equal for all kernel sets. */
export const PANEL_COLUMNS = 32;

/** A range of tasks in one word: the first in the upper bits, the one behind the last in as many lower ones. */
export const TASK_BITS = 16;

/** `bindReducePartials` sums no more. */
export const MAX_PARTIALS = 1024;

/** More images than this could overflow the sum of their pixels' squares: 255² · 33,000 < 2³¹. */
export const MAX_SUMMED_IMAGES = 33000;

/** Output channels of a panel of a transformed kernel's gradient (Winograd). */
export const WINOGRAD_PANEL = 32;

/** Panels of it that one call sums at most, transforming their input once. */
export const WINOGRAD_MOST_PANELS = 4;

/** Floats between its planes, one for each point: an odd number of cache lines, so that one element's places are not all in one set of the L1. */
export const WINOGRAD_PLANE_GAP = 80;

/** Floats that the probe of the peak works on: at least what its chains fill in any kernel set. */
export const PROBE_FLOATS = 512;
