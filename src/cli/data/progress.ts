import type { PublishedFile } from '../../dataset/definition.js';
import { formatBytes } from '../../report/format-values.js';
import { canShowLiveLines, showLiveLines } from '../progress/live-lines.js';
import type { Streams } from '../streams.js';

/** Shows how downloads go on. */
export interface DownloadProgress {
  progressed(file: PublishedFile, receivedBytes: number): void;
  close(): void;
}

/** Between two lines where nothing can be drawn again. */
const LINE_INTERVAL_MS = 10_000;

/** A line that is drawn again and again on a terminal; elsewhere a line now and then, and one at each file's end. */
export function showDownload(err: Streams['err']): DownloadProgress {
  return canShowLiveLines(err) ? showLive(err) : showLines(err);
}

function showLive(err: Streams['err']): DownloadProgress {
  let shown = '';
  const { close } = showLiveLines(err, [() => shown]);
  return {
    progressed: (file, receivedBytes) => {
      shown = formatProgress(file, receivedBytes);
    },
    close,
  };
}

function showLines(err: Streams['err']): DownloadProgress {
  let lastMs = Date.now();
  return {
    progressed: (file, receivedBytes) => {
      if (receivedBytes < file.sizeBytes && Date.now() - lastMs < LINE_INTERVAL_MS) return;
      lastMs = Date.now();
      err.write(`${formatProgress(file, receivedBytes)}\n`);
    },
    close: () => {},
  };
}

function formatProgress({ name, sizeBytes }: PublishedFile, receivedBytes: number): string {
  const percent = Math.floor((100 * receivedBytes) / sizeBytes);
  return `${name}: ${formatBytes(receivedBytes)} of ${formatBytes(sizeBytes)} (${percent}%)`;
}
