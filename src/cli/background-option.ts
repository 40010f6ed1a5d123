import { unknownName } from '../core/errors.js';
import { BACKGROUNDS, type Background, type Picture } from '../image/read-image.js';

/** For commands that read pictures. */
export const BACKGROUND_OPTION = [
  '--background <colour>',
  `behind transparent parts of pictures: ${BACKGROUNDS.join(', ')} (default: as in training, else white)`,
  parseBackground,
] as const;

function parseBackground(text: string): Background {
  const background = BACKGROUNDS.find((colour) => colour === text);
  if (background === undefined) throw unknownName('--background', 'colour', text, BACKGROUNDS);
  return background;
}

/** A line for who may have meant another background; none where it makes no difference. */
export function tellBackground(
  file: string,
  { transparent }: Picture,
  say: (line: string) => void,
  background: Background = 'white',
): void {
  if (!transparent) return;
  const other = BACKGROUNDS.find((colour) => colour !== background)!;
  say(`${file}: transparent parts are ${background}; --background ${other} makes them ${other}`);
}
