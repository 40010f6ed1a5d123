import { useState } from 'preact/hooks';
import './command-line.css';

/** A command to be typed, and a button that copies it. */
export function CommandLine({ purpose, command }: { readonly purpose: string; readonly command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard?.writeText(command).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div class="command-line">
      <p>{purpose}</p>
      <code>{command}</code>
      <button type="button" onClick={copy} aria-label={`Copy: ${purpose}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

/** A text whose parts between backticks are code. */
export function MarkedText({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}
