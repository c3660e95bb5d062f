const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML or XML has it, between tags or in an attribute. Control characters, which neither allows, are gone. */
export function escaped(text: string): string {
  return [...text]
    .filter((character) => character >= ' ' || character === '\n' || character === '\t')
    .join('')
    .replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** Pieces of a text: what stands between backquotes is code. A backquote without a second one is itself. */
export function codeSpans(text: string): readonly { readonly text: string; readonly isCode: boolean }[] {
  return text
    .split(/(`[^`]+`)/)
    .filter((piece) => piece !== '')
    .map((piece) =>
      /^`[^`]+`$/.test(piece) ? { text: piece.slice(1, -1), isCode: true } : { text: piece, isCode: false },
    );
}

/** A line of text with its code spans, as HTML. */
export function inlineHtml(text: string): string {
  return codeSpans(text)
    .map((span) => (span.isCode ? `<code>${escaped(span.text)}</code>` : escaped(span.text)))
    .join('');
}

/** The paragraphs of a text, cut at empty lines. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
