import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { apiUrl } from '../lib/api.js';
import './gallery.css';

/** A test image with what is to be said of it. */
export interface GalleryImage {
  /** Its number in the data set, from 1. */
  readonly example: number;
  /** Under it: `7 → 1`. */
  readonly label: ComponentChildren;
  /** For who does not see it. */
  readonly text: string;
}

interface GalleryProps {
  /** Whose data set they are of. */
  readonly run: number;
  readonly images: readonly GalleryImage[];
  /** Whether the images can be drawn; else their numbers stand in their places. */
  readonly isDrawn: boolean;
}

/** So many are shown at first, and more with each press of the button. */
const AT_ONCE = 60;

/** Test images side by side. */
export function Gallery({ run, images, isDrawn }: GalleryProps) {
  const [shown, setShown] = useState(AT_ONCE);
  return (
    <>
      <ul class="gallery">
        {images.slice(0, shown).map(({ example, label, text }) => (
          <li key={example}>
            {isDrawn ? (
              <img
                src={apiUrl('image', { run, example })}
                alt={text}
                title={text}
                loading="lazy"
                width="48"
                height="48"
              />
            ) : (
              <span class="number" title={text}>
                no. {example}
              </span>
            )}
            <span aria-hidden={isDrawn}>{label}</span>
          </li>
        ))}
      </ul>
      {images.length > shown && (
        <button type="button" onClick={() => setShown(shown + AT_ONCE)}>
          Show more ({images.length - shown} left)
        </button>
      )}
    </>
  );
}
